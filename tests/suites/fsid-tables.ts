/** The maps of the fsid mappings, as semantics A.3 and A.4 have them, walked naively: what the model is compared with. */
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import { FSID_MODES, type FsidModeName } from "../../src/kernel/index.ts";

export const MODES = Object.keys(FSID_MODES).filter((name): name is FsidModeName => Object.hasOwn(FSID_MODES, name));
const isFallback = (mode: FsidModeName) => mode !== "v3" && mode !== "fixed";

/** `[inside, lower, count]`, as a map is written; or with kernel ids below, as it is in force. */
export type Line = readonly [number, number, number];

/** A namespace: its id map and its fs map, in force. */
export interface Maps {
  ids: readonly Line[];
  fs: readonly Line[];
}

export const INIT: Maps = { ids: [[0, 0, NO_ID]], fs: [[0, 0, NO_ID]] };

export function down(lines: readonly Line[], id: number): number {
  for (const [first, lower, count] of lines) if (id >= first && id < first + count) return lower + (id - first);
  return NO_ID;
}

export function up(lines: readonly Line[], id: number): number {
  for (const [first, lower, count] of lines) if (id >= lower && id < lower + count) return first + (id - lower);
  return NO_ID;
}

/** A.3: where the owners of files are looked up. */
export const tableOf = ({ ids, fs }: Maps, mode: FsidModeName) => (fs.length === 0 && isFallback(mode) ? ids : fs);

/** A.4, steps 8 and 9: null where a line lies in no single line of the parent's map. */
export function through(lines: readonly Line[], parent: readonly Line[]): readonly Line[] | null {
  const taken: Line[] = [];
  for (const [first, lower, count] of lines) {
    const holder = parent.find(([from, , many]) => lower >= from && lower + count <= from + many);
    if (!holder) return null;
    taken.push([first, holder[1] + (lower - holder[0]), count]);
  }
  return taken;
}

/** A.4 for a writer who may map anything. @returns whether it was written */
export function write(
  ns: Maps,
  parent: Maps,
  which: "ids" | "fs",
  lines: readonly Line[],
  mode: FsidModeName,
): boolean {
  if (ns[which].length > 0) return false;
  if (which === "fs" && !isFallback(mode) && ns.ids.length > 0) return false;
  const map = through(lines, parent[which]);
  const mirror = which === "ids" && !isFallback(mode) && ns.fs.length === 0 ? through(lines, parent.fs) : ns.fs;
  if (!map || !mirror) return false;
  ns.fs = mirror;
  ns[which] = map;
  return true;
}

/** One or two lines of a map that lie apart inside and below. */
export const linesIn = (lowest: number) =>
  fc
    .record({
      first: fc.integer({ min: 0, max: 2 }),
      count: fc.integer({ min: 1, max: 6 }),
      gap: fc.integer({ min: 0, max: 2 }),
      more: fc.integer({ min: 0, max: 3 }),
      lower: fc.integer({ min: 0, max: 4 }),
      lowerGap: fc.integer({ min: 0, max: 3 }),
    })
    .map(({ first, count, gap, more, lower, lowerGap }): readonly Line[] => {
      const from = lowest + lower;
      const second: Line = [first + count + gap, from + count + lowerGap, more];
      return [[first, from, count], ...(more > 0 ? [second] : [])];
    });
