/** Image layers for the tar cases: made here, so that their shape is plain and nothing is downloaded. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { random } from "../random.ts";

const BLOCK = 512;
const OFFSET = {
  name: 0,
  mode: 100,
  uid: 108,
  gid: 116,
  size: 124,
  mtime: 136,
  sum: 148,
  type: 156,
  magic: 257,
} as const;

export interface Layer {
  readonly files: number;
  /** Bytes of each file. */
  readonly fileBytes: number;
}

/** Owners are ids below this. */
export const OWNERS = 65_536;

/** Write a layer of files in ustar format, with owners and bodies from the seed. @returns its bytes */
export function writeLayer(path: string, { files, fileBytes }: Layer, seed: number): number {
  const numbers = random(seed, `layer ${files}`);
  const body = new Uint8Array(Math.ceil(fileBytes / BLOCK) * BLOCK);
  for (let k = 0; k < fileBytes; k++) body[k] = numbers.below(256);
  const out = openSync(path, "w");
  let bytes = 0;
  for (let k = 0; k < files; k++) {
    // Most files of an image are root's.
    const owner = (): number => (numbers.below(4) === 0 ? numbers.below(OWNERS) : 0);
    bytes += writeSync(out, headerOf(`usr/share/d${k % 100}/file${k}`, owner(), owner(), fileBytes));
    bytes += writeSync(out, body);
  }
  bytes += writeSync(out, new Uint8Array(2 * BLOCK));
  closeSync(out);
  return bytes;
}

function headerOf(name: string, uid: number, gid: number, size: number): Uint8Array {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");
  header.write(name, OFFSET.name);
  header.write(octal(0o644, 7), OFFSET.mode);
  header.write(octal(uid, 7), OFFSET.uid);
  header.write(octal(gid, 7), OFFSET.gid);
  header.write(octal(size, 11), OFFSET.size);
  header.write(octal(1_700_000_000, 11), OFFSET.mtime);
  header.write("0", OFFSET.type);
  header.write("ustar\0" + "00", OFFSET.magic);
  header.fill(" ", OFFSET.sum, OFFSET.sum + 8);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, OFFSET.sum);
  return header;
}

/**
 * Owner and size of every entry of a layer of plain files, as one array: what every tool must agree on. Other fields
 * they may write in their own way.
 */
export function entriesOf(path: string): Uint32Array {
  const file = openSync(path, "r");
  const header = Buffer.alloc(BLOCK);
  const fields: number[] = [];
  const field = (offset: number, length: number): number =>
    Number.parseInt(
      header
        .toString("latin1", offset, offset + length)
        .replaceAll("\0", " ")
        .trim(),
      8,
    );
  let at = 0;
  while (readSync(file, header, 0, BLOCK, at) === BLOCK && header[0] !== 0) {
    const size = field(OFFSET.size, 12);
    fields.push(field(OFFSET.uid, 8), field(OFFSET.gid, 8), size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  closeSync(file);
  return Uint32Array.from(fields);
}
