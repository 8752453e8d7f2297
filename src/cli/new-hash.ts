import { createHash } from "node:crypto";
import type { RunningDigest } from "../pack/index.ts";

/** A SHA-256 that is fed piece by piece. */
export function newSha256(): RunningDigest {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
}
