import { isSameKuid64, isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import { idsOf } from "./cred.ts";
import { makeKfsid } from "./fsid.ts";
import { lacking } from "./fsid-map.ts";
import { fsidMode } from "./fsid-modes.ts";
import { mayMount, type Tree } from "./idmapped-mount.ts";
import { Inode, type Superblock } from "./inode.ts";
import { MODE_BITS, showMode } from "./mode.ts";
import { NO_FLAGS } from "./mount.ts";
import { isNsCapable } from "./ns-capable.ts";
import { MAX_U32, readUnsigned } from "./number-text.ts";
import { GLOBAL_ROOT } from "./pseudo-files.ts";
import type { Task } from "./task.ts";
import { fromKidMunged } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, atStage, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "tmpfs(5); vectors/linux-6.18/3_idmapped_mounts.json (tag tmpfs-opts)";

const RULES = ruleTable({
  optionIsNumber: { sentence: "uid, gid and mode are numbers of 32 bits.", source: `${SOURCE}: EINVAL` },
  optionIsMapped: {
    sentence: "The ids given to tmpfs are ids of the mounter's namespace, and mapped there.",
    source: `${SOURCE}: EINVAL`,
  },
  quotaInInit: {
    sentence: "A tmpfs of another user namespace than the initial one keeps no quota.",
    source: "tmpfs(5), quota; vectors/isolated/scenarios.json (A08): EINVAL",
  },
  mountCapable: {
    sentence: "A file system is made with CAP_SYS_ADMIN over the namespace that shall own it, the maker's own.",
    source: "user_namespaces(7): EPERM",
  },
});

/** Mount options of tmpfs that ids decide, as they are written. */
export interface TmpfsOptions {
  readonly uid?: string | undefined;
  readonly gid?: string | undefined;
  readonly mode?: string | undefined;
  /** Whose things are counted. */
  readonly counts?: readonly OwnerKind[];
  /** What mountinfo tells of its limits. */
  readonly limits?: readonly string[];
}

const DEFAULT_MODE = 0o1777;

/**
 * Make and mount a tmpfs: fsopen, fsconfig, fsmount. It belongs to the task's user namespace.
 *
 * @source fsopen(2), tmpfs(5)
 */
export function mountTmpfs(world: World, task: Task, options: TmpfsOptions, name: string): Verdict<Tree> {
  const may = atStage(mayMount(task), "fsopen");
  if (!may.ok) return may;
  const uid = atStage(ownerOption(world, task, "uid", options.uid), "fsconfig");
  if (!uid.ok) return uid;
  const gid = atStage(ownerOption(world, task, "gid", options.gid), "fsconfig");
  if (!gid.ok) return gid;
  const mode = atStage(modeOption(options.mode), "fsconfig");
  if (!mode.ok) return mode;
  const { userNs } = task.cred;
  const { counts = [], limits = [] } = options;
  if (counts.length > 0 && userNs !== world.initUserNs)
    return atStage(deny("EINVAL", RULES.quotaInInit, userNs.name), "fsconfig");
  if (!isNsCapable(task.cred, userNs, "sys_admin"))
    return atStage(deny("EPERM", RULES.mountCapable, `no CAP_SYS_ADMIN over ${userNs.name}`), "fsconfig");
  const showOptions = () => [
    ...limits,
    ...(mode.value === DEFAULT_MODE ? [] : [`mode=${showMode(mode.value).slice(1)}`]),
    ...ownerShown(world, "uid", uid.value),
    ...ownerShown(world, "gid", gid.value),
  ];
  const superblock: Superblock = { name, type: "tmpfs", userNs, isReadOnly: false, counts, showOptions };
  const root = new Inode(world.inodeColumns, {
    superblock,
    type: "dir",
    mode: mode.value,
    uid: uid.value,
    gid: gid.value,
  });
  return allow({ mount: { ...NO_FLAGS, name, superblock, root, idmap: null }, attachedAt: null, locked: [] });
}

/**
 * The owner of the top directory: as asked, or the mounter's filesystem id. All revisions of the fsid mappings but the
 * repaired one left the options of tmpfs alone: they are ids of processes.
 */
function ownerOption<K extends OwnerKind>(
  world: World,
  { cred }: Task,
  kind: K,
  text: string | undefined,
): Verdict<Kuid64<K>> {
  if (text === undefined) return allow(idsOf(cred, kind).fs);
  const id = readUnsigned(text);
  if (id === null || id > MAX_U32) return deny("EINVAL", RULES.optionIsNumber, `${kind}=${text}`);
  const table = fsidMode(world.profile)?.isRepaired ? "fs" : "id";
  const kid = makeKfsid(world, cred.userNs, kind, id, table);
  return isValidKuid64(kid)
    ? allow(kid)
    : deny(
        "EINVAL",
        RULES.optionIsMapped,
        `${kind} ${id} is not mapped in ${lacking(world, cred.userNs, kind, table)}`,
      );
}

/**
 * The owner of the top directory as every reader is shown it, whoever reads: as the initial namespace has it, and where
 * that is not global root.
 *
 * @source shmem_show_options; asked of a running Linux 6.18; vectors/isolated F13, for the creator's id inside
 */
function ownerShown<K extends OwnerKind>(world: World, kind: K, kid: Kuid64<K>): readonly string[] {
  if (isSameKuid64(kid, GLOBAL_ROOT[kind])) return [];
  return [`${kind}=${fromKidMunged(world, world.initUserNs, kind, kid)}`];
}

function modeOption(text: string | undefined): Verdict<number> {
  if (text === undefined) return allow(DEFAULT_MODE);
  if (!/^\+?[0-7]+$/.test(text) || Number.parseInt(text, 8) > MAX_U32)
    return deny("EINVAL", RULES.optionIsNumber, `mode=${text}`);
  return allow(Number.parseInt(text, 8) & MODE_BITS);
}
