import { UsernsError } from "../core/index.ts";
import { entriesOf, type LoginDefs, placeOfKept, readUnsignedLong } from "../formats/index.ts";
import type { MappedKind } from "./new-id-map-request.ts";

/** Where new subordinate ranges are taken from. */
export interface SubIdDefaults {
  readonly min: bigint;
  readonly max: bigint;
  readonly count: bigint;
}

const DEFAULTS: SubIdDefaults = { min: 100000n, max: 600100000n, count: 65536n };

/**
 * The SUB_UID_* or SUB_GID_* settings of a login.defs, each with its default where it is not set; the last line counts.
 *
 * @throws UsernsError ERR_FILE with the line of a setting that is no number
 * @source login.defs(5)
 */
export function subIdDefaults(file: LoginDefs, kind: MappedKind): SubIdDefaults {
  const read = (name: keyof SubIdDefaults): bigint => {
    const key = `SUB_${kind.toUpperCase()}_${name.toUpperCase()}`;
    const text = entriesOf(file).findLast((entry) => entry.key === key)?.value;
    if (text === undefined) return DEFAULTS[name];
    const value = readUnsignedLong(text);
    const line = file.lines.findLast(({ entry }) => entry?.key === key);
    if (value === null && line)
      throw new UsernsError("ERR_FILE", {
        where: placeOfKept(file, line),
        expected: `a number for ${key}`,
        got: JSON.stringify(text),
      });
    return value ?? DEFAULTS[name];
  };
  return { min: read("min"), max: read("max"), count: read("count") };
}
