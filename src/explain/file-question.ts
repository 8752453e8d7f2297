import { follow, type IdMap, type Kind, NO_ID, type PlacedId, UsernsError } from "../core/index.ts";
import { intoKernel, type KernelRoute, LINUX, type NamedMap, type OwnerKind } from "../kernel/index.ts";
import { type Scenario, setupFsMaps, setupMaps } from "../scenario/index.ts";
import type { FileAsked } from "./file-asked.ts";
import { type FileWorld, fileScenarioIn, INIT } from "./file-scenario.ts";

/** A map of users and one of groups. */
export type OwnerMaps = { readonly [K in OwnerKind]: IdMap<K> };

/** Who asks for what, of which file, behind which maps. A world, and a call in it. */
export interface FileQuestion extends FileAsked {
  /** The maps of the task's namespaces, outermost first; none for the initial namespace. */
  readonly namespaces: readonly OwnerMaps[];
  /** With fsid mappings: the fs maps of the outermost of them, which the others go through. Null: Linux as it is. */
  readonly fsMaps: OwnerMaps | null;
  /** The maps of the mount: inside is the disk's side. Null: a plain mount. */
  readonly mount: OwnerMaps | null;
  /** The maps of the namespace that owns the superblock, from ids on the disk to kernel ids. Null: the initial one. */
  readonly filesystem: OwnerMaps | null;
}

const DISK_OWNER = "disk-owner";
const MOUNT_MAP = "mount-map";
const FSID_PROFILE = `${LINUX.name}+fsid`;

/**
 * The question as a scenario of Linux, or of Linux with fsid mappings.
 *
 * @throws UsernsError ERR_ID_RANGE for a task whose ids its namespaces do not hold, and what {@link fileScenarioIn} throws
 */
export function fileScenario(question: FileQuestion): Scenario {
  const { namespaces, fsMaps, filesystem, mount } = question;
  const world: FileWorld = {
    ...(fsMaps ? { profile: FSID_PROFILE } : {}),
    namespaces: [
      ...namespaces.map((maps, index) => ({
        ...namespaceItem(namespaceName(index), index === 0 ? INIT : namespaceName(index - 1), maps),
        ...(index === 0 && fsMaps ? setupFsMaps(fsMaps) : {}),
      })),
      ...(filesystem ? [namespaceItem(DISK_OWNER, INIT, filesystem)] : []),
      ...(mount ? [namespaceItem(MOUNT_MAP, INIT, mount)] : []),
    ],
    ofTask: namespaces.length === 0 ? INIT : namespaceName(namespaces.length - 1),
    ofDisk: filesystem ? DISK_OWNER : INIT,
    ofMount: mount ? MOUNT_MAP : null,
    idOf: (kind, id) => kernelId(question, kind, id),
    ownerOf: (kind, id) => endOf(diskRoute(question, kind), id),
  };
  return fileScenarioIn(world, question);
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

/** The maps that the task's namespaces have for owners of files: where the outermost has fs maps, all go through those. */
export function fileMaps({ namespaces, fsMaps }: FileQuestion): readonly OwnerMaps[] {
  return fsMaps ? [fsMaps, ...namespaces.slice(1)] : namespaces;
}

/** From ids that the task uses to kernel ids that own files: {@link taskRoute} but for fsid mappings. */
export function ownerRoute<K extends OwnerKind>(question: FileQuestion, kind: K): KernelRoute<K> {
  const table = question.fsMaps ? "fs" : "";
  return intoKernel(
    fileMaps(question).map(
      (maps, index): NamedMap<K> => ({ name: `${table}${kind}_map of ${namespaceName(index)}`, map: maps[kind] }),
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

function kernelId(question: FileQuestion, kind: OwnerKind, id: number): number {
  const kernel = endOf(taskRoute(question, kind), id);
  if (kernel === NO_ID) throw notHeld(kind, id);
  if (question.fsMaps && endOf(ownerRoute(question, kind), id) === NO_ID)
    throw notHeld(kind, id, ", and the fs map: no call takes another");
  return kernel;
}

/** The error for a task with an id that its namespaces do not hold. @param more  what else has to hold it */
export function notHeld(kind: OwnerKind, id: number, more = ""): UsernsError {
  return new UsernsError("ERR_ID_RANGE", {
    where: `the task's ${kind}`,
    expected: `an id that the ${kind} maps of its namespaces hold${more}`,
    got: String(id),
    fix: "ask as another, with --as, or map the id",
  });
}

function namespaceName(index: number): string {
  return index === 0 ? "container" : `nested-${index}`;
}

function namespaceItem(name: string, parent: string, maps: OwnerMaps): object {
  return { name, parent, owner: [0, 0], ...setupMaps(maps) };
}
