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
