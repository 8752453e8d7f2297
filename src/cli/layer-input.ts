import { stat } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { type Compression, detectCompression, SIGNATURE_BYTES } from "../shift/index.ts";
import { throughStream, unpacker, unpackFault } from "./compression.ts";
import { openInput } from "./input-file.ts";
import type { Terminal } from "./terminal.ts";

/** The help of every argument that names a layer. */
export const IN_HELP = "the layer, plain or packed with gzip or zstd; - for stdin";

/** Bytes asked of a file at once. */
const READ_BYTES = 256 * 1024;

/** A layer that is being read. */
export interface LayerInput {
  /** Its path, or `stdin`. */
  readonly where: string;
  readonly compression: Compression;
  /** The tar, unpacked. To be read once. */
  readonly tar: AsyncIterable<Uint8Array>;
  /** Bytes of the file as it lies there, packed; null when nobody knows. */
  readonly sizeBytes: number | null;
  /** How many of them have been read. */
  bytesRead(): number;
}

/**
 * Open a layer, plain or packed.
 *
 * @param path  `-` for stdin
 * @throws UsernsError ERR_FILE, ERR_COMPRESSION; the same while `tar` is read
 */
export async function openLayer(path: string, terminal: Terminal): Promise<LayerInput> {
  const file = await openInput(path, terminal.stdin, READ_BYTES);
  const { where } = file;
  let read = 0;
  const next = async (): Promise<Uint8Array | null> => {
    const chunk = await file.next();
    read += chunk?.length ?? 0;
    return chunk;
  };
  const { compression, tar } = await unpackPieces(next, () => file.close(), where);
  return { where, compression, tar, sizeBytes: path === "-" ? null : await sizeOf(path), bytesRead: () => read };
}

/** A tar whose packing was found by its first bytes. */
export interface Unpacked {
  readonly compression: Compression;
  readonly tar: AsyncIterable<Uint8Array>;
}

/**
 * Unpack what is read in pieces.
 *
 * @param next   the next piece; null at the end
 * @param close  read no further
 * @throws UsernsError ERR_COMPRESSION, also while `tar` is read
 */
export async function unpackPieces(
  next: () => Promise<Uint8Array | null>,
  close: () => void,
  where: string,
): Promise<Unpacked> {
  const head = await readHead(next);
  const compression = detectCompression(head, where);
  const stream = unpacker(compression, where);
  const packed = async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (let chunk = await next(); chunk; chunk = await next()) yield chunk;
    } finally {
      close();
    }
  };
  return { compression, tar: stream ? unpacked(packed(), stream, compression, where) : packed() };
}

async function readHead(next: () => Promise<Uint8Array | null>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < SIGNATURE_BYTES) {
    const chunk = await next();
    if (!chunk) break;
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
  }
  return head;
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  stream: Duplex,
  compression: Compression,
  where: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* throughStream(packed, stream);
  } catch (error) {
    throw unpackFault(error, compression, where);
  }
}

async function sizeOf(path: string): Promise<number | null> {
  const stats = await stat(path);
  return stats.isFile() ? stats.size : null;
}
