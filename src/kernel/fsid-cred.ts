import { NO_ID, type UserId } from "../core/id.ts";
import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { type CredIds, ROLES, type Role } from "./cred.ts";
import { type FsidPair, fsidBeside, kfsidToKid, makeKfsid } from "./fsid.ts";
import type { HasProfile, OwnerTable } from "./fsid-map.ts";
import { fsidMode } from "./fsid-modes.ts";
import { fromKid, fromKidMunged, type HasTranslators } from "./uidgid.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/*
 * What becomes of both copies of the fs id when a call or exec changes a credential. Without fsid mappings all of it
 * says that they are the effective id.
 */

const RULES = ruleTable({
  fsidMapped: {
    sentence:
      "An id that a task takes as its effective one must be mapped among ids of files too; this is asked before any permission.",
    source: "fsid mappings, third series, 19/25 to 25/25: EINVAL",
  },
  fsidBeside: {
    sentence: "The effective id that a call leaves alone must have an id of files beside it.",
    source: "fsid mappings, third series, setresuid and setreuid: EINVAL; nobody raised it",
  },
});

type Fsids = HasTranslators & HasProfile;

/** Both copies for an id that a call names, which is mapped among ids of processes. @returns EINVAL */
export function pairOfId<K extends OwnerKind>(
  world: Fsids,
  ns: UserNamespace,
  kind: K,
  id: UserId<K>,
  kid: Kuid64<K>,
): Verdict<FsidPair<K>> {
  if (world.profile.fsid === null) return allow({ fs: kid, pfs: kid });
  const fs = makeKfsid(world, ns, kind, id, "fs");
  return isValidKuid64(fs)
    ? allow({ fs, pfs: kid })
    : deny("EINVAL", RULES.fsidMapped, `fs${kind} ${id} is not mapped in ${ns.name}`);
}

/** Both copies beside an effective id that a call leaves alone. @returns EINVAL */
export function pairBeside<K extends OwnerKind>(
  world: Fsids,
  ns: UserNamespace,
  kind: K,
  kid: Kuid64<K>,
): Verdict<FsidPair<K>> {
  const fs = fsidBeside(world, ns, kind, kid);
  return isValidKuid64(fs)
    ? allow({ fs, pfs: kid })
    : deny("EINVAL", RULES.fsidBeside, `${kind} ${showKuid64(kid)} has none in ${ns.name}`);
}

/**
 * May a task without power take these copies as its fs id: are they its own? All revisions but the repaired one compare
 * the id of files, which equals an id of a process by accident only.
 */
export function isOwnFsid<K extends OwnerKind>(
  { profile }: HasProfile,
  { fs, pfs }: FsidPair<K>,
  ids: CredIds<K>,
): boolean {
  const mode = fsidMode(profile);
  const isRepaired = mode?.isRepaired === true;
  const roles: readonly Role[] = isRepaired ? ["real", "effective", "saved", "pfs"] : ROLES;
  return roles.some((role) => isSameKuid64(isRepaired ? pfs : fs, ids[role]));
}

/** The table in which exec asks whether the owners of a file are mapped. */
export function execTable({ profile }: HasProfile, table: OwnerTable): OwnerTable {
  return fsidMode(profile)?.execOwner === "id map" ? "id" : table;
}

/**
 * The id that a set-id file gives whoever runs it: its owner, and with fsid mappings the process of the same number inside
 * the namespace.
 *
 * The first revision took the owner as it is, which its check let through only where it was an id of processes too; the
 * patch offered in reply takes an id that belongs to no process of the namespace.
 *
 * @returns  null where there is none
 */
export function idOfSetidFile<K extends OwnerKind>(
  world: Fsids,
  ns: UserNamespace,
  kind: K,
  owner: Kuid64<K>,
  table: OwnerTable,
): Kuid64<K> | null {
  if (table === "id" || fsidMode(world.profile)?.execOwner !== "translated") return owner;
  const kid = kfsidToKid(world, ns, kind, owner);
  return isValidKuid64(kid) ? kid : null;
}

/**
 * Both copies after exec, whatever setfsuid said before. An effective id without a number in the namespace is shown as the
 * overflow id, and that is mapped; the repaired revision keeps it as it is.
 */
export function pairAfterExec<K extends OwnerKind>(
  world: World,
  ns: UserNamespace,
  kind: K,
  kid: Kuid64<K>,
): FsidPair<K> {
  const mode = fsidMode(world.profile);
  if (!mode) return { fs: kid, pfs: kid };
  if (mode.isRepaired && fromKid(world, ns, kind, kid) === NO_ID) return { fs: kid, pfs: kid };
  const shown = fromKidMunged(world, ns, kind, kid);
  return { fs: makeKfsid(world, ns, kind, shown, "fs"), pfs: kid };
}
