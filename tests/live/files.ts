/** File systems, files and mounts of a world, made on the running kernel. Every one is a tmpfs, but for those of disks.ts. */
import { isValidKuid64 } from "../../src/core/kuid64.ts";
import { encodeCapability } from "../../src/kernel/capability-xattr.ts";
import type { Inode, Superblock } from "../../src/kernel/inode.ts";
import type { Mount } from "../../src/kernel/mount.ts";
import { ACL_TYPES, type AclTag, type PosixAcl } from "../../src/kernel/posix-acl.ts";
import { makeKid } from "../../src/kernel/uidgid.ts";
import type { OwnerKind, UserNamespace } from "../../src/kernel/user-namespace.ts";
import type { World } from "../../src/kernel/world.ts";
import { AGENT, type Agent, AT_FDCWD, NotRun } from "./agent.ts";
import { freshPart } from "./disks.ts";
import { AT, CLONE, FSCONFIG, MOUNT_ATTR, MOVE_MOUNT_F_EMPTY_PATH, OPEN_TREE_CLONE, S_IF, u64s } from "./linux.ts";
import type { LiveWorld } from "./world.ts";

const MS_BIND = 4096;

/** Types that a tmpfs stands in for: their recorded answers are those of a tmpfs. */
const STOOD_IN_FOR = ["tmpfs", "ext4", "xfs", "btrfs"];

export function pathIn(agent: Agent, mount: string, path = ""): string {
  return `${agent.mountPoint}/${mount}${path === "" ? "" : `/${path}`}`;
}

export async function setUpFilesystems(live: LiveWorld, world: World): Promise<void> {
  const { agent } = live;
  if (world.superblocks.size > 0) agent.hasMounts = true;
  for (const superblock of world.superblocks.values()) {
    if (!STOOD_IN_FOR.includes(superblock.type)) throw new NotRun(`a file system of type ${superblock.type}`);
    const top = pathIn(agent, superblock.name);
    const root = plainMount(world, superblock).root;
    agent.queue(AGENT, "mkdirat", AT_FDCWD, top, 0o755);
    await mountSuperblock(live, world, superblock, top);
    createAs(live, superblock.userNs);
    for (const [name, inode] of root.entries) await makeInode(live, world, inode, `${top}/${name}`);
    createAs(live, world.initUserNs);
    dress(live, world, root, top);
  }
  for (const mount of world.mounts.values())
    if (!world.superblocks.has(mount.name)) await makeMount(live, world, mount);
}

function plainMount(world: World, { name }: Superblock): Mount {
  const mount = world.mounts.get(name);
  if (!mount) throw new Error(`${name} is not mounted`);
  return mount;
}

/** The kernel id of the first id that a namespace maps. */
function firstKid(ns: UserNamespace, kind: OwnerKind): number {
  if (!ns.parent) return 0;
  const first = ns.maps[kind].extents[0];
  if (!first) throw new NotRun("a file system whose namespace maps nothing");
  return first.lowerFirst;
}

/** Create from now on with owners that the file system can hold. */
function createAs({ agent }: LiveWorld, ns: UserNamespace): void {
  agent.queue(AGENT, "setfsgid", firstKid(ns, "gid"));
  agent.queue(AGENT, "setfsuid", firstKid(ns, "uid"));
}

/** The file system at its place: of a disk, or a tmpfs, which a process of the superblock's user namespace makes. */
async function mountSuperblock(
  live: LiveWorld,
  world: World,
  { type, userNs }: Superblock,
  top: string,
): Promise<void> {
  const { agent } = live;
  if (userNs === world.initUserNs) {
    const part = freshPart(type);
    if (part === null) agent.queue(AGENT, "mount", "live", top, "tmpfs", 0, "mode=0777");
    else agent.queue(AGENT, "mount", part, top, "", MS_BIND, 0);
    return;
  }
  const maker = await agent.fork();
  const [uid, gid] = [firstKid(userNs, "uid"), firstKid(userNs, "gid")];
  agent.queue(maker, "setresgid", gid, gid, gid);
  agent.queue(maker, "setresuid", uid, uid, uid);
  agent.queue(maker, "setns", live.userNsFds.get(userNs.name) ?? -1, CLONE.user);
  agent.queue(maker, "unshare", CLONE.mnt);
  const context = (await agent.must(maker, "fsopen", "tmpfs", 0)).result;
  agent.queue(maker, "fsconfig", context, FSCONFIG.CMD_CREATE, 0, 0, 0);
  const made = (await agent.must(maker, "fsmount", context, 0, 0)).result;
  const pidfd = (await agent.must(AGENT, "pidfd_open", maker.pid, 0)).result;
  const tree = (await agent.must(AGENT, "pidfd_getfd", pidfd, made, 0)).result;
  agent.queue(AGENT, "move_mount", tree, "", AT_FDCWD, top, MOVE_MOUNT_F_EMPTY_PATH);
  for (const fd of [pidfd, tree]) agent.queue(AGENT, "close", fd);
}

async function makeInode(live: LiveWorld, world: World, inode: Inode, path: string): Promise<void> {
  const { agent } = live;
  if (inode.isProgram) {
    const copied = await agent.perform(AGENT, "copy", Buffer.from(path).toString("hex"));
    if (copied.errno !== null) throw new NotRun(`setup: copying the program failed with ${copied.errno}`);
  } else if (inode.type === "dir") {
    agent.queue(AGENT, "mkdirat", AT_FDCWD, path, 0o700);
  } else if (inode.type === "symlink") {
    agent.queue(AGENT, "symlinkat", inode.target, AT_FDCWD, path);
  } else {
    agent.queue(AGENT, "mknodat", AT_FDCWD, path, S_IF[inode.type] | 0o600, inode.device);
    if (inode.size > 0) agent.queue(AGENT, "truncate", path, inode.size);
  }
  for (const [name, entry] of inode.entries) await makeInode(live, world, entry, `${path}/${name}`);
  dress(live, world, inode, path);
}

/** Owners, ACLs, mode and capabilities, in this order: a change of owner takes set-id bits and capabilities away. */
function dress({ agent }: LiveWorld, world: World, inode: Inode, path: string): void {
  agent.queue(AGENT, "fchownat", AT_FDCWD, path, inode.uid.id, inode.gid.id, AT.SYMLINK_NOFOLLOW);
  if (inode.type === "symlink") return;
  for (const type of ACL_TYPES) {
    const acl = inode.acls[type];
    if (!acl) continue;
    const bytes = aclToBytes(acl);
    agent.queue(AGENT, "lsetxattr", path, `system.posix_acl_${type}`, bytes, bytes.length, 0);
  }
  agent.queue(AGENT, "fchmodat", AT_FDCWD, path, inode.mode);
  if (!inode.capability) return;
  const root = makeKid(world, inode.superblock.userNs, "uid", inode.capability.rootId);
  if (!isValidKuid64(root)) throw new NotRun("a file capability of no namespace");
  const rootId: number = root.id;
  const bytes = encodeCapability({ ...inode.capability, rootId });
  agent.queue(AGENT, "lsetxattr", path, "security.capability", bytes, bytes.length, 0);
}

const ACL_VERSION = 2;
/** The id of an entry that names nobody. */
export const NO_ACL_ID = 4294967295;
export const ACL_TAG_NUMBERS: { readonly [Tag in AclTag]: number } = {
  user_obj: 1,
  user: 2,
  group_obj: 4,
  group: 8,
  mask: 16,
  other: 32,
};

/** An ACL as system.posix_acl_* holds it: a version, then 8 bytes an entry. */
export function aclBytes(
  entries: readonly { readonly tag: number; readonly perm: number; readonly id: number }[],
): Buffer {
  const bytes = Buffer.alloc(4 + 8 * entries.length);
  bytes.writeUInt32LE(ACL_VERSION, 0);
  for (const [index, { tag, perm, id }] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + 8 * index);
    bytes.writeUInt16LE(perm, 6 + 8 * index);
    bytes.writeUInt32LE(id, 8 + 8 * index);
  }
  return bytes;
}

function aclToBytes(acl: PosixAcl): Buffer {
  return aclBytes(
    acl.map((entry) => ({
      tag: ACL_TAG_NUMBERS[entry.tag],
      perm: entry.perm,
      id: entry.tag === "user" || entry.tag === "group" ? entry.kid.id : NO_ACL_ID,
    })),
  );
}

/** The path of an inode below another. */
function pathBelow(top: Inode, inode: Inode): string | null {
  if (top === inode) return "";
  for (const [name, entry] of top.entries) {
    const rest = pathBelow(entry, inode);
    if (rest !== null) return rest === "" ? name : `${name}/${rest}`;
  }
  return null;
}

async function makeMount(live: LiveWorld, world: World, mount: Mount): Promise<void> {
  const { agent } = live;
  const below = pathBelow(plainMount(world, mount.superblock).root, mount.root);
  if (below === null) throw new Error(`${mount.name} shows nothing of ${mount.superblock.name}`);
  const target = pathIn(agent, mount.name);
  agent.queue(AGENT, "mkdirat", AT_FDCWD, target, 0o755);
  const from = pathIn(agent, mount.superblock.name, below);
  const tree = (await agent.must(AGENT, "open_tree", AT_FDCWD, from, OPEN_TREE_CLONE)).result;
  const flags =
    (mount.isReadOnly ? MOUNT_ATTR.ro : 0) |
    (mount.isNosuid ? MOUNT_ATTR.nosuid : 0) |
    (mount.isNoexec ? MOUNT_ATTR.noexec : 0) |
    (mount.isNodev ? MOUNT_ATTR.nodev : 0);
  const idmap = mount.idmap ? live.userNsFds.get(mount.idmap.name) : 0;
  if (idmap === undefined) throw new NotRun(`no descriptor for namespace ${mount.idmap?.name}`);
  const set = flags | (mount.idmap ? MOUNT_ATTR.idmap : 0);
  if (set !== 0) agent.queue(AGENT, "mount_setattr", tree, "", AT.EMPTY_PATH, u64s(set, 0, 0, idmap), 32);
  agent.queue(AGENT, "move_mount", tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
  agent.queue(AGENT, "close", tree);
}
