import { isSameKuid64, type Kuid64 } from "../core/kuid64.ts";
import type { CgroupNamespace } from "./cgroup-namespace.ts";
import { type Cred, type CredColumns, type CredParts, holdsCapsOf, makeCred } from "./cred.ts";
import type { Inode } from "./inode.ts";
import type { IpcNamespace } from "./ipc-namespace.ts";
import type { ProcessKeyrings } from "./key.ts";
import { keyUser } from "./key-user.ts";
import type { MountNamespace, Path } from "./mount.ts";
import type { NetNamespace } from "./net-namespace.ts";
import type { OpenFile } from "./open-file.ts";
import type { OpenMapFile } from "./open-map-file.ts";
import type { PidNamespace } from "./pid-namespace.ts";
import type { Pipe } from "./pipe.ts";
import type { Process } from "./process.ts";
import type { Profile } from "./profile.ts";
import type { Socket } from "./socket.ts";
import type { TimeNamespace } from "./time-namespace.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { UtsNamespace } from "./uts-namespace.ts";

/**
 * May others look into the task? 1: yes; 0: only those with CAP_SYS_PTRACE over {@link Task.mmNs}. What PR_GET_DUMPABLE
 * gives; 2 is what /proc/sys/fs/suid_dumpable could ask for and is not modelled.
 */
export type Dumpable = 0 | 1;

/** A process of one thread. */
export interface Task extends Process {
  cred: Cred;
  dumpable: Dumpable;
  /** The user namespace in which it last did execve: the owner of its memory. */
  mmNs: UserNamespace;
  /** The file of a world that it last did execve of; null: a program from elsewhere. */
  program: Path | null;
  noNewPrivs: boolean;
  session: number;
  umask: number;
  nice: number;
  /** Its name, a character each byte; null: its program was not started here, and it has given itself none. */
  comm: string | null;
  oomAdjust: number;
  /** How low anybody may set {@link Task.oomAdjust}. */
  leastOomAdjust: number;
  /** RLIMIT_NPROC; null: none. */
  processLimit: number | null;
  mountNs: MountNamespace;
  utsNs: UtsNamespace;
  netNs: NetNamespace;
  ipcNs: IpcNamespace;
  readonly pidNs: PidNamespace;
  /** Where its resources are counted; null: the root cgroup. */
  cgroup: Inode | null;
  cgroupNs: CgroupNamespace;
  /** Where what it forks is; another than its own after unshare. */
  pidNsForChildren: PidNamespace;
  timeNs: TimeNamespace;
  /** Where what it forks is, and itself after execve; another than its own after unshare. */
  timeNsForChildren: TimeNamespace;
  /** Map files that it keeps open, by the name it gave them. */
  readonly mapFiles: Map<string, OpenMapFile>;
  /** Other files that it keeps open, by the name it gave them. */
  readonly files: Map<string, OpenFile>;
  /** Sockets that it holds, by the name it gave them. */
  readonly sockets: Map<string, Socket>;
  /** Pipes that it holds open. */
  readonly pipes: Pipe[];
  keyrings: ProcessKeyrings;
  /** Who forked it; null: the first process of the machine, which also takes in whose parent has ended. */
  parent: Task | null;
  /** Has it ended, without its parent having asked how? */
  isZombie: boolean;
  /** Was it a signal that ended it? */
  wasKilled: boolean;
  /** Signals that it blocks. */
  readonly blocked: Set<number>;
  /** Blocked signals that were sent to it. */
  readonly pending: PendingSignal[];
  loginUid: LoginUid;
}

/** A world, as far as credentials are kept and compared in it. */
interface HasCreds {
  readonly credColumns: CredColumns;
  readonly profile: Profile;
}

/**
 * Give a task other credentials.
 *
 * Losing the right to be looked into: a change of effective or filesystem ids, or capabilities that the old credential
 * did not hold, leave the task not dumpable.
 *
 * @source prctl(2), PR_SET_DUMPABLE; vectors/linux-6.18/3_idmapped_mounts.json (tag suid-exec)
 */
export function commitCreds(world: HasCreds, task: Task, changes: Partial<CredParts>): void {
  const old = task.cred;
  const cred = makeCred(world.credColumns, { ...old, ...changes });
  const isSameFs = (kind: OwnerKind) => isSameKuid64(old[kind].fs, cred[kind].fs);
  const isSameWho = (["uid", "gid"] as const).every(
    (kind) => isSameKuid64(old[kind].effective, cred[kind].effective) && isSameFs(kind),
  );
  const { thread } = task.keyrings;
  // The keyring of a thread is its user's, whoever that becomes.
  if (thread) {
    const { uid, gid } = keyUser(world, cred);
    thread.owner = { uid: isSameFs("uid") ? thread.owner.uid : uid, gid: isSameFs("gid") ? thread.owner.gid : gid };
  }
  if (!isSameWho || !holdsCapsOf(old, cred)) task.dumpable = 0;
  task.cred = cred;
}

/** Who logged in to start the task; null: nobody said. Children inherit it. */
export type LoginUid = Kuid64<"uid"> | null;

/** A signal on its way, with what its receiver is told of the sender. */
export interface PendingSignal {
  readonly signal: number;
  readonly uid: number;
}
