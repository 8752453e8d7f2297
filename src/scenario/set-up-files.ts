import {
  type AclEntry,
  addEntry,
  entryAt,
  getName,
  Inode,
  nameFits,
  type PosixAcl,
  putAcl,
  validateAcl,
  type World,
} from "../kernel/index.ts";
import {
  aclOf,
  fileCapability,
  fileMode,
  type GivenEntry,
  type GivenKid,
  kernelId,
  natural,
  objectOf,
  oneOf,
  optional,
  scenarioError,
  text,
} from "../kernel/syscall/index.ts";
import { ownerId } from "./kernel-id.ts";

import { filesystem, plainMount } from "./set-up-filesystems.ts";

/** An ACL whose ids are kernel ids, as all of a setup are. */
const setupAcl = aclOf(kernelId);

export const FILE_ITEM = {
  fs: filesystem,
  path: text,
  type: optional(oneOf("file", "dir", "symlink", "fifo", "exe"), "file"),
  target: optional(text, ""),
  uid: ownerId,
  gid: ownerId,
  mode: optional(fileMode, 0o644),
  size: optional(natural, 0),
  acl: optional(setupAcl, undefined),
  acl_default: optional(setupAcl, undefined),
  fcap: optional(fileCapability, null),
};

/** What only some types of file have. */
const ONLY_OF: readonly (readonly ["target" | "size" | "acl" | "acl_default", readonly string[]])[] = [
  ["target", ["symlink"]],
  ["size", ["file", "exe"]],
  ["acl", ["file", "exe", "dir", "fifo"]],
  ["acl_default", ["dir"]],
];

/** A symbolic link's mode says nothing and is never asked. */
const LINK_MODE = 0o777;

/** A file with the owners that it has in the kernel, whoever they are. */
export function setUpFile(world: World, item: unknown, where: string): void {
  const given = objectOf(FILE_ITEM).read(item, where, world);
  const cut = given.path.lastIndexOf("/");
  const name = given.path.slice(cut + 1);
  const directory = entryAt(plainMount(world, given.fs), given.path.slice(0, Math.max(cut, 0)));
  if (directory?.type !== "dir")
    throw scenarioError(`${where}.path`, `a directory of ${given.fs.name} above it`, given.path);
  if (["", ".", ".."].includes(name) || directory.entries.has(name))
    throw scenarioError(`${where}.path`, "a path whose last name nothing has yet", given.path);
  for (const [key, types] of ONLY_OF)
    if (given[key] && !types.includes(given.type))
      throw scenarioError(`${where}.type`, `${types.join(" or ")}, which alone can have ${key}`, given.type);
  const fits = nameFits(name);
  if (!fits.ok) throw scenarioError(`${where}.path`, `a name that Linux takes: ${fits.rule.sentence}`, fits.because);
  const named = given.type === "symlink" ? getName(given.target) : fits;
  if (!named.ok)
    throw scenarioError(`${where}.target`, `a target that Linux takes: ${named.rule.sentence}`, given.target);
  const inode = new Inode(world.inodeColumns, {
    superblock: given.fs,
    type: given.type === "exe" ? "file" : given.type,
    mode: given.type === "symlink" ? LINK_MODE : given.mode,
    uid: given.uid,
    gid: given.gid,
  });
  addEntry(directory, name, inode);
  inode.size = given.size;
  if (given.type === "file" && given.size === 0) inode.content = "";
  inode.target = given.target;
  inode.isProgram = given.type === "exe";
  inode.capability = given.fcap;
  if (given.acl) putAcl(inode, "access", kernelAcl(given.acl, `${where}.acl`));
  if (given.acl_default) putAcl(inode, "default", kernelAcl(given.acl_default, `${where}.acl_default`));
}

function kernelAcl(entries: readonly GivenEntry<GivenKid>[], where: string): PosixAcl {
  const made = entries.map((entry): AclEntry => {
    const { perm } = entry;
    if (entry.tag === "user") return { tag: "user", perm, kid: entry.id };
    if (entry.tag === "group") return { tag: "group", perm, kid: entry.id };
    return { tag: entry.tag, perm };
  });
  const valid = validateAcl(made);
  if (!valid.ok) throw scenarioError(where, `an ACL that Linux takes: ${valid.rule.sentence}`, valid.because);
  return made;
}
