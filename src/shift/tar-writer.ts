import { entryHeader } from "./entry-header.ts";
import { BLOCK, inBlocks } from "./header.ts";

const TEXT = new TextEncoder();

/** The headers of a file: root's, mode 0644, of no time; the same for the same path and size. */
export function fileHeader(path: string, sizeBytes: number): Uint8Array {
  return entryHeader({
    path: TEXT.encode(path),
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    sizeBytes,
    mtime: { seconds: 0, nanoseconds: 0 },
    link: new Uint8Array(0),
    device: null,
    records: new Map(),
  });
}

/** The zeros behind a body that fill it up to whole blocks. */
export function bodyPadding(sizeBytes: number): Uint8Array {
  return new Uint8Array(inBlocks(sizeBytes) - sizeBytes);
}

/** The blocks of zeros that end an archive. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}
