/** Tar archives put together byte by byte, and read back. */
import { BLOCK, FIELDS } from "../../src/shift/header.ts";

/** Text whose characters are bytes. */
export const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, "0");

/** Fields as they stand in the block; what is left out is as GNU tar writes it for root's file. */
export interface Header {
  readonly name?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly size?: string;
  readonly type?: string;
  readonly magic?: string;
  readonly uname?: string;
  readonly gname?: string;
  readonly prefix?: string;
  /** The checksum field for a sum. */
  readonly checksum?: (sum: number) => string;
  readonly isSigned?: boolean;
  /** Any other bytes, by offset. */
  readonly at?: Readonly<Record<number, string>>;
}

export const USTAR = "ustar\0" + "00";
export const GNU = "ustar  \0";
export const V7 = "\0\0\0\0\0\0\0\0";

/** The field of an id in seven octal digits. */
export const id7 = (id: number): string => `${octal(id, 7)}\0`;

/** The field of a number in base 256. */
export function base256(value: number, width = 8): string {
  let rest = BigInt(value) & ((1n << BigInt(8 * width)) - 1n);
  const field: number[] = [];
  for (let k = 0; k < width; k++) {
    field.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  }
  field[0] = (field[0] ?? 0) | 0x80;
  return String.fromCharCode(...field);
}

export function header(fields: Header = {}): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => block.set(bytes(text), at);
  put(FIELDS.name.at, fields.name ?? "file");
  put(FIELDS.mode.at, "0000644\0");
  put(FIELDS.uid.at, fields.uid ?? id7(0));
  put(FIELDS.gid.at, fields.gid ?? id7(0));
  put(FIELDS.size.at, fields.size ?? `${octal(0, 11)}\0`);
  put(FIELDS.mtime.at, "14371573000\0");
  put(FIELDS.type.at, fields.type ?? "0");
  put(FIELDS.magic.at, fields.magic ?? USTAR);
  put(FIELDS.uname.at, fields.uname ?? "");
  put(FIELDS.gname.at, fields.gname ?? "");
  put(FIELDS.prefix.at, fields.prefix ?? "");
  for (const [at, text] of Object.entries(fields.at ?? {})) put(Number(at), text);
  put(FIELDS.checksum.at, "        ");
  const sum = block.reduce((all, byte) => all + (fields.isSigned && byte > 127 ? byte - 256 : byte), 0);
  put(FIELDS.checksum.at, (fields.checksum ?? ((value) => `${octal(value, 6)}\0 `))(sum));
  return block;
}

/** A body, filled up to whole blocks. */
export function padded(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(body, new Uint8Array((BLOCK - (body.length % BLOCK)) % BLOCK));
}

/** A header and its body; the size is the body's. */
export function entry(fields: Header = {}, body: Uint8Array | string = ""): Uint8Array<ArrayBuffer> {
  const content = typeof body === "string" ? bytes(body) : body;
  return concat(header({ size: `${octal(content.length, 11)}\0`, ...fields }), padded(content));
}

/** A pax record: its length is found by trying. */
export function record(key: string, value: string): string {
  for (let length = 1; ; length++) {
    const text = `${length} ${key}=${value}\n`;
    if (text.length === length) return text;
  }
}

export type Records = Readonly<Record<string, string>>;
export const recordsOf = (records: Records): string =>
  Object.entries(records)
    .map(([key, value]) => record(key, value))
    .join("");

/** An extended header of pax records. */
export function pax(records: Records, type = "x", fields: Header = {}): Uint8Array<ArrayBuffer> {
  return entry({ name: "PaxHeaders/file", type, ...fields }, recordsOf(records));
}

/** Two blocks of zeros. */
export const END = new Uint8Array(2 * BLOCK);

export const archive = (...entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => concat(...entries, END);

/** Little-endian words of 16 or 32 bits, as a text of bytes. */
export function words(...values: readonly (readonly [bits: 16 | 32, value: number])[]): string {
  return values
    .map(([bits, value]) => {
      const view = new DataView(new ArrayBuffer(bits / 8));
      if (bits === 16) view.setUint16(0, value, true);
      else view.setUint32(0, value, true);
      return String.fromCharCode(...new Uint8Array(view.buffer));
    })
    .join("");
}

/** The value of system.posix_acl_access: tag, permissions, id. */
export function aclValue(...entries: readonly (readonly [tag: number, perm: number, id: number])[]): string {
  return words(
    [32, 2],
    ...entries.flatMap(([tag, perm, id]): [16 | 32, number][] => [
      [16, tag],
      [16, perm],
      [32, id],
    ]),
  );
}

/** The value of security.capability: cap_net_raw, permitted and effective. */
export function capabilityValue(revision: 1 | 2 | 3, rootId?: number): string {
  const sets: [32, number][] = [
    [32, 1 << 13],
    [32, 0],
  ];
  return words(
    [32, ((revision << 24) | 1) >>> 0],
    ...sets,
    ...(revision > 1 ? sets.map(([bits]): [32, number] => [bits, 0]) : []),
    ...(rootId === undefined ? [] : [[32, rootId] as [32, number]]),
  );
}
