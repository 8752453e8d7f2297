import type { Kuid64 } from "../core/index.ts";
import {
  fromKid,
  fromKidIsolated,
  fromKidMunged,
  fromVfsid,
  type Mount,
  makeKid,
  makeVfsid,
  type OwnerKind,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import { scenarioError } from "../kernel/syscall/index.ts";

/** A namespace, or an idmapped mount, in which a function of the kernel is called. */
export type FunctionPlace = { readonly ns: UserNamespace } | { readonly mount: Mount };

/** A function of the kernel over one id. It gives a kernel id, a number, or whether something is so. */
export type KernelFunction = (
  world: World,
  place: FunctionPlace,
  kind: OwnerKind,
  kid: Kuid64<OwnerKind>,
) => Kuid64 | number | boolean;

const inNamespace =
  (
    run: (world: World, ns: UserNamespace, kind: OwnerKind, kid: Kuid64<OwnerKind>) => Kuid64 | number | boolean,
  ): KernelFunction =>
  (world, place, kind, kid) => {
    if (!("ns" in place)) throw scenarioError("where", "a namespace", "a mount");
    return run(world, place.ns, kind, kid);
  };

const onMount =
  (run: (world: World, mount: Mount, kind: OwnerKind, kid: Kuid64<OwnerKind>) => Kuid64): KernelFunction =>
  (world, place, kind, kid) => {
    if (!("mount" in place)) throw scenarioError("where", "a mount", "a namespace");
    return run(world, place.mount, kind, kid);
  };

/** By name, with the kind's letter as `_`. */
const FUNCTIONS: { readonly [name: string]: KernelFunction } = {
  make_k_id: inNamespace((world, ns, kind, { id }) => makeKid(world, ns, kind, plain(id))),
  from_k_id: inNamespace(fromKid),
  from_k_id_munged: inNamespace(fromKidMunged),
  from_k_id_isolated: inNamespace(fromKidIsolated),
  make_vfs_id: onMount(makeVfsid),
  from_vfs_id: onMount(fromVfsid),
};

function plain(id: number): number {
  return id;
}

/** The names of all that are modelled, of users and of groups. */
export const KERNEL_FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS).flatMap((name) =>
  ["uid", "gid"].map((kind) => name.replaceAll("_id", kind)),
);

/**
 * A function of the kernel by its name, and the kind of id that it is about.
 *
 * @returns null for one that is not modelled
 * @example kernelFunction("make_kgid")?.kind // "gid"
 */
export function kernelFunction(name: string): { readonly kind: OwnerKind; readonly run: KernelFunction } | null {
  const run = FUNCTIONS[name.replaceAll(/[ug]id/g, "_id")];
  return run ? { kind: name.includes("gid") ? "gid" : "uid", run } : null;
}
