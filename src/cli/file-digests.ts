import { createHash } from "node:crypto";
import { type Manifest, type ManifestEntry, manifestOf } from "../manifest/index.ts";
import type { TreeContents } from "../pack/index.ts";

/** A manifest with the digest of every file. @throws UsernsError ERR_FILE */
export async function withDigests(manifest: Manifest, contents: TreeContents, name: string): Promise<Manifest> {
  const digests = new Map<number, string>();
  const entries: ManifestEntry[] = [];
  for (const entry of manifest.entries) {
    const known = entry.linkGroup === null ? undefined : digests.get(entry.linkGroup);
    const sha256 = entry.type === "file" ? (known ?? (await digestOf(entry, contents))) : null;
    if (sha256 !== null && entry.linkGroup !== null) digests.set(entry.linkGroup, sha256);
    entries.push({ ...entry, sha256 });
  }
  return manifestOf(entries, name);
}

async function digestOf(entry: ManifestEntry, contents: TreeContents): Promise<string> {
  const hash = createHash("sha256");
  if (entry.sizeBytes !== 0) for await (const piece of contents.open(entry)) hash.update(piece);
  return hash.digest("hex");
}
