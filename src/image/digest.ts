import type { DigestAlgorithm, ImageHost, RunningHash } from "./host.ts";
import { imageFault } from "./image-fault.ts";

/** A digest, `sha256:9c1f…`, taken apart. */
export interface Digest {
  readonly text: string;
  readonly algorithm: DigestAlgorithm;
  readonly hex: string;
}

/** @source OCI image specification, "Descriptors": registered algorithms */
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/**
 * Read a digest.
 *
 * Nothing else can stand in the path of a blob: no other characters pass.
 *
 * @param where  named in errors
 * @throws UsernsError ERR_IMAGE
 */
export function readDigest(text: string, where: string): Digest {
  if (!DIGEST.test(text))
    throw imageFault(
      where,
      "sha256: and 64, or sha512: and 128, hexadecimal digits",
      JSON.stringify(text.slice(0, 80)),
    );
  const algorithm = text.startsWith("sha256") ? "sha256" : "sha512";
  return { text, algorithm, hex: text.slice(algorithm.length + 1) };
}

/** Where a layout keeps the blob of a digest. @source OCI image specification, "Image Layout" */
export function blobPath({ algorithm, hex }: Digest): string {
  return `blobs/${algorithm}/${hex}`;
}

/** Pass bytes on while a hash takes them too. */
export async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: RunningHash): AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    hash.update(piece);
    yield piece;
  }
}

/**
 * Pass the bytes of a blob on, and hold them to its digest.
 *
 * @throws UsernsError ERR_IMAGE at their end, when they are others
 */
export async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  digest: Digest,
  host: ImageHost,
  where: string,
): AsyncGenerator<Uint8Array> {
  const hash = host.hash(digest.algorithm);
  yield* hashed(bytes, hash);
  const hex = hash.hex();
  if (hex === digest.hex) return;
  const got = `bytes of ${digest.algorithm}:${hex}`;
  throw imageFault(
    where,
    `bytes of ${digest.text}`,
    got,
    "get the image again: this copy of it is damaged or was changed",
  );
}

/** The digest of a text. */
export function digestOf(text: string, host: ImageHost): Digest {
  const hash = host.hash("sha256");
  hash.update(new TextEncoder().encode(text));
  const hex = hash.hex();
  return { text: `sha256:${hex}`, algorithm: "sha256", hex };
}
