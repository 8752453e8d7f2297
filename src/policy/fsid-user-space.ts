import { type Extent, type IdMap, idMap, mapDown, NO_ID, writtenLine } from "../core/index.ts";
import { parseSubfsid, readManifest } from "../formats/index.ts";
import { allow, PROC_ENTRIES, procOwner, type Task, type UserNamespace, type World } from "../kernel/index.ts";
import {
  flag,
  id,
  listOf,
  natural,
  nullable,
  objectOf,
  optional,
  scenarioError,
  text,
  tupleOf,
  type UserProgram,
} from "../kernel/syscall/index.ts";
import type { FsidFiles } from "./fsid-authority.ts";
import { flatPlan, nestedFault } from "./fsid-plan.ts";
import type { FsidTarget } from "./fsid-target.ts";
import type { SubidFiles } from "./get-subids.ts";
import type { ImageFacts } from "./image-offset.ts";
import { newFsidMap } from "./new-fsid-map.ts";
import { FSID_TOOL, type ProcPlace, readProcPlace, STATIC_SHIFT } from "./new-fsid-map-request.ts";
import type { NewFsidMapAnswer } from "./new-fsid-map-run.ts";
import { writeAsRoot } from "./new-id-map.ts";
import type { MappedKind } from "./new-id-map-request.ts";
import type { ToolCaller } from "./target-owner.ts";

const OWNER = objectOf({ uid: id, gid: id });
const IMAGE = {
  path: text,
  /** Who owns its root directory, and the directory around it. */
  root: OWNER,
  parent_uid: id,
  /** The text of the manifest beside it. */
  manifest: optional(nullable(text), null),
};

/** What a setup may give besides what newuidmap reads. */
export const FSID_SETUP = {
  subfsuid: optional(text, ""),
  subfsgid: optional(text, ""),
  images: optional(listOf(objectOf(IMAGE)), []),
};

const LINES = listOf(tupleOf(natural, 3));
const RUN = {
  target: text,
  args: optional(listOf(text), []),
  shift: optional(nullable(text), null),
  image: optional(nullable(text), null),
  id_plan: optional(nullable(LINES), null),
  /** Maps of namespaces inside that of id_plan, from the outside in. */
  nested: optional(listOf(LINES), []),
  strict: optional(flag, false),
  /** Who runs it; the setup's caller otherwise. */
  caller: optional(nullable(OWNER), null),
  /** Inside ids to follow down to kernel ids and to ids on disk. */
  follow: optional(listOf(id), []),
};

interface FsidSetup {
  readonly files: FsidFiles;
  readonly images: readonly ImageFacts[];
}

/** What a setup gives, once it is read. @param ids  what newuidmap reads of the same setup */
export function fsidSetup(
  ids: SubidFiles,
  given: {
    readonly subfsuid: string;
    readonly subfsgid: string;
    readonly images: readonly {
      readonly path: string;
      readonly root: ToolCaller;
      readonly parent_uid: number;
      readonly manifest: string | null;
    }[];
  },
): FsidSetup {
  const images = given.images.map(
    ({ path, root, parent_uid, manifest }): ImageFacts => ({
      path,
      root,
      parentUid: parent_uid,
      manifest: manifest === null ? null : readManifest(manifest, path),
      owners: { uid: [], gid: [] },
    }),
  );
  const subfsuid = parseSubfsid(given.subfsuid, "/etc/subfsuid");
  const subfsgid = parseSubfsid(given.subfsgid, "/etc/subfsgid");
  return { files: { ...ids, subfsuid, subfsgid }, images };
}

/**
 * newfsuidmap or newfsgidmap as a program that the steps of a scenario run: it looks at the world's maps, and writes them
 * as the tool would, which is set-user-id root.
 *
 * @param taskNamed  `T` the resident of a namespace, `@name` a task; null for text that is given as it is
 * @param taskOf     the task of a process id
 */
export function fsidProgram(
  kind: MappedKind,
  { files, images }: FsidSetup,
  caller: ToolCaller,
  taskNamed: (world: World, target: string) => Task | null,
  taskOf: (world: World, pid: number) => Task | null,
): UserProgram {
  const taskAt = (world: World, { by, number }: ProcPlace) => (by === "pid" ? taskOf(world, number) : null);
  const findImage = (path: string) => images.find((image) => image.path === path) ?? null;
  return {
    name: FSID_TOOL[kind],
    run: (world, step, where) => {
      const given = objectOf(RUN).read(step, where, world);
      const named = taskNamed(world, given.target);
      const image = given.image === null ? null : findImage(given.image);
      if (given.image !== null && !image)
        throw scenarioError(
          `${where}.image`,
          `an image of the setup: ${images.map(({ path }) => path).join(", ")}`,
          given.image,
        );
      const planned = (lines: readonly (readonly number[])[], key: string) =>
        idMap<MappedKind>(lines.map(asExtent), { where: `${where}.${key}` });
      const plan = {
        idPlan: given.id_plan && planned(given.id_plan, "id_plan"),
        nested: given.nested.map((lines, index) => planned(lines, `nested[${index}]`)),
      };
      if (plan.nested.length > 0 && !plan.idPlan)
        throw scenarioError(`${where}.nested`, "an id_plan beside it, the map around", "none");
      const fault = nestedFault(plan);
      if (fault)
        throw scenarioError(`${where}.nested[${fault.index}]`, "a map that the one around it holds", fault.because);
      const target = named ? String(named.pid) : given.target;
      const place = readProcPlace(target);
      const told = newFsidMap(files, {
        kind,
        caller: given.caller ?? caller,
        target,
        shift: given.shift,
        image,
        args: given.args,
        ...plan,
        isStrict: given.strict,
        staticShift: STATIC_SHIFT,
        find: (place) => {
          const task = taskAt(world, place);
          return task && targetOf(world, task, kind);
        },
        findImage,
        write: (file, text) => {
          const task = place && taskAt(world, place);
          if (!task) throw new Error("a map of no process is written");
          return writeAsRoot(world, task, file, text);
        },
      });
      return allow({ ...shown(told, kind), follow: followed(told.map, flatPlan(plan), given.follow) }, told.rule);
    },
  };
}

function asExtent([first = 0, lowerFirst = 0, count = 0]: readonly number[]): Extent {
  return { first, lowerFirst, count };
}

function targetOf(world: World, task: Task, kind: MappedKind): FsidTarget {
  const { uid, gid } = procOwner(world, task, PROC_ENTRIES[""]);
  const { userNs } = task.cred;
  return {
    owner: { uid: uid.id, gid: gid.id },
    isIdMapWritten: userNs.maps[kind].extents.length > 0,
    fsMap: fsMapOf(world, userNs, kind),
    isSetgroupsAllowed: userNs.setgroupsAllowed,
  };
}

function fsMapOf({ profile }: World, { fsMaps }: UserNamespace, kind: MappedKind): FsidTarget["fsMap"] {
  if (profile.fsid === null) return "none";
  return fsMaps[kind].extents.length > 0 ? "written" : "empty";
}

/** Lines as they stand in a map file, without the padding. */
function linesShown(extents: readonly Extent[]): string {
  return extents.map(writtenLine).join("\n");
}

function shown(told: NewFsidMapAnswer, kind: MappedKind) {
  const map = told.written.find(({ file }) => file === `fs${kind}_map`);
  return {
    exit: told.exit,
    stdout: told.stdout,
    stderr: told.stderr,
    check: told.check,
    rule: told.rule.name,
    written: map ? map.text.trimEnd() : null,
    mount: told.mount && linesShown(told.mount),
    unmapped: told.unmapped,
    own_id: told.grounds.some(({ isOwnId }) => isOwnId),
    granted_by: told.grounds.map(({ places }) => places),
  };
}

/** Where inside ids lead; 4294967295 where they lead nowhere. */
function followed(map: readonly Extent[], idPlan: IdMap | null, ids: readonly number[]) {
  if (ids.length === 0) return null;
  const fs = idMap(map);
  return {
    kernel: ids.map((each) => (idPlan ? mapDown(idPlan, each) : NO_ID)),
    disk: ids.map((each) => mapDown(fs, each)),
  };
}
