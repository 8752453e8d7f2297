import { UsernsError } from "../core/index.ts";
import { detectCompression, listMembers, type SeekableTar, SIGNATURE_BYTES, type TarMember } from "../shift/index.ts";
import type { ImageFile, ImageFiles } from "./host.ts";
import { isSquashfs } from "./squashfs-superblock.ts";

/** A tar whose bytes can be had in any order, and parts of it one after the other. */
export interface ImageTar extends SeekableTar {
  /** Of `sizeBytes` from `offset`. @throws UsernsError ERR_FILE, while its bytes are read */
  part(offset: number, sizeBytes: number): ImageFile;
}

/**
 * The files of an image that is kept in a tar, found by their paths; links among them are followed.
 *
 * @throws UsernsError ERR_TAR; ERR_IMAGE for a squashfs image; ERR_COMPRESSION for a tar that is packed itself
 */
export async function filesInTar(tar: ImageTar): Promise<ImageFiles> {
  const head = await tar.read(0, SIGNATURE_BYTES);
  if (isSquashfs(head)) throw notLayered(tar.name);
  checkPlain(head, tar.name);
  const members = new Map<string, TarMember>();
  for (const member of await listMembers(tar)) members.set(tidy(member.entry.path), member);
  return {
    name: tar.name,
    async file(path) {
      const member = followed(members, tidy(path), tar.name);
      return member ? tar.part(member.offset, member.size) : null;
    },
  };
}

function notLayered(where: string): UsernsError {
  const expected = "an image of layers; of squashfs only image shift knows the owners' ids, and no command their files";
  return new UsernsError("ERR_IMAGE", { where, expected, got: "a squashfs image" });
}

/** The members of a packed tar lie at no place that could be gone to. */
function checkPlain(head: Uint8Array, where: string): void {
  const compression = detectCompression(head, where);
  if (compression === "none") return;
  throw new UsernsError("ERR_COMPRESSION", {
    where,
    expected: "a tar that is not packed itself (its layers may be)",
    got: `one packed with ${compression}`,
    fix: `unpack it first: ${compression} -dc`,
  });
}

/** A path from the top of the archive, without what does not change where it leads. */
function tidy(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return names.join("/");
}

/** Links in an archive that lead to one another; docker save writes one for a layer that it has written before. */
const MOST_LINKS = 16;

function followed(members: ReadonlyMap<string, TarMember>, name: string, where: string): TarMember | null {
  let at = name;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const member = members.get(at);
    if (member?.entry.type === "file") return member;
    if (member?.entry.type === "symlink") at = tidy(`${at}/../${member.entry.linkPath}`);
    else if (member?.entry.type === "hard link") at = tidy(member.entry.linkPath);
    else return null;
  }
  throw new UsernsError("ERR_IMAGE", {
    where: `${where}: ${name}`,
    expected: `links that lead to a file, at most ${MOST_LINKS} of them`,
    got: "links without an end",
  });
}
