import { createHash } from "node:crypto";
import type { LayerInput } from "./layer-input.ts";

/** Are two layers the same tar, however they are packed? */
export async function isSameTar(a: LayerInput, b: LayerInput): Promise<boolean> {
  return (await digestOf(a)) === (await digestOf(b));
}

/** SHA-256 of the tar, unpacked: what an image calls the layer's diff id. */
async function digestOf(layer: LayerInput): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of layer.tar) hash.update(chunk);
  return hash.digest("hex");
}
