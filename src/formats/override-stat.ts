import { isId, quoted, UsernsError } from "../core/index.ts";

/** A device that a file stands for. */
export interface OverrideDevice {
  readonly major: number;
  readonly minor: number;
}

/** The owner and mode that containers-storage keeps beside a file whose own it may not set. */
export interface OverrideStat extends OverrideDevice {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** `file`, `dir`, `block-8-1`; null where the value says none. */
  readonly type: string | null;
}

/** What the words begin with says what the file is: what follows, like parts behind the type, is left to later versions. */
const PLAIN_TYPE = /^(?:file|dir|symlink|pipe|socket)/;
const DEVICE_TYPE = /^(?:block|char)/;

const NO_DEVICE: OverrideDevice = { major: 0, minor: 0 };

/**
 * The value of the attribute `user.containers.override_stat`: `uid:gid:mode[:type]`, the mode in octal digits.
 *
 * @throws UsernsError ERR_MAP_TEXT
 * @source containers/storage; vectors/peers/storage-idtools.json
 * @example readOverrideStat("1000:1001:0644:file").gid // 1001
 */
export function readOverrideStat(value: string, where = "user.containers.override_stat"): OverrideStat {
  const [uid = "", gid = "", mode = "", type = null] = value.split(":");
  const [owner, group] = [uid, gid].map((text) => (/^\d+$/.test(text) && isId(Number(text)) ? Number(text) : null));
  if (owner == null || group == null || !/^[0-7]{1,11}$/.test(mode))
    throw fault(where, "uid:gid:mode or uid:gid:mode:type, the mode in octal digits", value);
  const kept = { uid: owner, gid: group, mode: Number.parseInt(mode, 8), type };
  if (type === null || PLAIN_TYPE.test(type)) return { ...kept, ...NO_DEVICE };
  if (!DEVICE_TYPE.test(type)) throw fault(where, "file, dir, symlink, pipe, socket, block-… or char-…", type);
  return { ...kept, ...readOverrideDevice(type, where) };
}

/**
 * The other way: four digits of a mode or more, as containers-storage writes it.
 *
 * @example writeOverrideStat({ uid: 0, gid: 5, mode: 0o620, type: "char-5-1" }) // "0:5:0620:char-5-1"
 */
export function writeOverrideStat({ uid, gid, mode, type }: Omit<OverrideStat, keyof OverrideDevice>): string {
  const value = `${uid}:${gid}:${mode.toString(8).padStart(4, "0")}`;
  return type === null ? value : `${value}:${type}`;
}

/** A device in such a value: `block-8-1` or `char-1-3`; what follows is passed over. @throws UsernsError ERR_MAP_TEXT */
export function readOverrideDevice(value: string, where = "user.containers.override_stat"): OverrideDevice {
  const [word = "", major = "", minor = ""] = value.split("-");
  const isNumber = (text: string) => /^\d+$/.test(text) && isId(Number(text));
  if ((word !== "block" && word !== "char") || !isNumber(major) || !isNumber(minor))
    throw fault(where, "block-MAJOR-MINOR or char-MAJOR-MINOR", value);
  return { major: Number(major), minor: Number(minor) };
}

function fault(where: string, expected: string, value: string): UsernsError {
  return new UsernsError("ERR_MAP_TEXT", { where, expected, got: quoted(value) });
}
