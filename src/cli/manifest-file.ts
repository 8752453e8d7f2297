import { createReadStream } from "node:fs";
import { parseGroup, parsePasswd } from "../formats/index.ts";
import { type Manifest, manifestToJson, mtreeText, type NameToId, readManifestFile } from "../manifest/index.ts";
import { peopleOf } from "../pack/index.ts";
import { fileFault } from "./fault.ts";
import { jsonPieces } from "./json-pieces.ts";
import { put } from "./terminal.ts";
import { joinPieces } from "./text-file.ts";
import { inPieces } from "./text-pieces.ts";
import { readGroup, readPasswd } from "./tool-files.ts";
import { writeWhole } from "./whole-file.ts";

/** Of a manifest: more than a tree of a million paths has. */
const MOST_BYTES = 256 << 20;

/** The help of every argument that names a manifest. */
export const MANIFEST_HELP = "an ownership manifest: an mtree, or JSON";

/** The options that name the accounts of an image. */
export const PEOPLE = {
  passwd: ["--passwd <file>", "the passwd of the image: names, and the users' own groups"],
  group: ["--group <file>", "the group file of the image"],
} as const;

export interface PeopleOptions {
  readonly passwd?: string;
  readonly group?: string;
}

/**
 * A manifest of a file.
 *
 * @param idOf  for names of an mtree that come without numbers
 * @throws UsernsError ERR_FILE, ERR_MANIFEST
 */
export async function readManifest(path: string, idOf?: NameToId): Promise<Manifest> {
  let bytes: Uint8Array;
  try {
    bytes = await joinPieces(createReadStream(path), path, MOST_BYTES);
  } catch (error) {
    throw fileFault(error, path, "a manifest that can be read");
  }
  return readManifestFile(bytes, idOf ? { name: path, idOf } : { name: path });
}

/** Write a manifest: JSON where the name ends so, else an mtree. @throws UsernsError ERR_FILE */
export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await writeWhole(path, async (sink) => {
    const isJson = path.endsWith(".json");
    for (const piece of isJson ? jsonPieces(manifestToJson(manifest)) : inPieces(mtreeText(manifest)))
      await put(sink, piece);
    if (isJson) await put(sink, "\n");
  });
}

/** The accounts of an image; without its files every user but root is a number. @throws UsernsError ERR_FILE */
export async function accountsOf({ passwd: passwdPath, group: groupPath }: PeopleOptions) {
  const passwd = passwdPath === undefined ? parsePasswd(ROOT_ALONE, "no passwd") : await readPasswd(passwdPath);
  const group = groupPath === undefined ? parseGroup("", "no group file") : await readGroup(groupPath);
  return { passwd, people: peopleOf(passwd, group) };
}

/** Who root is needs no file. */
const ROOT_ALONE = "root:x:0:0::/:/bin/sh\n";
