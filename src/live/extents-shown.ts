import { type Extent, NO_ID } from "../core/index.ts";

/** The lines of a map as the kernel prints them; an outside id that the reader has no number for is {@link NO_ID}. */
export function extentsShown(text: string): readonly Extent[] {
  return Array.from(text.matchAll(/^ *(\d+) +(\d+) +(\d+)$/gm), ([, first, lowerFirst, count]) => ({
    first: Number(first),
    lowerFirst: Number(lowerFirst),
    count: Number(count),
  })).filter(({ lowerFirst }) => lowerFirst !== NO_ID);
}
