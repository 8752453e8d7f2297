import { type Extent, type IdMap, NO_ID } from "../core/index.ts";
import { intoKernel, type NamedMap, type OwnerKind, outOfKernel } from "../kernel/index.ts";
import { type FsMapFinding, fsMapFindings, mountPlan, type ReachedAccount } from "../policy/index.ts";
import { type Explanation, explain } from "./explain.ts";
import type { OwnerMaps } from "./file-question.ts";

/** What is asked of an id: one that is used inside, or the owner that the disk keeps of a file. */
export interface AskedFsid {
  readonly from: "inside" | "disk";
  readonly kind: OwnerKind;
  readonly id: number;
}

/** Who an id is to processes, and who to files. */
export interface FsidExplanation {
  /** The process that an id inside is; null where a file was asked about. */
  readonly process: Explanation | null;
  /** The owner of files that it is, or the number that stat shows inside for one. */
  readonly files: Explanation;
  /** Whom a set-id program of that owner runs as: `kfsuid_to_kuid`. */
  readonly setid: Explanation;
}

/** What the fs maps of a namespace come to, beside its id maps. */
export interface FsMapsExplanation {
  readonly ids: readonly FsidExplanation[];
  /** The idmapped mount that does the same for one mount, on Linux as it is; empty where the maps have no id in common. */
  readonly mount: { readonly [K in OwnerKind]: readonly Extent[] };
  /** Accounts of the host whose files the fs maps give away. */
  readonly findings: readonly FsMapFinding[];
}

/**
 * Follow ids through an id map and an fs map, and say what the two come to.
 *
 * @param fs        the fs maps of a namespace, down to ids of the host
 * @param ids       its id maps
 * @param accounts  real accounts of the host; root is one without being named
 * @source          fsid mappings, third series: make_kfsuid, from_kfsuid_munged, kfsuid_to_kuid
 */
export function explainFsMaps(
  fs: OwnerMaps,
  ids: OwnerMaps,
  asked: readonly AskedFsid[],
  accounts: readonly ReachedAccount[],
): FsMapsExplanation {
  const kinds = ["uid", "gid"] as const;
  return {
    ids: asked.map((one) => explainOne(fs, ids, one)),
    mount: { uid: mountFor(fs, ids, "uid"), gid: mountFor(fs, ids, "gid") },
    findings: kinds.flatMap((kind) => fsMapFindings(kind, fs[kind], ids[kind], accounts)),
  };
}

function mountFor(fs: OwnerMaps, ids: OwnerMaps, kind: OwnerKind): readonly Extent[] {
  return mountPlan(fs[kind].extents, ids[kind]) ?? [];
}

function explainOne(fs: OwnerMaps, ids: OwnerMaps, { from, kind, id }: AskedFsid): FsidExplanation {
  const named = (name: string, map: IdMap): NamedMap => ({ name, map });
  const processes = named(`${kind}_map`, ids[kind]);
  const owners = named(`fs${kind}_map`, fs[kind]);
  const given = { id, number: 0 };
  const files = explain(kind, from === "inside" ? intoKernel([owners]) : outOfKernel([owners], "shown"), given);
  const owner = from === "inside" ? { id: files.id ?? NO_ID, number: 0 } : given;
  return {
    process: from === "inside" ? explain(kind, intoKernel([processes]), given) : null,
    files,
    setid: explain(kind, [...outOfKernel([owners], "checked"), ...intoKernel([processes])], owner),
  };
}
