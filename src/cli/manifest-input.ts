import { createReadStream } from "node:fs";
import { type Manifest, type NameToId, readManifestFile } from "../manifest/index.ts";
import { fileFault } from "./fault.ts";
import { joinPieces } from "./text-file.ts";

/** The help of every option that takes a manifest. */
export const MANIFEST_HELP = "who owns what: an mtree, or a manifest in JSON";

/**
 * A manifest of a file.
 *
 * @param idOf  for names of an mtree that come without numbers
 * @throws UsernsError ERR_FILE, ERR_MANIFEST
 */
export async function loadManifest(path: string, idOf?: NameToId): Promise<Manifest> {
  return readManifestFile(await bytesOf(path), idOf ? { name: path, idOf } : { name: path });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await joinPieces(createReadStream(path), path);
  } catch (error) {
    throw fileFault(error, path, "a file that can be read");
  }
}
