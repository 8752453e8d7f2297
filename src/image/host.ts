import type { Engine } from "../core/index.ts";
import type { Compression } from "../shift/index.ts";

/** A hash that takes bytes as they pass by. */
export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** In lower-case hexadecimal digits; once, at the end. */
  hex(): string;
}

/** A layer's tar, unpacked as it is read. */
export interface UnpackedTar {
  readonly packing: Compression;
  readonly tar: AsyncIterable<Uint8Array>;
}

/** What the machine lends: hashes and compression. */
export interface ImageHost {
  hash(algorithm: DigestAlgorithm): RunningHash;
  /** @param where  named in errors @throws UsernsError ERR_COMPRESSION, also while the tar is read */
  unpack(packed: AsyncIterable<Uint8Array>, where: string): Promise<UnpackedTar>;
  /** @throws UsernsError ERR_COMPRESSION where the machine has no such packing */
  pack(tar: AsyncIterable<Uint8Array>, packing: Compression, where: string): AsyncIterable<Uint8Array>;
  /** Rewrites headers in bulk. */
  readonly engine: Engine;
}

/** The algorithms that the image specification names. */
export type DigestAlgorithm = "sha256" | "sha512";

/** A part of a file: from one of its bytes on. */
export interface FilePlace {
  readonly path: string;
  readonly offset: number;
}

/** A file of an image. */
export interface ImageFile {
  readonly sizeBytes: number;
  /** Where others find its bytes. */
  readonly place: FilePlace;
  /** Its bytes, from the beginning each time. @throws UsernsError ERR_FILE */
  bytes(): AsyncIterable<Uint8Array>;
}

/** Where an image's files are read: a folder, or a tar of one. */
export interface ImageFiles {
  /** Of the image, in errors. */
  readonly name: string;
  /** @returns null when there is no such regular file */
  file(path: string): Promise<ImageFile | null>;
}
