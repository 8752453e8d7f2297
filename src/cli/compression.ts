import { Duplex, pipeline, Readable } from "node:stream";
import * as zlib from "node:zlib";
import { UsernsError } from "../core/index.ts";
import type { SquashfsCompressor } from "../image/index.ts";
import type { Compression } from "../shift/index.ts";

/** A stream that unpacks; null where there is nothing to unpack. @throws UsernsError ERR_COMPRESSION without zstd */
export function unpacker(compression: Compression, where: string): Duplex | null {
  if (compression === "none") return null;
  return compression === "gzip" ? zlib.createGunzip({ chunkSize: CHUNK_BYTES }) : zstd("createZstdDecompress", where);
}

/** A stream that packs; null where nothing is to be packed. @throws UsernsError ERR_COMPRESSION without zstd */
export function packer(compression: Compression, where: string): Duplex | null {
  if (compression === "none") return null;
  return compression === "gzip" ? zlib.createGzip({ chunkSize: CHUNK_BYTES }) : zstd("createZstdCompress", where);
}

const CHUNK_BYTES = 128 * 1024;

/** Node has zstd since 22.15; the types of Node 20 do not know it. */
function zstd(name: "createZstdCompress" | "createZstdDecompress", where: string): Duplex {
  const make: unknown = Reflect.get(zlib, name);
  const stream: unknown = typeof make === "function" ? make() : null;
  if (stream instanceof Duplex) return stream;
  throw new UsernsError("ERR_COMPRESSION", {
    where,
    expected: "a tar, plain or packed with gzip (zstd needs Node 22.15 or newer)",
    got: `zstd, on Node ${process.versions.node}`,
    fix: "use a newer Node, or unpack it first: zstd -dc",
  });
}

/** An error of zlib's as bad input; any other error as it is. */
export function unpackFault(error: unknown, compression: Compression, where: string): unknown {
  const isZlib = error instanceof Error && "code" in error && /^(?:Z_|ZSTD_|ERR_ZSTD)/.test(String(error.code));
  if (!isZlib) return error;
  const fault = { where, expected: `whole ${compression} data`, got: `${error.message} (${error.code})` };
  return new UsernsError("ERR_COMPRESSION", fault, { cause: error });
}

/**
 * Send chunks through a stream of zlib's.
 *
 * @throws what `chunks` throws, and zlib's own errors
 */
export async function* throughStream(chunks: AsyncIterable<Uint8Array>, stream: Duplex): AsyncGenerator<Uint8Array> {
  // The reader below is handed every error; the callback keeps it from being thrown a second time.
  pipeline(Readable.from(chunks, { objectMode: false, highWaterMark: CHUNK_BYTES }), stream, () => {});
  for await (const chunk of stream) yield chunk;
}

/**
 * Unpack a block of a squashfs image's tables, all at once.
 *
 * @throws UsernsError ERR_COMPRESSION for a compressor that Node does not have, and for bytes that are not its own
 */
export function unpackBlock(
  compressor: SquashfsCompressor,
  bytes: Uint8Array,
  maxBytes: number,
  where: string,
): Uint8Array {
  const unpack: unknown = BLOCK_UNPACKERS[compressor] && Reflect.get(zlib, BLOCK_UNPACKERS[compressor]);
  if (typeof unpack !== "function")
    throw new UsernsError("ERR_COMPRESSION", {
      where,
      expected: "a table that is not packed, or packed with gzip (zstd needs Node 22.15 or newer)",
      got: `one packed with ${compressor}`,
      fix: "make the image with tables of ids that are not packed: mksquashfs -noId -noX",
    });
  try {
    const unpacked: unknown = unpack(bytes, { maxOutputLength: maxBytes });
    if (unpacked instanceof Uint8Array) return unpacked;
  } catch (error) {
    throw new UsernsError("ERR_COMPRESSION", {
      where,
      expected: `a block of ${compressor} that unpacks to at most ${maxBytes} bytes`,
      got: error instanceof Error ? error.message : String(error),
    });
  }
  throw new Error(`${compressor} unpacked to no bytes`);
}

/** Node's functions for the compressors of squashfs; its gzip is zlib's own format. */
const BLOCK_UNPACKERS: Readonly<Partial<Record<SquashfsCompressor, string>>> = {
  gzip: "inflateSync",
  zstd: "zstdDecompressSync",
};
