import { CLASSICAL, type Kuid64, showKuid64 } from "../core/index.ts";
import {
  allow,
  deny,
  isInOrBelow,
  type Mount,
  type PathGuard,
  ruleTable,
  type Task,
  type UserNamespace,
  type Verdict,
} from "../kernel/index.ts";
import { isTransient } from "./uid-ranges.ts";

const SOURCE = "systemd, src/nsresourced/bpf/userns-restrict";

const RULES = ruleTable({
  transientStaysOff: {
    sentence:
      "A task of a managed namespace whose filesystem id is transient makes files only on mounts that its namespace or one below owns, or that were allow-listed.",
    source: `${SOURCE}; vectors/proposals C82, C83`,
  },
  transientNotGiven: {
    sentence: "A task of a managed namespace gives no file on a mount of others an owner or group that is transient.",
    source: `${SOURCE}; vectors/proposals C84`,
  },
});

/**
 * The BPF program that keeps transient ids off disks. ACLs it does not see, as its source says: there is no hook for
 * them, and they give no ownership.
 */
export class UsernsRestrict implements PathGuard {
  /** The managed namespaces, and the mounts allowed to each. */
  readonly #allowed = new Map<UserNamespace, Set<Mount>>();

  manage(ns: UserNamespace): void {
    if (!this.#allowed.has(ns)) this.#allowed.set(ns, new Set());
  }

  /** Let a managed namespace make files on a mount, for its map brings them to other ids. */
  allow(ns: UserNamespace, mount: Mount): void {
    this.manage(ns);
    this.#allowed.get(ns)?.add(mount);
  }

  mayCreate(task: Task, mount: Mount): Verdict {
    const { uid, gid, userNs } = task.cred;
    const allowed = this.#allowed.get(userNs);
    if (!isTransientKid(uid.fs) && !isTransientKid(gid.fs)) return allow();
    if (!allowed || ownsMounts(task) || allowed.has(mount)) return allow(undefined, RULES.transientStaysOff);
    return deny("EPERM", RULES.transientStaysOff, `${showKuid64(uid.fs)} on ${mount.name}`);
  }

  mayChown(
    task: Task,
    { mount }: { readonly mount: Mount },
    { uid, gid }: { readonly uid?: Kuid64<"uid">; readonly gid?: Kuid64<"gid"> },
  ): Verdict {
    if (!this.#allowed.has(task.cred.userNs) || ownsMounts(task)) return allow();
    const transient = [uid, gid].find((kid) => kid && isTransientKid(kid));
    return transient
      ? deny("EPERM", RULES.transientNotGiven, `${showKuid64(transient)} on ${mount.name}`)
      : allow(undefined, RULES.transientNotGiven);
  }
}

function isTransientKid({ id, number }: Kuid64): boolean {
  return number === CLASSICAL && isTransient(id);
}

/**
 * Are the mounts that the task sees of a mount namespace that its user namespace, or one below it, owns? A copy is of the
 * namespace that has it.
 */
function ownsMounts({ mountNs, cred }: Task): boolean {
  return isInOrBelow(mountNs.userNs, cred.userNs);
}
