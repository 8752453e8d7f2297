/**
 * A number in a text that the kernel reads in whatever base it is written: decimal, hexadecimal after 0x, octal after a 0.
 * One + may stand before it.
 *
 * @returns the number, which may be more than the kernel has bits for; null for another text
 * @source  kstrtou32 with base 0, as the options of tmpfs and the policies of SafeSetID are read
 * @example readUnsigned("0x10") // 16
 */
export function readUnsigned(text: string): number | null {
  const read = /^\+?(?:0x([0-9a-f]+)|(0[0-7]*)|([1-9][0-9]*))$/i.exec(text);
  if (!read) return null;
  const [, hexadecimal, octal, decimal] = read;
  return hexadecimal ? Number.parseInt(hexadecimal, 16) : octal ? Number.parseInt(octal, 8) : Number(decimal);
}

/** The most that 32 bits hold. */
export const MAX_U32 = 0xffff_ffff;

/** The least and the most that an int holds. */
export const LEAST_INT = -0x8000_0000;
export const MAX_INT = 0x7fff_ffff;

/** What the kernel takes for white space, of single bytes. */
const SPACE = "\\t\\n\\v\\f\\r \\xa0";
const SPACE_AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "g");

/** What C sees of a text that was written: no more than comes before a NUL. */
export function untilNul(text: string): string {
  return text.split("\0", 1).join("");
}

/**
 * A number below 0 or not, in whatever base, with white space around it.
 *
 * @returns the number, which may be more than an int holds; null for another text
 * @source  asked of a running Linux 6.18: what /proc/PID/oom_score_adj and cgroup.procs take
 * @example readSigned(" -0x10\n") // -16
 */
export function readSigned(text: string): number | null {
  const bare = untilNul(text).replace(SPACE_AROUND, "");
  if (!bare.startsWith("-")) return readUnsigned(bare);
  const read = bare.startsWith("-+") ? null : readUnsigned(bare.slice(1));
  return read === null ? null : -read;
}

/** How many characters a number in a file of /proc/sys has at most. */
const MOST_SETTING = 20;
const SETTING = new RegExp(`^[${SPACE}]*([0-9a-fx]{1,${MOST_SETTING}})(?:[ \\t\\n].*)?$`, "is");

/**
 * A number that is written to a file of /proc/sys: in whatever base, without a sign, after white space; what follows a blank
 * or the end of a line is not looked at.
 *
 * @returns null for another text
 * @source  asked of a running Linux 6.18, max_user_namespaces and pipe-user-pages-soft
 * @example readSetting("010 and more") // 8
 */
export function readSetting(text: string): number | null {
  return readUnsigned(SETTING.exec(text)?.[1] ?? "");
}
