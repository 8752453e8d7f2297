import type { Engine } from "../core/engine.ts";
import { CLASSICAL } from "../core/kuid64.ts";
import { ALL_CAPS, type CapSet, NO_CAPS } from "./capability.ts";
import type { CgroupNamespace } from "./cgroup-namespace.ts";
import { type CredColumns, type CredParts, makeCred, SECUREBITS, sameIds } from "./cred.ts";
import type { InodeColumns, KeptFilesystem, Superblock } from "./inode.ts";
import { type IpcNamespace, newIpcNamespace } from "./ipc-namespace.ts";
import type { Key, KeyRegisters } from "./key.ts";
import { KuidColumn } from "./kuid-column.ts";
import type { LiveFiles } from "./live-files.ts";
import type { Mount, MountNamespace } from "./mount.ts";
import { MountTree } from "./mount-tree.ts";
import { NamespaceNumbers } from "./namespace-numbers.ts";
import { type NetNamespace, newNetNamespace } from "./net-namespace.ts";
import { INITIAL_INUM, type OwnedNamespace } from "./owned-namespace.ts";
import type { PathGuard } from "./path-guard.ts";
import type { PidNamespace } from "./pid-namespace.ts";
import { DEFAULT_PIPE_PAGES } from "./pipe.ts";
import { LINUX, type Profile } from "./profile.ts";
import { NO_POLICY, type SetidPolicies } from "./setid-policies.ts";
import type { Socket } from "./socket.ts";
import type { Task } from "./task.ts";
import type { TimeNamespace } from "./time-namespace.ts";
import type { Trail } from "./trail.ts";
import { Translators } from "./translators.ts";
import { createInitUserNamespace, type UserNamespace } from "./user-namespace.ts";
import type { UtsNamespace } from "./uts-namespace.ts";

/** What does not change while a machine runs. */
export interface Machine {
  /** The bounding set of the first process: what root of the initial namespace can have. */
  readonly rootCaps: CapSet;
}

export const FULL_MACHINE: Machine = { rootCaps: ALL_CAPS };

/** Everything that a call can see or change. Ids live in the engine's memory until {@link freeWorld}. */
export interface World {
  readonly engine: Engine;
  readonly machine: Machine;
  /** Which kernel answers. A switch of it may be turned by a call. */
  profile: Profile;
  readonly translators: Translators;
  readonly credColumns: CredColumns;
  readonly inodeColumns: InodeColumns;
  readonly initUserNs: UserNamespace;
  readonly initMountNs: MountNamespace;
  readonly initUtsNs: UtsNamespace;
  readonly initPidNs: PidNamespace;
  readonly initNetNs: NetNamespace;
  readonly initIpcNs: IpcNamespace;
  readonly initCgroupNs: CgroupNamespace;
  readonly initTimeNs: TimeNamespace;
  readonly numbers: NamespaceNumbers;
  /** Where the kernel would have stopped (its BUG_ON), in the order in which it went on here. */
  readonly bugs: string[];
  readonly userNamespaces: Map<string, UserNamespace>;
  readonly tasks: Map<string, Task>;
  /** Tasks that have ended and that nobody waits for any more, by name: their pids are those of no process. */
  readonly reaped: Map<string, Task>;
  /** The resident process of each namespace that a setup made: through its /proc directory the map files are reached. */
  readonly residents: Map<UserNamespace, Task>;
  readonly superblocks: Map<string, Superblock>;
  /** What the files of file systems of the kernel's own say and take. */
  readonly liveFiles: Map<Superblock, LiveFiles>;
  /** By name, plain mounts of a file system under the file system's own name. */
  readonly mounts: Map<string, Mount>;
  /** What block devices hold, by their paths. */
  readonly disks: Map<string, KeptFilesystem>;
  /** Both ends of each socket pair, by the name of the pair. */
  readonly socketPairs: Map<string, readonly [Socket, Socket]>;
  /** Keys that somebody has the number of, by the names that steps gave them. */
  readonly keys: Map<string, Key>;
  /** What user namespaces keep of keyrings, those in which one was made or asked for by name. */
  readonly keyRegisters: Map<UserNamespace, KeyRegisters>;
  /** UTS namespaces, by the name of the user namespace that owns each. */
  readonly utsNamespaces: Map<string, UtsNamespace>;
  readonly setidPolicies: SetidPolicies;
  /**
   * The one hierarchy of cgroups: whoever mounts it has the same superblock, which the initial namespace owns. null: the
   * machine has none.
   */
  cgroups: KeptFilesystem | null;
  /** A scenario's names for ids. */
  readonly idNames: Map<string, number>;
  /** How many pages the pipes of a user may have before they are made small; 0: any number. */
  pipePages: number;
  nextPid: number;
  /** Told of every check on a file; null: nobody asks. */
  trail: Trail | null;
  /** A security module; null: none, as Linux is modelled. */
  pathGuard: PathGuard | null;
}

const ZERO = { id: 0, number: CLASSICAL };

/** A task that is root of the machine, in the initial namespaces. */
export const ROOT = "@root";

/** An empty world: the initial namespaces, and {@link ROOT}. */
export function createWorld(engine: Engine, machine: Machine = FULL_MACHINE, profile: Profile = LINUX): World {
  const initUserNs = createInitUserNamespace();
  const initial: OwnedNamespace = { userNs: initUserNs, inum: INITIAL_INUM };
  const world: World = {
    engine,
    machine,
    profile,
    translators: new Translators(engine),
    credColumns: { uid: new KuidColumn(engine), gid: new KuidColumn(engine) },
    inodeColumns: { uid: new KuidColumn(engine), gid: new KuidColumn(engine) },
    initUserNs,
    initMountNs: { ...initial, name: "init", tree: new MountTree(), attached: new Set() },
    initUtsNs: initial,
    initNetNs: newNetNamespace(initial),
    initIpcNs: newIpcNamespace(initial, { uid: sameIds(ZERO), gid: sameIds(ZERO) }),
    initCgroupNs: { ...initial, root: null },
    initTimeNs: initial,
    initPidNs: { ...initial, parent: null, members: [] },
    numbers: new NamespaceNumbers(initUserNs),
    bugs: [],
    userNamespaces: new Map([[initUserNs.name, initUserNs]]),
    tasks: new Map(),
    reaped: new Map(),
    residents: new Map(),
    superblocks: new Map(),
    liveFiles: new Map(),
    mounts: new Map(),
    disks: new Map(),
    socketPairs: new Map(),
    keys: new Map(),
    keyRegisters: new Map(),
    utsNamespaces: new Map([[initUserNs.name, initial]]),
    setidPolicies: { uid: NO_POLICY, gid: NO_POLICY },
    cgroups: null,
    idNames: new Map(),
    pipePages: DEFAULT_PIPE_PAGES,
    nextPid: FIRST_PID,
    trail: null,
    pathGuard: null,
  };
  const root = spawn(world, { name: ROOT, cred: rootCred(world) });
  world.tasks.set(ROOT, root);
  world.residents.set(initUserNs, root);
  return world;
}

/** The pid of the first process of a machine: it exists, and is no task of the world. */
export const INIT_PID = 1;
const FIRST_PID = 100;

/** Give the world's memory back to its engine. The world must not be used afterwards. */
export function freeWorld(world: World): void {
  for (const columns of [world.credColumns, world.inodeColumns]) {
    columns.uid.free();
    columns.gid.free();
  }
  world.translators.free();
}

/** The credential of the first process, which no change of user id strips of capabilities. */
function rootCred(world: World): CredParts {
  return {
    uid: sameIds<"uid">(ZERO),
    gid: sameIds<"gid">(ZERO),
    groups: [],
    effective: world.machine.rootCaps,
    permitted: world.machine.rootCaps,
    bounding: world.machine.rootCaps,
    inheritable: NO_CAPS,
    ambient: NO_CAPS,
    securebits: SECUREBITS.no_setuid_fixup,
    userNs: world.initUserNs,
  };
}

/** What a new task needs to be told; the rest is as at boot. */
export interface TaskParts extends Partial<Pick<Task, "dumpable" | "mmNs" | "noNewPrivs" | "umask" | "mountNs">> {
  readonly name: string;
  readonly cred: CredParts;
  /** Has it a session of its own? */
  readonly hasOwnSession?: boolean;
}

/** A new task. It is not yet among {@link World.tasks}. */
export function spawn(world: World, parts: TaskParts): Task {
  const pid = world.nextPid++;
  return {
    name: parts.name,
    pid,
    cred: makeCred(world.credColumns, parts.cred),
    dumpable: parts.dumpable ?? 1,
    mmNs: parts.mmNs ?? world.initUserNs,
    program: null,
    noNewPrivs: parts.noNewPrivs ?? false,
    session: parts.hasOwnSession ? pid : FIRST_PID,
    umask: parts.umask ?? 0,
    nice: 0,
    comm: null,
    oomAdjust: 0,
    leastOomAdjust: 0,
    processLimit: null,
    mountNs: parts.mountNs ?? world.initMountNs,
    utsNs: world.initUtsNs,
    netNs: world.initNetNs,
    ipcNs: world.initIpcNs,
    pidNs: world.initPidNs,
    pidNsForChildren: world.initPidNs,
    cgroup: null,
    cgroupNs: world.initCgroupNs,
    timeNs: world.initTimeNs,
    timeNsForChildren: world.initTimeNs,
    mapFiles: new Map(),
    files: new Map(),
    sockets: new Map(),
    pipes: [],
    keyrings: { thread: null, process: null, session: null },
    parent: null,
    isZombie: false,
    wasKilled: false,
    blocked: new Set(),
    pending: [],
    loginUid: null,
  };
}
