import { type Kind, OVERFLOW_ID } from "../core/id.ts";
import { IDENTITY, type IdMap, idMap } from "../core/id-map.ts";
import { CLASSICAL, type NamespaceNumber } from "../core/kuid64.ts";
import type { Hop, Shown } from "../core/route.ts";
import type { UserNamespace } from "./user-namespace.ts";

/**
 * Where an id stands, as the letter that the kernel's idmappings document puts before it: `u` used inside a namespace
 * or kept on a disk, `k` in the kernel, `v` seen through a mount.
 */
export type Space = "u" | "k" | "v";

/** A hop that says between which spaces it leads. */
export interface KernelHop<K extends Kind = Kind> extends Hop<K> {
  readonly from: Space;
  readonly to: Space;
}

/** Where every translation of Linux comes from: the hops in the order that the kernel takes them. */
export type KernelRoute<K extends Kind = Kind> = readonly KernelHop<K>[];

/** A map, and what it is called in an explanation. */
export interface NamedMap<K extends Kind = Kind> {
  readonly name: string;
  readonly map: IdMap<K>;
  /** The number of an isolated namespace; 0, the default, for every other map. */
  readonly number?: NamespaceNumber;
  /** What a reader inside is shown for ids of other isolated namespaces, by their number. */
  readonly creators?: Shown<K>["creators"];
  /** Numbers whose ids are read out by their id half alone. */
  readonly bare?: readonly NamespaceNumber[];
}

/** A namespace's map of one kind as it is now. It leads down to kernel ids in one hop, however deep the namespace is. */
export function mapOf<K extends Kind>(ns: UserNamespace, kind: K): NamedMap<K> {
  const number = kind === "projid" ? CLASSICAL : ns.number;
  return { name: `${kind}_map of ${ns.name}`, map: ns.maps[kind], number };
}

/**
 * From an id used inside the innermost of nested namespaces to the kernel id.
 *
 * @param namespaces  outermost first; each map is as it was written, so its lower ids are those of the one before
 * @returns           no hop at all for the initial namespace, where every id is its kernel id
 * @source            user_namespaces(7): make_kuid
 */
export function intoKernel<K extends Kind>(namespaces: readonly NamedMap<K>[]): KernelRoute<K> {
  return namespaces.map((map, index) => hop("down", map, "u", index === 0 ? "k" : "u")).reverse();
}

/**
 * From a kernel id to the id used inside the innermost of nested namespaces.
 *
 * @param shown  for a system call that shows the id, where an unmapped one becomes the overflow id; not for a check
 * @source       user_namespaces(7): from_kuid, and from_kuid_munged where `shown`
 */
export function outOfKernel<K extends Kind>(
  namespaces: readonly NamedMap<K>[],
  shown: "shown" | "checked",
  from: Space = "k",
): KernelRoute<K> {
  return namespaces.map((map, index): KernelHop<K> => {
    const isLast = index === namespaces.length - 1;
    const up = hop("up", map, index === 0 ? from : "u", "u");
    // User space is shown the overflow id for what neither its map holds nor a creator stands for.
    return isLast && shown === "shown"
      ? { ...up, shown: { overflow: OVERFLOW_ID, creators: map.creators ?? new Map() } }
      : up;
  });
}

/** Through which maps a mount shows the owners that a file system keeps. */
export interface MountView<K extends Kind = Kind> {
  /** Map of the mount: inside is the file system's side, below the kernel ids seen through it. Null: a plain mount. */
  readonly mount: NamedMap<K> | null;
  /** Map of the namespace that owns the superblock (`s_user_ns`), down to kernel ids. */
  readonly filesystem: NamedMap<K>;
  /** Does the file system take ids of the mount's isolated namespace? False, the default, where it belongs to another. */
  readonly holdsIsolated?: boolean;
}

/** Who looks at which file system, through which mount. */
export interface View<K extends Kind = Kind> extends MountView<K> {
  /** The caller's namespaces, outermost first; none for the initial one. */
  readonly caller: readonly NamedMap<K>[];
}

/** The initial user namespace, as the owner of a superblock or the place of a caller. */
export function initialNamespace<K extends Kind>(): NamedMap<K> {
  return { name: "initial namespace", map: idMap(IDENTITY.extents) };
}

function namespacesOf<K extends Kind>(caller: readonly NamedMap<K>[]): readonly NamedMap<K>[] {
  return caller.length > 0 ? caller : [initialNamespace<K>()];
}

/**
 * From the kernel id that an inode holds to the id seen through a mount. No hop on a plain mount.
 *
 * @source Documentation/filesystems/idmappings.rst: i_uid_into_vfsuid
 */
export function intoMount<K extends Kind>({ mount, filesystem }: MountView<K>): KernelRoute<K> {
  return mount ? [hop("up", filesystem, "k", "u"), hop("down", mount, "u", "v")] : [];
}

/**
 * From an id seen through a mount to the kernel id that an inode would hold. No hop on a plain mount.
 *
 * @param from  `k` where the id is a credential's, which counts as one seen through the mount
 * @source Documentation/filesystems/idmappings.rst: mapped_fsuid, from_vfsuid
 */
export function outOfMount<K extends Kind>(view: MountView<K>, from: Space = "v"): KernelRoute<K> {
  const { mount, filesystem, holdsIsolated } = view;
  if (!mount) return [];
  const held = holdsIsolated ? mount : { name: mount.name, map: mount.map };
  return [hop("up", held, from, "u"), hop("down", filesystem, "u", "k")];
}

/**
 * From the kernel id that an inode holds to what stat(2) shows the caller.
 *
 * @source Documentation/filesystems/idmappings.rst: i_uid_into_vfsuid, from_kuid_munged
 */
export function shownRoute<K extends Kind>(view: View<K>): KernelRoute<K> {
  return [...intoMount(view), ...outOfKernel(namespacesOf(view.caller), "shown", view.mount ? "v" : "k")];
}

/** From the owner kept on the disk to the one that stat(2) shows the caller: {@link shownRoute}, begun on the disk. */
export function statRoute<K extends Kind>(view: View<K>): KernelRoute<K> {
  return [hop("down", view.filesystem, "u", "k"), ...shownRoute(view)];
}

/**
 * From the caller's id to the owner that the disk keeps for a file that it creates. An id that is not mapped anywhere
 * on the way is what the kernel refuses with EOVERFLOW.
 *
 * @source Documentation/filesystems/idmappings.rst: mapped_fsuid, i_uid_read
 */
export function createRoute<K extends Kind>(view: View<K>): KernelRoute<K> {
  return [...intoKernel(namespacesOf(view.caller)), ...outOfMount(view, "k"), hop("up", view.filesystem, "k", "u")];
}

function hop<K extends Kind>(
  direction: "down" | "up",
  { name, map, number, bare }: NamedMap<K>,
  from: Space,
  to: Space,
): KernelHop<K> {
  return { direction, map, name, from, to, ...(number ? { number } : {}), ...(bare ? { bare } : {}) };
}
