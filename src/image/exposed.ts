import { type Kind, NO_ID } from "../core/index.ts";
import { capabilityHead, capabilityRoot } from "../kernel/capability-xattr.ts";
import { type ShiftMaps, shiftId, type TarEntry } from "../shift/index.ts";

/** The accounts of the host that an image is unpacked on. */
export interface HostAccounts {
  /** Names by id. */
  readonly uid: ReadonlyMap<number, string>;
  readonly gid: ReadonlyMap<number, string>;
}

/** What running a file gives whoever runs it. */
export type Privilege = "setuid" | "setgid" | "capability";

/** A file that makes who runs it somebody on the host. */
export interface ExposedFile {
  readonly path: string;
  readonly privilege: Privilege;
  readonly kind: "uid" | "gid";
  /** The id in the image, and the one that it becomes. */
  readonly id: number;
  readonly hostId: number;
  /** The account of the host that has the id. */
  readonly account: string;
}

const [SETUID, SETGID, GROUP_EXECUTE] = [0o4000, 0o2000, 0o0010];

/** What a file gives, and the id that it gives it as. */
export interface Grant {
  readonly privilege: Privilege;
  readonly kind: ExposedFile["kind"] & Kind;
  readonly id: number;
}

/**
 * The files of an entry that count on the host after the map: setuid and setgid programs whose owner becomes an account
 * there, and file capabilities whose root does (of those without a root id, the owner of the file).
 *
 * The kernel asks for group execute beside setgid; without it the bit means another thing.
 *
 * @source execve(2); capabilities(7), "File capabilities"
 */
export function exposedBy(entry: TarEntry, maps: ShiftMaps, accounts: HostAccounts): ExposedFile[] {
  if (entry.type !== "file") return [];
  return grantsOf({ ...entry, capability: entry.attribute("security.capability") }).flatMap(
    ({ privilege, kind, id }) => {
      const hostId = shiftId(maps, kind, id);
      const account = hostId === NO_ID ? undefined : accounts[kind].get(hostId);
      return account === undefined ? [] : [{ path: entry.path, privilege, kind, id, hostId, account }];
    },
  );
}

/** A file that may be a program: its capability is the value of the attribute. */
interface Program {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly capability: Uint8Array | null;
}

/** What running a file gives, in ids as the image has them. */
export function grantsOf({ mode, uid, gid, capability }: Program): Grant[] {
  const grants: Grant[] = [];
  if (mode & SETUID) grants.push({ privilege: "setuid", kind: "uid", id: uid });
  if (mode & SETGID && mode & GROUP_EXECUTE) grants.push({ privilege: "setgid", kind: "gid", id: gid });
  const head = capability && capabilityHead(capability);
  if (capability && head) {
    const id = head.revision === 3 ? capabilityRoot(capability) : uid;
    grants.push({ privilege: "capability", kind: "uid", id });
  }
  return grants;
}
