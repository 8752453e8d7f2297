import { createHash } from "node:crypto";
import type { DigestAlgorithm, RunningHash } from "../image/index.ts";

/** A hash of Node's. */
export function newHash(algorithm: DigestAlgorithm): RunningHash {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
}

export function newSha256(): RunningHash {
  return newHash("sha256");
}
