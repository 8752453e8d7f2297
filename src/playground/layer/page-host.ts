import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { type Engine, UsernsError } from "../../core/index.ts";
import type { ImageHost, UnpackedTar } from "../../image/index.ts";
import { type Compression, detectCompression, SIGNATURE_BYTES } from "../../shift/index.ts";
import { gunzipped, gzipped } from "./byte-streams.ts";

/** What a browser lends to images: its gzip, and hashes that it has none of its own for that take bytes as they pass. */
export function pageHost(engine: Engine): ImageHost {
  return {
    engine,
    hash(algorithm) {
      const hash = (algorithm === "sha256" ? sha256 : sha512).create();
      return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
    },
    unpack,
    pack(tar, packing, where) {
      if (packing === "zstd") throw zstdFault(where);
      return packing === "gzip" ? gzipped(tar) : tar;
    },
  };
}

/** A layer's tar, plain or packed with gzip. @throws UsernsError ERR_COMPRESSION */
async function unpack(packed: AsyncIterable<Uint8Array>, where: string): Promise<UnpackedTar> {
  const { head, all } = await peek(packed);
  const packing: Compression = detectCompression(head, where);
  if (packing === "zstd") throw zstdFault(where);
  return { packing, tar: packing === "gzip" ? gunzipped(all, where) : all };
}

function zstdFault(where: string): UsernsError {
  return new UsernsError("ERR_COMPRESSION", {
    where,
    expected: "a tar, plain or packed with gzip: browsers unpack no other",
    got: "zstd",
    fix: "unpack it first: zstd -dc; or take the command, userns shift",
  });
}

/** The first bytes, as many as tell how the rest is packed, and all of them. */
async function peek(
  packed: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncIterable<Uint8Array> }> {
  const iterator = packed[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  const head = new Uint8Array(SIGNATURE_BYTES);
  let length = 0;
  while (length < SIGNATURE_BYTES) {
    const { done, value } = await iterator.next();
    if (done) break;
    // A copy: what comes next may lie in the same memory.
    const piece = value.slice();
    head.set(piece.subarray(0, SIGNATURE_BYTES - length), length);
    length += piece.length;
    first.push(piece);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: head.subarray(0, Math.min(length, SIGNATURE_BYTES)), all: all() };
}
