import { UsernsError } from "../core/index.ts";

/** How a layer is packed. */
export type Compression = "none" | "gzip" | "zstd";

interface Signature {
  readonly name: string;
  readonly bytes: readonly number[];
  /** Missing: recognised only to say so. */
  readonly compression?: Compression;
}

/** The first bytes of each packing. @source RFC 1952, RFC 8878, the .xz file format, bzip2's manual */
const SIGNATURES: readonly Signature[] = [
  { name: "gzip", bytes: [0x1f, 0x8b], compression: "gzip" },
  { name: "zstd", bytes: [0x28, 0xb5, 0x2f, 0xfd], compression: "zstd" },
  { name: "xz", bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: "bzip2", bytes: [0x42, 0x5a, 0x68] },
];

/** Bytes that {@link detectCompression} wants to see, or all there are. */
export const SIGNATURE_BYTES = 6;

/**
 * How a stream is packed, by its first bytes. Unpacking it is the host's.
 *
 * @throws UsernsError ERR_COMPRESSION for a packing that is known and cannot be read
 */
export function detectCompression(head: Uint8Array, where: string): Compression {
  const found = SIGNATURES.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (!found) return "none";
  if (found.compression) return found.compression;
  throw new UsernsError("ERR_COMPRESSION", {
    where,
    expected: "a tar, plain or packed with gzip or zstd",
    got: `one packed with ${found.name}`,
    fix: `unpack it first: ${found.name} -dc`,
  });
}
