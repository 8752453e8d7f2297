import { type Hop, IDENTITY, type IdMap, idMap, type Kind, OVERFLOW_ID, type Shown } from "../core/index.ts";

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
}

/** User space is shown the overflow id for what its map does not hold. */
function overflowShown<K extends Kind>(): Shown<K> {
  return { overflow: OVERFLOW_ID, creators: new Map() };
}

/**
 * From an id used inside the innermost of nested namespaces to the kernel id.
 *
 * @param namespaces  outermost first; each map is as it was written, so its lower ids are those of the one before
 * @returns           no hop at all for the initial namespace, where every id is its kernel id
 * @source            user_namespaces(7): make_kuid
 */
export function intoKernel<K extends Kind>(namespaces: readonly NamedMap<K>[]): KernelRoute<K> {
  return namespaces
    .map(({ name, map }, index): KernelHop<K> => {
      return { direction: "down", map, name, from: "u", to: index === 0 ? "k" : "u" };
    })
    .reverse();
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
  return namespaces.map(({ name, map }, index): KernelHop<K> => {
    const isLast = index === namespaces.length - 1;
    const hop: KernelHop<K> = { direction: "up", map, name, from: index === 0 ? from : "u", to: "u" };
    return isLast && shown === "shown" ? { ...hop, shown: overflowShown() } : hop;
  });
}

/** Who looks at which file system, through which mount. */
export interface View<K extends Kind = Kind> {
  /** The caller's namespaces, outermost first; none for the initial one. */
  readonly caller: readonly NamedMap<K>[];
  /** Map of the mount: inside is the file system's side, below the kernel ids seen through it. Null: a plain mount. */
  readonly mount: NamedMap<K> | null;
  /** Map of the namespace that owns the superblock (`s_user_ns`), down to kernel ids. */
  readonly filesystem: NamedMap<K>;
}

/** The initial user namespace, as the owner of a superblock or the place of a caller. */
export function initialNamespace<K extends Kind>(): NamedMap<K> {
  return { name: "initial namespace", map: idMap(IDENTITY.extents) };
}

/**
 * From the owner kept on the disk to the one that stat(2) shows the caller.
 *
 * @source Documentation/filesystems/idmappings.rst: i_uid_write, i_uid_into_vfsuid, from_kuid_munged
 */
export function statRoute<K extends Kind>(view: View<K>): KernelRoute<K> {
  const caller = view.caller.length > 0 ? view.caller : [initialNamespace<K>()];
  const disk = hop("down", view.filesystem, "u", "k");
  if (!view.mount) return [disk, ...outOfKernel(caller, "shown")];
  const mounted = [hop("up", view.filesystem, "k", "u"), hop("down", view.mount, "u", "v")];
  return [disk, ...mounted, ...outOfKernel(caller, "shown", "v")];
}

/**
 * From the caller's id to the owner that the disk keeps for a file that it creates. An id that is not mapped anywhere
 * on the way is what the kernel refuses with EOVERFLOW.
 *
 * @source Documentation/filesystems/idmappings.rst: mapped_fsuid, i_uid_read
 */
export function createRoute<K extends Kind>(view: View<K>): KernelRoute<K> {
  const caller = intoKernel(view.caller.length > 0 ? view.caller : [initialNamespace<K>()]);
  const disk = hop("up", view.filesystem, "k", "u");
  if (!view.mount) return [...caller, disk];
  return [...caller, hop("up", view.mount, "k", "u"), hop("down", view.filesystem, "u", "k"), disk];
}

function hop<K extends Kind>(
  direction: "down" | "up",
  { name, map }: NamedMap<K>,
  from: Space,
  to: Space,
): KernelHop<K> {
  return { direction, map, name, from, to };
}
