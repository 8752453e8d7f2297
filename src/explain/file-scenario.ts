import { type OwnerKind, showMode } from "../kernel/index.ts";
import { loadScenario, type Scenario } from "../scenario/index.ts";
import type { FileAsked, Owned } from "./file-asked.ts";

/** The names that things have in the world of a question, and so in its explanation. */
const NAMES = { task: "task", disk: "disk", mount: "mount", diskReader: "disk reader" } as const;
const DIRECTORY = "dir";
/** The initial namespace, as a scenario names it. */
export const INIT = "init";

/** What a step of a question's scenario is for: its place in {@link fileScenarioIn}. */
export const FILE_STEPS = { before: 0, call: 1, after: 2, kept: 3, creds: 4 } as const;

/** A kernel id as a scenario writes it: `1000`, or `5@box` of an isolated namespace. */
export type WrittenKid = number | string;

/** The namespaces that a question is asked in, and how ids stand in them. */
export interface FileWorld {
  /** The kernel, by its profile, whose own view of the disk is told; absent: Linux, which tells what a reader is shown. */
  readonly profile?: string;
  /** As a setup has them. */
  readonly namespaces: readonly object[];
  /** Their names: that of the task, of the owner of the file system, and of the mount's maps; null: a plain mount. */
  readonly ofTask: string;
  readonly ofDisk: string;
  readonly ofMount: string | null;
  /** The kernel id of an id that the task counts. */
  readonly idOf: (kind: OwnerKind, id: number) => WrittenKid;
  /** The kernel id of an id that the disk keeps. */
  readonly ownerOf: (kind: OwnerKind, id: number) => WrittenKid;
}

/**
 * A question as a scenario, which the model and, where the world is one of Linux, a running kernel can be asked: what
 * stat shows before the call, the call, and after it what stat shows, what the disk keeps and who the task is.
 *
 * @throws what {@link FileWorld.idOf} and {@link loadScenario} throw
 */
export function fileScenarioIn(world: FileWorld, asked: FileAsked): Scenario {
  const { ask, file, directory, task } = asked;
  const flags = [...(asked.isNosuid ? ["nosuid"] : []), ...(asked.flags ?? [])];
  const on = world.ofMount !== null || flags.length > 0 ? NAMES.mount : NAMES.disk;
  const subject = ask === "create" ? `${DIRECTORY}/new` : `${DIRECTORY}/file`;
  const entry = (path: string, { uid, gid, mode }: Owned) => ({
    fs: NAMES.disk,
    path,
    uid: world.ownerOf("uid", uid),
    gid: world.ownerOf("gid", gid),
    mode: showMode(mode),
  });
  const caps = file.caps && {
    v: file.caps.rootId === null ? 2 : 3,
    eff: true,
    perm: file.caps.names,
    ...(file.caps.rootId === null ? {} : { rootid: world.ownerOf("uid", file.caps.rootId) }),
  };
  const by = (who: string, path: string) => ({ task: who, call: "stat", path });
  return loadScenario({
    version: 1,
    ...(world.profile === undefined ? {} : { profile: world.profile }),
    setup: {
      namespaces: world.namespaces,
      filesystems: [{ name: NAMES.disk, type: "ext4", user_ns: world.ofDisk, root: { uid: 0, gid: 0, mode: "0755" } }],
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
                ...(world.ofMount === null ? {} : { idmap: world.ofMount }),
                flags,
              },
            ]
          : [],
      tasks: [
        {
          name: NAMES.task,
          ns: world.ofTask,
          uid: world.idOf("uid", task.uid),
          gid: world.idOf("gid", task.gid),
          groups: task.groups.map((group) => world.idOf("gid", group)),
          caps: task.caps,
          nnp: task.noNewPrivs,
        },
        { name: NAMES.diskReader, ns: world.ofDisk, caps: "all" },
      ],
    },
    steps: [
      by(NAMES.task, ask === "create" ? `${on}:${DIRECTORY}` : `${on}:${subject}`),
      { task: NAMES.task, ...callOf(asked, `${on}:${subject}`) },
      by(NAMES.task, `${on}:${subject}`),
      world.profile === undefined
        ? by(NAMES.diskReader, `${NAMES.disk}:${subject}`)
        : { task: NAMES.diskReader, call: "disk_ids", path: `${NAMES.disk}:${subject}` },
      { task: NAMES.task, call: "creds" },
    ],
  });
}

/** The call that a question is about. */
function callOf({ ask, file, to, toMode }: FileAsked, path: string): object {
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
