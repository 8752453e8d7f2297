import { UsernsError } from "../../core/index.ts";
import { type Compression, detectCompression, SIGNATURE_BYTES } from "../../shift/index.ts";

/** A layer as a file of the page's visitor: its tar, unpacked as it is read. */
export interface FileTar {
  readonly compression: Compression;
  readonly tar: AsyncIterable<Uint8Array>;
}

/**
 * Open a layer, plain or packed with gzip.
 *
 * @param onProgress  told how many bytes of the file were read
 * @throws UsernsError ERR_COMPRESSION for other packings, and while `tar` is read for one that is broken
 */
export async function openFile(file: File, onProgress: (bytesRead: number) => void): Promise<FileTar> {
  const head = new Uint8Array(await file.slice(0, SIGNATURE_BYTES).arrayBuffer());
  const compression = detectCompression(head, file.name);
  if (compression === "zstd")
    throw new UsernsError("ERR_COMPRESSION", {
      where: file.name,
      expected: "a tar, plain or packed with gzip: browsers unpack no other",
      got: "zstd",
      fix: "unpack it first: zstd -dc; or take the command, userns shift",
    });
  let bytesRead = 0;
  const counted = file.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        bytesRead += piece.length;
        onProgress(bytesRead);
        controller.enqueue(piece);
      },
    }),
  );
  if (compression === "none") return { compression, tar: piecesOf(counted) };
  return { compression, tar: unpacked(counted.pipeThrough(new DecompressionStream("gzip")), file.name) };
}

async function* unpacked(stream: ReadableStream<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* piecesOf(stream);
  } catch (error) {
    // What a decompressor throws is a TypeError, and nothing else in here throws one.
    if (!(error instanceof TypeError)) throw error;
    const fault = { where, expected: "whole gzip data, in one piece", got: error.message };
    throw new UsernsError("ERR_COMPRESSION", fault, { cause: error });
  }
}

async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
}

/** Bytes put together in one Blob at a time: those are the browser's, which keeps them on its disk when they are many. */
const BLOB_BYTES = 8 * 1024 * 1024;

/** All pieces as a file to download, packed as the input was. The page's own memory holds a few megabytes of it at most. */
export async function collect(tar: AsyncIterable<Uint8Array>, compression: Compression): Promise<Blob> {
  const plain = streamOf(tar);
  const stream = compression === "gzip" ? plain.pipeThrough(new CompressionStream("gzip")) : plain;
  const blobs: Blob[] = [];
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of piecesOf(stream)) {
    // A copy: the walk through the tar goes on in the memory that it gave a view of.
    pieces.push(new Uint8Array(piece));
    length += piece.length;
    if (length < BLOB_BYTES) continue;
    blobs.push(new Blob(pieces));
    pieces = [];
    length = 0;
  }
  return new Blob([...blobs, ...pieces]);
}

function streamOf(tar: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = tar[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await pieces.return?.();
    },
  });
}
