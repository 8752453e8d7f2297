import { quoted, UsernsError } from "../core/index.ts";
import {
  BINDFS_NOTE,
  bindfs,
  formatNames,
  joined,
  MAP_FORMATS,
  type MapFormat,
  type MapPair,
  type Misfit,
  misfitOf,
  type ToolUser,
  type WrittenMap,
  X_MOUNT_NOTE,
  xMount,
} from "../formats/index.ts";
import { usageFault } from "./fault.ts";

/** One target: what was written, or the limit that kept it from being. */
export interface Converted {
  readonly format: string;
  readonly written: readonly WrittenMap[];
  readonly misfit: Misfit | null;
  readonly notes: readonly string[];
}

/** @throws UsernsError ERR_USAGE for a name that no form has */
export function formatNamed(name: string, option: string): MapFormat {
  const format = MAP_FORMATS.find((one) => one.name === name);
  if (format) return format;
  throw usageFault(option, `one of: ${formatNames()}`, quoted(name));
}

/**
 * Write maps in a form, or say which of its limits they break.
 *
 * @throws UsernsError ERR_USAGE for a form that names a rule and holds no lines
 */
export function convertTo(format: MapFormat, maps: MapPair, known: { readonly user?: ToolUser }): Converted {
  const notes = [...(format === xMount ? [X_MOUNT_NOTE] : []), ...(format === bindfs ? [BINDFS_NOTE] : [])];
  const { write } = format;
  if (!write)
    throw new UsernsError("ERR_USAGE", {
      where: "--to",
      expected: "a form that has lines of its own",
      got: `${format.name}, which names a rule`,
      fix: "use podman, or subuid for the lines that it counts from",
    });
  const misfit = misfitOf(format.target, maps);
  const written = misfit ? [] : write(joined(format.target, maps), { ...known, where: format.name });
  return { format: format.name, written, misfit, notes };
}

/** For people: the text to paste, or why there is none. */
export function convertedLines({ format, written, misfit }: Converted, isOneOfMany: boolean): readonly string[] {
  if (misfit)
    return [
      `${format}: cannot hold this map`,
      `  holds  ${misfit.expected}`,
      `  given  ${misfit.got}`,
      `  ${misfit.fix}`,
    ];
  return written.flatMap(({ kind, text }) => {
    const head = kind === "both" ? format : `${format}, ${kind}`;
    const isNamed = isOneOfMany || written.length > 1;
    return [...(isNamed ? [`# ${head}`] : []), text.replace(/\n$/, "")];
  });
}
