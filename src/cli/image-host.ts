import { type Engine, initSync } from "../core/index.ts";
import type { ImageHost } from "../image/index.ts";
import { packer, throughStream } from "./compression.ts";
import { unpackPieces } from "./layer-input.ts";
import { newHash } from "./new-hash.ts";

/** What this machine lends to images: Node's hashes and compression, and the engine. */
export function imageHost(): ImageHost {
  const engine: Engine = initSync();
  return {
    engine,
    hash: newHash,
    async unpack(packed, where) {
      const pieces = packed[Symbol.asyncIterator]();
      const next = async (): Promise<Uint8Array | null> => {
        const { done, value } = await pieces.next();
        return done ? null : value;
      };
      const { compression, tar } = await unpackPieces(next, () => void pieces.return?.(), where);
      return { packing: compression, tar };
    },
    pack(tar, packing, where) {
      const stream = packer(packing, where);
      return stream ? throughStream(tar, stream) : tar;
    },
  };
}
