import { NO_ID, type OwnerKind, quoted, UsernsError } from "../core/index.ts";

/** An owner that a file has for rootless tools; null: the one it has anyway. */
export type RootlessOwner = Readonly<Record<OwnerKind, number | null>>;

/** @source rootlesscontainers.proto: `uint32 uid = 1; uint32 gid = 2` */
const FIELDS: ReadonlyMap<number, OwnerKind> = new Map([
  [1, "uid"],
  [2, "gid"],
]);

/** How the value of a field is written. @source protobuf.dev, "Encoding" */
const WIRE = { varint: 0, eightBytes: 1, counted: 2, fourBytes: 5 } as const;
const MOST_VARINT_BYTES = 10;

/**
 * The value of the attribute `user.rootlesscontainers`: a protobuf message of two ids, in which what is not there is 0 and
 * 4294967295 says that this owner is not another. Of a field that comes twice the last counts, one of a later version of
 * the message is passed over.
 *
 * @param where  for errors
 * @throws UsernsError ERR_MAP_TEXT for what is no such message
 * @source rootless-containers/proto, rootlesscontainers.proto
 * @example readRootlessOwner(Uint8Array.of(0x08, 33)).uid // 33
 */
export function readRootlessOwner(value: Uint8Array, where = "user.rootlesscontainers"): RootlessOwner {
  const message = new MessageReading(value, where);
  const ids = { uid: 0, gid: 0 };
  while (!message.isAtEnd) {
    const tag = message.varint();
    const [field, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    const kind = wire === WIRE.varint ? FIELDS.get(field) : undefined;
    if (kind === undefined) message.pass(field, wire);
    else ids[kind] = Number(BigInt.asUintN(32, message.varint()));
  }
  return { uid: idOf(ids.uid), gid: idOf(ids.gid) };
}

function idOf(id: number): number | null {
  return id === NO_ID ? null : id;
}

/**
 * The other way.
 *
 * @example writeRootlessOwner({ uid: 33, gid: 0 }) // Uint8Array.of(0x08, 33)
 */
export function writeRootlessOwner(owner: RootlessOwner): Uint8Array {
  const bytes: number[] = [];
  for (const [field, kind] of FIELDS) {
    const id = owner[kind] ?? NO_ID;
    if (id !== 0) bytes.push((field << 3) | WIRE.varint, ...varintOf(id));
  }
  return Uint8Array.from(bytes);
}

/** Seven bits a byte, the lowest first; all bytes but the last have their highest bit set. */
function varintOf(id: number): number[] {
  const bytes: number[] = [];
  for (let rest = id; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

class MessageReading {
  readonly #bytes: Uint8Array;
  readonly #where: string;
  #at = 0;

  constructor(bytes: Uint8Array, where: string) {
    this.#bytes = bytes;
    this.#where = where;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let count = 0; count < MOST_VARINT_BYTES; count++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw this.#fault("one that ends in the middle");
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw this.#fault("a number longer than 10 bytes");
  }

  /** Over the value of a field that says nothing here. */
  pass(field: number, wire: number): void {
    if (field === 0) throw this.#fault("a field numbered 0");
    if (wire === WIRE.varint) this.varint();
    else if (wire === WIRE.eightBytes) this.#skip(8n);
    else if (wire === WIRE.fourBytes) this.#skip(4n);
    else if (wire === WIRE.counted) this.#skip(this.varint());
    else throw this.#fault(`a field of wire type ${wire}`);
  }

  #skip(count: bigint): void {
    if (count > BigInt(this.#bytes.length - this.#at)) throw this.#fault("one that ends in the middle");
    this.#at += Number(count);
  }

  #fault(what: string): UsernsError {
    const hex = [...this.#bytes.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const expected = "a protobuf message of two ids, uid and gid";
    return new UsernsError("ERR_MAP_TEXT", { where: this.#where, expected, got: `${what}: ${quoted(hex)}` });
  }
}
