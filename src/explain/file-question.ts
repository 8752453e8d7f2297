import { follow, type IdMap, type Kind, NO_ID, type PlacedId, showExtent, UsernsError } from "../core/index.ts";
import {
  type Capability,
  intoKernel,
  type KernelRoute,
  type NamedMap,
  type OwnerKind,
  showMode,
} from "../kernel/index.ts";
import { loadScenario, type Scenario, setupMap } from "../scenario/index.ts";

/** What can be asked of a task and a file: what stat shows, or whether the task may do this to it. */
export const FILE_ASKS = ["stat", "read", "write", "exec", "create", "chown", "chmod", "unlink"] as const;
export type FileAsk = (typeof FILE_ASKS)[number];

/** A map of users and one of groups. */
export type OwnerMaps = { readonly [K in OwnerKind]: IdMap<K> };

/** Owners, as the disk keeps them, and permission bits. */
export interface Owned {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** The capabilities of a program. */
export interface ProgramCaps {
  readonly names: readonly Capability[];
  /** The root id that the disk keeps beside them (version 3); null for none (version 2). */
  readonly rootId: number | null;
}

/** Who asks for what, of which file, behind which maps. A world, and a call in it. */
export interface FileQuestion {
  readonly ask: FileAsk;
  /** The maps of the task's namespaces, outermost first; none for the initial namespace. */
  readonly namespaces: readonly OwnerMaps[];
  /** The maps of the mount: inside is the disk's side. Null: a plain mount. */
  readonly mount: OwnerMaps | null;
  /** The maps of the namespace that owns the superblock, from ids on the disk to kernel ids. Null: the initial one. */
  readonly filesystem: OwnerMaps | null;
  /** Is the mount nosuid? */
  readonly isNosuid: boolean;
  readonly task: FileTask;
  /** The directory that holds the file, or in which it is to be made. */
  readonly directory: Owned;
  /** The file; for `create` only its mode and type are asked for. */
  readonly file: Owned & { readonly type: "file" | "dir"; readonly caps: ProgramCaps | null };
  /** For chown: the new owners, as the task counts them; null leaves one alone. */
  readonly to: { readonly uid: number | null; readonly gid: number | null };
  /** For chmod. */
  readonly toMode: number;
}

/** Who asks: ids as counted in the innermost of its namespaces, and capabilities held there. */
export interface FileTask {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly caps: readonly Capability[];
  readonly noNewPrivs: boolean;
}

/** The names that things have in the world of a question, and so in its explanation. */
const NAMES = { task: "task", disk: "disk", mount: "mount", diskReader: "disk reader" } as const;
const INIT = "init";
const DIRECTORY = "dir";
const DISK_OWNER = "disk-owner";
const MOUNT_MAP = "mount-map";

/** What a step of a question's scenario is for: its place in {@link fileScenario}. */
export const FILE_STEPS = { before: 0, call: 1, after: 2, kept: 3, creds: 4 } as const;

/**
 * The question as a scenario, which the model and a running kernel can both be asked: what stat shows before the call,
 * the call, and after it what stat shows, what the disk keeps and who the task is.
 *
 * @throws UsernsError ERR_ID_RANGE for a task whose ids its namespaces do not hold, and what {@link loadScenario} throws
 */
export function fileScenario(question: FileQuestion): Scenario {
  const { ask, file, directory, task, mount } = question;
  const on = mount || question.isNosuid ? NAMES.mount : NAMES.disk;
  const subject = ask === "create" ? `${DIRECTORY}/new` : `${DIRECTORY}/file`;
  const ns = question.namespaces.length === 0 ? INIT : namespaceName(question.namespaces.length - 1);
  const disk = question.filesystem ? DISK_OWNER : INIT;
  const entry = (path: string, { uid, gid, mode }: Owned) => ({
    fs: NAMES.disk,
    path,
    uid: kernelOwner(question, "uid", uid),
    gid: kernelOwner(question, "gid", gid),
    mode: showMode(mode),
  });
  const caps = file.caps && {
    v: file.caps.rootId === null ? 2 : 3,
    eff: true,
    perm: file.caps.names,
    ...(file.caps.rootId === null ? {} : { rootid: kernelOwner(question, "uid", file.caps.rootId) }),
  };
  const by = (who: string, path: string) => ({ task: who, call: "stat", path });
  return loadScenario({
    version: 1,
    setup: {
      namespaces: [
        ...question.namespaces.map((maps, index) =>
          namespaceItem(namespaceName(index), index === 0 ? INIT : namespaceName(index - 1), maps),
        ),
        ...(question.filesystem ? [namespaceItem(DISK_OWNER, INIT, question.filesystem)] : []),
        ...(mount ? [namespaceItem(MOUNT_MAP, INIT, mount)] : []),
      ],
      filesystems: [{ name: NAMES.disk, type: "ext4", user_ns: disk, root: { uid: 0, gid: 0, mode: "0755" } }],
      files: [
        { ...entry(DIRECTORY, directory), type: "dir" },
        ...(ask === "create"
          ? []
          : [{ ...entry(subject, file), type: file.type === "dir" ? "dir" : "exe", ...(caps ? { fcap: caps } : {}) }]),
      ],
      mounts:
        on === NAMES.mount
          ? [
              {
                name: NAMES.mount,
                fs: NAMES.disk,
                ...(mount ? { idmap: MOUNT_MAP } : {}),
                flags: question.isNosuid ? ["nosuid"] : [],
              },
            ]
          : [],
      tasks: [
        {
          name: NAMES.task,
          ns,
          uid: kernelId(question, "uid", task.uid),
          gid: kernelId(question, "gid", task.gid),
          groups: task.groups.map((group) => kernelId(question, "gid", group)),
          caps: task.caps,
          nnp: task.noNewPrivs,
        },
        { name: NAMES.diskReader, ns: disk, caps: "all" },
      ],
    },
    steps: [
      by(NAMES.task, ask === "create" ? `${on}:${DIRECTORY}` : `${on}:${subject}`),
      { task: NAMES.task, ...callOf(question, `${on}:${subject}`) },
      by(NAMES.task, `${on}:${subject}`),
      by(NAMES.diskReader, `${NAMES.disk}:${subject}`),
      { task: NAMES.task, call: "creds" },
    ],
  });
}

/** The call that a question is about. */
function callOf({ ask, file, to, toMode }: FileQuestion, path: string): object {
  const isDirectory = file.type === "dir";
  const access = (mode: string) => ({ call: "access", path, mode, eff: true });
  switch (ask) {
    case "stat":
      return { call: "stat", path };
    case "read":
      return isDirectory ? { call: "readdir", path } : { call: "open", path, acc: "r" };
    case "write":
      return isDirectory ? access("w") : { call: "write", path };
    case "exec":
      return isDirectory ? access("x") : { call: "exec", path };
    case "create":
      return isDirectory
        ? { call: "mkdir", path, mode: showMode(file.mode) }
        : { call: "open", path, acc: "w", flags: ["creat", "excl"], mode: showMode(file.mode) };
    case "chown":
      return { call: "chown", path, uid: to.uid, gid: to.gid };
    case "chmod":
      return { call: "chmod", path, mode: showMode(toMode) };
    case "unlink":
      return { call: isDirectory ? "rmdir" : "unlink", path };
  }
}

/** From ids that the task uses to kernel ids. No hop for a task of the initial namespace. */
export function taskRoute<K extends OwnerKind>({ namespaces }: FileQuestion, kind: K): KernelRoute<K> {
  return intoKernel(
    namespaces.map(
      (maps, index): NamedMap<K> => ({
        name: `${kind}_map of ${namespaceName(index)}`,
        map: maps[kind],
      }),
    ),
  );
}

/** From ids that the disk keeps to kernel ids. No hop for a file system of the initial namespace. */
export function diskRoute<K extends OwnerKind>({ filesystem }: FileQuestion, kind: K): KernelRoute<K> {
  return intoKernel(filesystem ? [{ name: `${kind}_map of ${DISK_OWNER}`, map: filesystem[kind] }] : []);
}

/** The end of a route; the id itself for one without hops. */
export function endOf<K extends Kind>(route: KernelRoute<K>, id: number): number {
  const from: PlacedId<K> = { id, number: 0 };
  return follow(route, from).id;
}

function kernelOwner(question: FileQuestion, kind: OwnerKind, id: number): number {
  return endOf(diskRoute(question, kind), id);
}

function kernelId(question: FileQuestion, kind: OwnerKind, id: number): number {
  const kernel = endOf(taskRoute(question, kind), id);
  if (kernel !== NO_ID) return kernel;
  throw new UsernsError("ERR_ID_RANGE", {
    where: `the task's ${kind}`,
    expected: `an id that the ${kind} maps of its namespaces hold`,
    got: String(id),
  });
}

function namespaceName(index: number): string {
  return index === 0 ? "container" : `nested-${index}`;
}

function namespaceItem(name: string, parent: string, maps: OwnerMaps): object {
  return { name, parent, owner: [0, 0], uid_map: setupMap(maps.uid.extents), gid_map: setupMap(maps.gid.extents) };
}

/** A question as JSON: maps as their lines. */
export type PlainFileQuestion = Omit<FileQuestion, "namespaces" | "mount" | "filesystem"> & {
  readonly namespaces: readonly PlainMaps[];
  readonly mount: PlainMaps | null;
  readonly filesystem: PlainMaps | null;
};

/** Lines of both maps, each `inside:lower:count`. */
export type PlainMaps = { readonly [K in OwnerKind]: readonly string[] };

export function plainQuestion(question: FileQuestion): PlainFileQuestion {
  const plain = ({ uid, gid }: OwnerMaps): PlainMaps => ({
    uid: uid.extents.map(showExtent),
    gid: gid.extents.map(showExtent),
  });
  const { namespaces, mount, filesystem } = question;
  return {
    ...question,
    namespaces: namespaces.map(plain),
    mount: mount && plain(mount),
    filesystem: filesystem && plain(filesystem),
  };
}
