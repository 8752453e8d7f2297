import { createHash } from "node:crypto";
import type { Unpacked } from "./layer-input.ts";

/** Are two layers the same tar, however they are packed? */
export async function isSameTar(a: Pick<Unpacked, "tar">, b: Pick<Unpacked, "tar">): Promise<boolean> {
  return (await tarDigest(a)) === (await tarDigest(b));
}

/** SHA-256 of the tar, unpacked: what an image calls the layer's diff id. */
export async function tarDigest(layer: Pick<Unpacked, "tar">): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of layer.tar) hash.update(chunk);
  return hash.digest("hex");
}
