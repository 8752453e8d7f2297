/**
 * The words of identity mapping, defined once.
 *
 * An id is a 32-bit number that means something only inside a space. The types below carry the space, and whether the
 * id is a user's, a group's or a project's; they are erased, and a plain number may be given where an id is asked for,
 * but an id of one space may not be given where another is asked for.
 *
 * @source user_namespaces(7); Documentation/filesystems/idmappings.rst ("u", "k" and "v" ids)
 */

declare const space: unique symbol;

type IdIn<Space extends string> = number & { readonly [space]?: Space };

/** What an id names. Every rule that does not differ between them takes this as a type parameter. */
export type Kind = "uid" | "gid" | "projid";

/** The kinds of id that own things: users and groups. */
export type OwnerKind = Exclude<Kind, "projid">;

/** An id as the programs inside a user namespace use it (`u1000`). */
export type UserId<K extends Kind = Kind> = IdIn<K>;
/** An id as the kernel keeps it: counted in the initial user namespace (`k101000`). */
export type KernelId<K extends Kind = Kind> = IdIn<`k${K}`>;
/** A kernel id as it is seen through a mount (`v1000`). */
export type VfsId<K extends Kind = Kind> = IdIn<`vfs${K}`>;
/** Any of the three: what an id map translates from or to. */
export type AnyId<K extends Kind = Kind> = UserId<K> | KernelId<K> | VfsId<K>;

export type Uid = UserId<"uid">;
export type Gid = UserId<"gid">;
export type Projid = UserId<"projid">;
export type Kuid = KernelId<"uid">;
export type Kgid = KernelId<"gid">;
export type Kprojid = KernelId<"projid">;
export type Vfsuid = VfsId<"uid">;
export type Vfsgid = VfsId<"gid">;

/** `(uid_t)-1`: not mapped. It is never a valid id. */
export const NO_ID = 0xffff_ffff;

/** The largest id there can be; one below {@link NO_ID}. */
export const MAX_ID = 0xffff_fffe;

/** What user space is shown for {@link NO_ID}: the default of /proc/sys/kernel/overflowuid and overflowgid. */
export const OVERFLOW_ID = 65534;

/** The most lines that Linux takes in one map (user_namespaces(7); 5 before Linux 4.15). */
export const MAX_MAP_LINES = 340;

/**
 * Is this number a 32-bit id, {@link NO_ID} included?
 *
 * @example isId(4294967295) // true
 * @example isId(-1) // false
 */
export function isId(value: number): boolean {
  return value >>> 0 === value;
}
