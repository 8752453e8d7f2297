/** Bytes as the browser's streams carry them, and as the walk through a tar takes them. */
import { UsernsError } from "../../core/index.ts";

/** What comes out of a stream, piece by piece; it is given up when no more is asked for. */
export async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      // A copy: the walk through the tar goes on in the memory that it gave a view of.
      else controller.enqueue(new Uint8Array(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

/** What gzip packed. @throws UsernsError ERR_COMPRESSION, while it is read, for what is broken */
export async function* gunzipped(packed: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  try {
    yield* piecesOf(streamOf(packed).pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    // What a decompressor throws is a TypeError, and nothing else in here throws one.
    if (!(error instanceof TypeError)) throw error;
    const fault = { where, expected: "whole gzip data, in one piece", got: error.message };
    throw new UsernsError("ERR_COMPRESSION", fault, { cause: error });
  }
}

/** The same, packed with gzip. */
export function gzipped(plain: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  return piecesOf(streamOf(plain).pipeThrough(new CompressionStream("gzip")));
}

/** Bytes put together in one Blob at a time: those are the browser's, which keeps them on its disk when they are many. */
const BLOB_BYTES = 8 * 1024 * 1024;

/** All pieces in one. The page's own memory holds a few megabytes of it at most. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Blob> {
  const blobs: Blob[] = [];
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const piece of pieces) {
    gathered.push(new Uint8Array(piece));
    length += piece.length;
    if (length < BLOB_BYTES) continue;
    blobs.push(new Blob(gathered));
    gathered = [];
    length = 0;
  }
  return new Blob([...blobs, ...gathered]);
}
