import { contains, type IdMap, lowerOf, mapDown, mapUp, NO_ID, showExtent } from "../core/index.ts";
import { LINUX } from "../kernel/index.ts";

/** An account of the host that an fs map reaches. */
export interface ReachedAccount {
  readonly kind: "uid" | "gid";
  readonly name: string;
  readonly id: number;
}

/** A call of a proof, and the answer that it gets. */
export interface ProofStep {
  readonly task: string;
  readonly call: string;
  readonly path?: string;
  readonly to?: string;
  readonly mode?: string;
  readonly observed: { readonly ok: true; readonly [value: string]: string | number | true };
}

/** The calls that prove a finding, with the answers they get: a scenario for `userns run`. */
export interface FsMapProof {
  readonly version: 1;
  readonly profile: string;
  readonly title: string;
  readonly setup: object;
  readonly steps: readonly ProofStep[];
}

/** An fs map that makes somebody inside the owner of a host account's files. */
export interface FsMapFinding {
  readonly code: "fs-map-reaches-root" | "fs-map-reaches-account";
  readonly account: ReachedAccount;
  /** The line of the map, from 1, and the number that the account's files have inside. */
  readonly line: number;
  readonly inside: number;
  /** What is wrong, in a sentence. */
  readonly because: string;
  /**
   * Somebody inside leaves a set-user-ID (set-group-ID) program, or makes one of a program of the account's; a host user
   * who runs it is the account.
   */
  readonly proof: FsMapProof;
}

/** Root of the host, whom no passwd file need name. */
const ROOT: readonly ReachedAccount[] = [
  { kind: "uid", name: "root", id: 0 },
  { kind: "gid", name: "root", id: 0 },
];

/** Who runs what was left: an id that is none of the accounts. */
const HOST_USER = 4000000000;

/**
 * The accounts of the host whose files an fs map gives away. An fs map holds for every mount that the namespace sees. So
 * whoever has the id inside can leave a file with the account's owner and mode 04755 for the host to run; and where the
 * id map has no such process, whoever holds CAP_FOWNER inside can still make one of a program that the account owns.
 *
 * @param fs        the fs map, down to ids of the host
 * @param ids       the id map of the namespace
 * @param accounts  real accounts of the host; root is one without being named
 * @returns         in the order of the accounts, root first
 * @source          Andy Lutomirski and Serge Hallyn on the fsid mappings, third series; capabilities over a file go by the fs map
 * @example         fsMapFindings("uid", idMap([{ first: 0, lowerFirst: 0, count: 9 }]), idMap([{ first: 0, lowerFirst: 100000, count: 9 }]), [])[0]?.code // "fs-map-reaches-root"
 */
export function fsMapFindings(
  kind: "uid" | "gid",
  fs: IdMap,
  ids: IdMap,
  accounts: readonly ReachedAccount[],
): readonly FsMapFinding[] {
  const roots = ROOT.filter((account) => account.kind === kind);
  const others = accounts.filter((account) => account.kind === kind && account.id !== 0);
  return [...roots, ...others].flatMap((account): readonly FsMapFinding[] => {
    const inside: number = mapUp(fs, account.id);
    const line = fs.extents.findIndex((extent) => contains(lowerOf(extent), account.id));
    const extent = fs.extents[line];
    if (inside === NO_ID || !extent) return [];
    const isRoot = account.id === 0;
    const kid: number = mapDown(ids, inside);
    const whom =
      kid === NO_ID ? `capabilities inside (${kind} ${inside} is no process there)` : `${kind} ${inside} inside`;
    return [
      {
        code: isRoot ? "fs-map-reaches-root" : "fs-map-reaches-account",
        account,
        line: line + 1,
        inside,
        because: `fs${kind}_map ${showExtent(extent)} gives ${whom} the files of ${isRoot ? "host root" : account.name} on every mount that the namespace sees`,
        proof: kid === NO_ID ? proofByCapability(account, inside) : proofByProcess(account, inside, kid),
      },
    ];
  });
}

/** The maps of both kinds, where the other kind than the account's is of no matter. */
function mapsOf({ kind, id }: ReachedAccount, inside: number, process: readonly number[]) {
  const other = [[0, HOST_USER, 1]];
  const fs = [[inside, id, 1]];
  return kind === "uid"
    ? { uid_map: [process], gid_map: other, fsuid_map: fs, fsgid_map: other }
    : { uid_map: other, gid_map: [process], fsuid_map: other, fsgid_map: fs };
}

function proof(account: ReachedAccount, setup: object, left: string, calls: readonly ProofStep[]): FsMapProof {
  const { kind, id } = account;
  const isUser = kind === "uid";
  const [uid, gid] = isUser ? [id, HOST_USER] : [HOST_USER, id];
  const task = "host user";
  return {
    version: 1,
    profile: `${LINUX.name}+fsid`,
    title: `the files of ${kind} ${id} of the host`,
    setup,
    steps: [
      ...calls,
      { task: "inside", call: "chmod", path: left, mode: setIdMode(kind), observed: { ok: true } },
      { task, call: "stat", path: left, observed: { ok: true, uid, gid, mode: setIdMode(kind), type: "file" } },
      { task, call: "exec", path: left, observed: { ok: true, secure: 1 } },
      { task, call: "getuid", observed: { ok: true, uid: HOST_USER, euid: uid, gid: HOST_USER, egid: gid } },
    ],
  };
}

const setIdMode = (kind: "uid" | "gid"): string => (kind === "uid" ? "4755" : "2755");

const FILESYSTEMS = [{ name: "disk", type: "ext4", root: { mode: "0777" } }];

/** Somebody inside who has the id, and no capability, leaves a program. */
function proofByProcess(account: ReachedAccount, inside: number, kid: number): FsMapProof {
  const [uid, gid] = account.kind === "uid" ? [kid, HOST_USER] : [HOST_USER, kid];
  const setup = {
    namespaces: [
      { name: "container", parent: "init", owner: [kid, kid], ...mapsOf(account, inside, [inside, kid, 1]) },
    ],
    filesystems: FILESYSTEMS,
    files: [{ fs: "disk", path: "program", type: "exe", mode: "0755" }],
    tasks: [
      { name: "inside", ns: "container", uid, gid },
      { name: "host user", uid: HOST_USER, gid: HOST_USER },
    ],
  };
  const copy = { task: "inside", call: "copy_file", path: "disk:program", to: "disk:left" };
  return proof(account, setup, "disk:left", [{ ...copy, observed: { ok: true } }]);
}

/** Root inside, whose own id is another, changes a program that the account owns. */
function proofByCapability(account: ReachedAccount, inside: number): FsMapProof {
  const owners = account.kind === "uid" ? { uid: account.id, gid: HOST_USER } : { uid: HOST_USER, gid: account.id };
  const root = inside === 0 ? 1 : 0;
  const setup = {
    namespaces: [
      {
        name: "container",
        parent: "init",
        owner: [HOST_USER, HOST_USER],
        ...mapsOf(account, inside, [root, HOST_USER, 1]),
      },
    ],
    filesystems: FILESYSTEMS,
    files: [{ fs: "disk", path: "program", type: "exe", ...owners, mode: "0755" }],
    tasks: [
      { name: "inside", ns: "container", uid: HOST_USER, gid: HOST_USER, caps: "all" },
      { name: "host user", uid: HOST_USER, gid: HOST_USER },
    ],
  };
  return proof(account, setup, "disk:program", []);
}
