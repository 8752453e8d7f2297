import { ALL_CAPS, type CapSet, capsWithout, NO_CAPS, namesOf } from "./capability.ts";
import { type Cred, ROLES } from "./cred.ts";
import { fromKfsidMunged } from "./fsid.ts";
import { fromKidIsolated, fromKidMunged } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import type { World } from "./world.ts";

/** A capability set as JSON: `"all"`, `"none"`, a list, or `{"all_but": […]}` where less than half is missing. */
export function showCaps(set: CapSet): unknown {
  if (set === NO_CAPS) return "none";
  if (set === ALL_CAPS) return "all";
  const missing = namesOf(capsWithout(ALL_CAPS, set));
  const held = namesOf(set);
  return missing.length < held.length ? { all_but: missing } : held;
}

/** The five sets, as JSON. */
export function showCapSets(cred: Cred): { readonly [set: string]: unknown } {
  return {
    eff: showCaps(cred.effective),
    perm: showCaps(cred.permitted),
    inh: showCaps(cred.inheritable),
    amb: showCaps(cred.ambient),
    bset: showCaps(cred.bounding),
  };
}

/**
 * The four ids of a credential as a task of `reader` is shown them: real, effective, saved, filesystem. The last is one of
 * files, read through the fs map where there are fsid mappings.
 */
export function showIds(world: World, reader: UserNamespace, cred: Cred, kind: OwnerKind): number[] {
  return ROLES.map((role) => fromKfsidMunged(world, reader, kind, cred[kind][role], role === "fs" ? "fs" : "id"));
}

/** {@link showIds} as a kernel with isolated namespaces adds them: with the number inside, for whoever may see it. */
export function showIsolatedIds(world: World, reader: UserNamespace, cred: Cred, kind: OwnerKind): number[] {
  return ROLES.map((role) => fromKidIsolated(world, reader, kind, cred[kind][role]));
}

/** The supplementary groups of a credential as a task of `reader` is shown them. */
export function showGroups(world: World, reader: UserNamespace, cred: Cred): number[] {
  return Array.from(cred.groups, (group) => fromKidMunged(world, reader, "gid", group));
}
