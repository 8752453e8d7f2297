import type { DeviceNumber } from "./entry.ts";

const MOST_MAJOR = 0xfff;
const MOST_MINOR = 0xf_ffff;

/**
 * The number of a device as stat(2) of glibc gives it: 12 bits of minor and major in 16, and further bits above them.
 *
 * @source makedev(3); glibc's bits/sysmacros.h describes the layout MMMM Mmmm mmmM MMmm
 * @example deviceOf(2049n) // { major: 8, minor: 1 }
 */
export function deviceOf(number: bigint): DeviceNumber {
  return {
    major: Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xffff_f000n)),
    minor: Number((number & 0xffn) | ((number >> 12n) & 0xffff_ff00n)),
  };
}

/** @example numberOfDevice({ major: 8, minor: 1 }) // 2049n */
export function numberOfDevice({ major, minor }: DeviceNumber): bigint {
  const [high, low] = [BigInt(major), BigInt(minor)];
  return ((high & 0xffff_f000n) << 32n) | ((low & 0xffff_ff00n) << 12n) | ((high & 0xfffn) << 8n) | (low & 0xffn);
}

/** A device that Linux can have: 12 bits of major, 20 of minor. @returns null for numbers that are none */
export function readDeviceNumbers(major: string, minor: string): DeviceNumber | null {
  const read = (text: string, most: number) =>
    /^(?:\d+|0x[0-9a-f]+)$/i.test(text) && Number(text) <= most ? Number(text) : null;
  const [high, low] = [read(major, MOST_MAJOR), read(minor, MOST_MINOR)];
  return high === null || low === null ? null : { major: high, minor: low };
}
