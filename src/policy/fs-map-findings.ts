import { contains, type IdMap, lowerOf, mapUp, NO_ID, showExtent } from "../core/index.ts";
import { LINUX } from "../kernel/index.ts";

/** An account of the host that an fs map reaches. */
export interface ReachedAccount {
  readonly kind: "uid" | "gid";
  readonly name: string;
  readonly id: number;
}

/** An fs map that makes somebody inside the owner of a host account's files. */
export interface FsMapFinding {
  readonly code: "fs-map-reaches-root" | "fs-map-reaches-account";
  readonly account: ReachedAccount;
  /** The line of the map, from 1, and who has the account's files inside. */
  readonly line: number;
  readonly inside: number;
  /** What is wrong, in a sentence. */
  readonly because: string;
  /**
   * The calls that prove it, with the answers they get: a scenario for `userns run`. Inside somebody leaves a set-user-ID
   * (set-group-ID) program; a host user who runs it is the account.
   */
  readonly proof: unknown;
}

/** Root of the host, whom no passwd file need name. */
const ROOT: readonly ReachedAccount[] = [
  { kind: "uid", name: "root", id: 0 },
  { kind: "gid", name: "root", id: 0 },
];

/** Who runs what was left: an id that is none of the accounts. */
const HOST_USER = 4000000000;

/**
 * The accounts of the host whose files an fs map gives away. An fs map holds for every mount that the namespace sees, so its
 * root, or whoever has the id inside, can leave a file with the account's owner and mode 04755 for the host to run.
 *
 * @param fs        the fs map, down to ids of the host
 * @param ids       the id map of the namespace: who has no process there leaves nothing
 * @param accounts  real accounts of the host; root is one without being named
 * @returns         in the order of the accounts, root first
 * @source          Andy Lutomirski and Serge Hallyn on the fsid mappings, third series
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
    const process = ids.byFirst.find((held) => contains(held, inside));
    if (inside === NO_ID || !extent || !process) return [];
    const isRoot = account.id === 0;
    const kid = process.lowerFirst + (inside - process.first);
    return [
      {
        code: isRoot ? "fs-map-reaches-root" : "fs-map-reaches-account",
        account,
        line: line + 1,
        inside,
        because: `fs${kind}_map ${showExtent(extent)} gives ${kind} ${inside} inside the files of ${isRoot ? "host root" : account.name} on every mount that the namespace sees`,
        proof: proofOf(account, inside, kid),
      },
    ];
  });
}

/** Somebody inside leaves a program, and a host user runs it. */
function proofOf({ kind, id }: ReachedAccount, inside: number, kid: number): unknown {
  const map = [[inside, kid, 1]];
  const fsMap = [[inside, id, 1]];
  const isUser = kind === "uid";
  const bits = isUser ? "4755" : "2755";
  const [uid, gid] = isUser ? [id, HOST_USER] : [HOST_USER, id];
  return {
    version: 1,
    profile: `${LINUX.name}+fsid`,
    title: `the files of ${kind} ${id} of the host`,
    setup: {
      namespaces: [
        {
          name: "container",
          parent: "init",
          owner: [kid, kid],
          uid_map: isUser ? map : [[0, HOST_USER, 1]],
          gid_map: isUser ? [[0, HOST_USER, 1]] : map,
          fsuid_map: isUser ? fsMap : [[0, HOST_USER, 1]],
          fsgid_map: isUser ? [[0, HOST_USER, 1]] : fsMap,
        },
      ],
      filesystems: [{ name: "disk", type: "ext4", root: { mode: "0777" } }],
      files: [{ fs: "disk", path: "program", type: "exe", mode: "0755" }],
      tasks: [
        { name: "inside", ns: "container", uid: isUser ? kid : HOST_USER, gid: isUser ? HOST_USER : kid },
        { name: "host user", uid: HOST_USER, gid: HOST_USER },
      ],
    },
    steps: [
      { task: "inside", call: "copy_file", path: "disk:program", to: "disk:left", observed: { ok: true } },
      { task: "inside", call: "chmod", path: "disk:left", mode: bits, observed: { ok: true } },
      {
        task: "host user",
        call: "stat",
        path: "disk:left",
        observed: { ok: true, uid, gid, mode: bits, type: "file" },
      },
      { task: "host user", call: "exec", path: "disk:left", observed: { ok: true, secure: 1 } },
      {
        task: "host user",
        call: "getuid",
        observed: { ok: true, uid: HOST_USER, euid: uid, gid: HOST_USER, egid: gid },
      },
    ],
  };
}
