import type { UserId } from "../core/id.ts";
import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { isInGroup } from "./cred.ts";
import type { IpcPerm } from "./ipc-namespace.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Task } from "./task.ts";
import { fromKidMunged, makeKid } from "./uidgid.ts";
import type { OwnerIds, OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const SOURCE = "sysvipc(7); shmctl(2)";

const RULES = ruleTable({
  ipcExists: { sentence: "An object that is asked for without being made must exist.", source: `${SOURCE}: ENOENT` },
  ipcBits: {
    sentence:
      "Owner and creator are held to the owner's bits, members of their groups to the group's, everybody else to the others'; CAP_IPC_OWNER over the namespace that owns the IPC namespace passes all.",
    source: `${SOURCE}: EACCES`,
  },
  ipcOwner: {
    sentence:
      "An object is changed by its owner, by its creator, or with CAP_SYS_ADMIN over the namespace that owns the IPC namespace.",
    source: `${SOURCE}, IPC_SET: EPERM`,
  },
  ipcMapped: {
    sentence: "The new owner and group must be mapped in the caller's namespace.",
    source: `${SOURCE}, IPC_SET: EINVAL; vectors/isolated/scenarios.json (V02)`,
  },
});

const READ = 4;

/**
 * `shmget`: the segment of a key, made where there is none and the caller says so.
 *
 * @param mode  null: it must exist, and nothing is asked of its bits
 */
export function shmget(task: Task, key: number, mode: number | null): Verdict<IpcPerm> {
  const found = task.ipcNs.segments.get(key);
  if (found) return mode === null ? allow(found) : withPerm(ipcPermission(task, found, anyDigit(mode)), found);
  if (mode === null) return deny("ENOENT", RULES.ipcExists, `key ${key}`);
  const ids = { uid: task.cred.uid.effective, gid: task.cred.gid.effective };
  const made: IpcPerm = { owner: ids, creator: ids, mode };
  task.ipcNs.segments.set(key, made);
  return allow(made);
}

/** What any of the three digits of a mode asks for: a segment that is there is opened for all of it. */
function anyDigit(mode: number): number {
  return (mode >> 6) | (mode >> 3) | mode;
}

function withPerm(asked: Verdict, perm: IpcPerm): Verdict<IpcPerm> {
  return asked.ok ? allow(perm, asked.rule) : asked;
}

/** `ipcperms`: kernel ids are compared. */
function ipcPermission({ cred, ipcNs }: Task, { owner, creator, mode }: IpcPerm, mask: number): Verdict {
  const is = (ids: OwnerIds) => isSameKuid64(cred.uid.effective, ids.uid);
  const shift = is(owner) || is(creator) ? 6 : isInGroup(cred, owner.gid) || isInGroup(cred, creator.gid) ? 3 : 0;
  if ((mask & 7 & ~(mode >> shift)) === 0 || isNsCapable(cred, ipcNs.userNs, "ipc_owner"))
    return allow(undefined, RULES.ipcBits);
  return deny("EACCES", RULES.ipcBits, `${showKuid64(cred.uid.effective)} neither owns nor made it`);
}

/** Owner and creator as a task is shown them. */
export interface IpcStat {
  readonly uid: number;
  readonly gid: number;
  readonly cuid: number;
  readonly cgid: number;
}

/** `shmctl(IPC_STAT)` */
export function shmStat(world: World, task: Task, perm: IpcPerm): Verdict<IpcStat> {
  const { cred } = task;
  const permitted = ipcPermission(task, perm, READ);
  if (!permitted.ok) return permitted;
  const shown = <K extends OwnerKind>(kind: K, kid: Kuid64<K>) => fromKidMunged(world, cred.userNs, kind, kid);
  const { owner, creator } = perm;
  return allow({
    uid: shown("uid", owner.uid),
    gid: shown("gid", owner.gid),
    cuid: shown("uid", creator.uid),
    cgid: shown("gid", creator.gid),
  });
}

/** `shmctl(IPC_SET)` of the owner: permission is asked before the ids are looked at. */
export function shmSetOwner(
  world: World,
  { cred, ipcNs }: Task,
  perm: IpcPerm,
  uid: UserId<"uid">,
  gid: UserId<"gid">,
): Verdict {
  const { effective } = cred.uid;
  const isOwner = [perm.creator, perm.owner].some((ids) => isSameKuid64(effective, ids.uid));
  if (!isOwner && !isNsCapable(cred, ipcNs.userNs, "sys_admin"))
    return deny("EPERM", RULES.ipcOwner, `${showKuid64(effective)} neither owns nor made it`);
  const owner = { uid: makeKid(world, cred.userNs, "uid", uid), gid: makeKid(world, cred.userNs, "gid", gid) };
  if (!isValidKuid64(owner.uid) || !isValidKuid64(owner.gid))
    return deny("EINVAL", RULES.ipcMapped, `uid ${uid} or gid ${gid} is not mapped in ${cred.userNs.name}`);
  perm.owner = owner;
  return allow(undefined, RULES.ipcOwner);
}
