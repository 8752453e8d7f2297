import type { Kuid64 } from "../core/kuid64.ts";
import { fromKfsid, fromKfsidMunged, kfsidHasMapping, kfsidToKid, kidToKfsid, makeKfsid } from "./fsid.ts";
import { fromVfsid, makeVfsid } from "./mnt-idmapping.ts";
import type { Mount } from "./mount.ts";
import { fromKid, fromKidIsolated, fromKidMunged, makeKid } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/** What a function of the kernel gives: a kernel id, a number, or whether something is so. */
export type IdFunctionResult = Kuid64 | number | boolean;

interface Named {
  /** With the kind's letter as `_`: `make_k_id`. */
  readonly name: string;
  /** Does it take a number, or a kernel id? */
  readonly takes: "id" | "kid";
  /** Of one that gives a kernel id: the kernel's own, or one as a mount shows it; null: it gives none. */
  readonly tells: "k" | "v" | null;
}

/** A function over one id, called in a user namespace. */
interface OfNamespace extends Named {
  readonly place: "namespace";
  run(world: World, ns: UserNamespace, kind: OwnerKind, kid: Kuid64<OwnerKind>): IdFunctionResult;
}

/** A function over one id, called on a mount. */
interface OfMount extends Named {
  readonly place: "mount";
  run(world: World, mount: Mount, kind: OwnerKind, kid: Kuid64<OwnerKind>): IdFunctionResult;
}

/** A function of the kernel that makes one id of another. */
export type IdFunction = OfNamespace | OfMount;

const inNamespace = (
  name: string,
  takes: Named["takes"],
  tells: Named["tells"],
  run: OfNamespace["run"],
): IdFunction => ({ name, takes, tells, place: "namespace", run });

const onMount = (name: string, tells: Named["tells"], run: OfMount["run"]): IdFunction => ({
  name,
  takes: "kid",
  tells,
  place: "mount",
  run,
});

/** Every function that is modelled. Without fsid mappings a kfsuid is a kuid. */
export const ID_FUNCTIONS: readonly IdFunction[] = [
  inNamespace("make_k_id", "id", "k", (world, ns, kind, { id }) => makeKid(world, ns, kind, plain(id))),
  inNamespace("from_k_id", "kid", null, fromKid),
  inNamespace("from_k_id_munged", "kid", null, fromKidMunged),
  inNamespace("from_k_id_isolated", "kid", null, fromKidIsolated),
  onMount("make_vfs_id", "v", makeVfsid),
  onMount("from_vfs_id", "k", fromVfsid),
  inNamespace("make_kfs_id", "id", "k", (world, ns, kind, { id }) => makeKfsid(world, ns, kind, plain(id), "fs")),
  inNamespace("from_kfs_id", "kid", null, (world, ns, kind, kid) => fromKfsid(world, ns, kind, kid, "fs")),
  inNamespace("from_kfs_id_munged", "kid", null, (world, ns, kind, kid) => fromKfsidMunged(world, ns, kind, kid, "fs")),
  inNamespace("kfs_id_has_mapping", "kid", null, (world, ns, kind, kid) => kfsidHasMapping(world, ns, kind, kid, "fs")),
  inNamespace("kfs_id_to_k_id", "kid", "k", kfsidToKid),
  inNamespace("k_id_to_kfs_id", "kid", "k", kidToKfsid),
];

/** What such a function takes is a number of a namespace, though the table hands it over as the half of a kernel id. */
function plain(id: number): number {
  return id;
}

const OWNER_KINDS = ["uid", "gid"] as const;

/** The name of a function for one kind of id. @example nameOfKind("make_k_id", "gid") // "make_kgid" */
export function nameOfKind(name: string, kind: OwnerKind): string {
  return name.replaceAll("_id", kind);
}

/** The names of all, of users and of groups. */
export const ID_FUNCTION_NAMES: readonly string[] = ID_FUNCTIONS.flatMap(({ name }) =>
  OWNER_KINDS.map((kind) => nameOfKind(name, kind)),
);

/**
 * A function by its name, and the kind of id that it is about.
 *
 * @returns null for one that is not modelled
 * @example idFunction("make_kgid")?.kind // "gid"
 */
export function idFunction(name: string): { readonly kind: OwnerKind; readonly of: IdFunction } | null {
  for (const of of ID_FUNCTIONS)
    for (const kind of OWNER_KINDS) if (nameOfKind(of.name, kind) === name) return { kind, of };
  return null;
}
