import { chmodAcl } from "../kernel/index.ts";
import { type Manifest, type ManifestEntry, manifestOf } from "../manifest/index.ts";
import { completedAcl, withAcl } from "./acl-with-mode.ts";
import { DecidingRules, type Decision } from "./deciding-rules.ts";
import type { Aspect, OwnershipPolicy } from "./policy.ts";

/** A tree whose owners rules have decided. */
export interface AppliedPolicy {
  readonly manifest: Manifest;
  /** Of each entry of the manifest. */
  readonly decisions: readonly Decision[];
  /** Paths whose user or group nobody has decided; in the manifest they have root for it. */
  readonly undecided: readonly string[];
  /** Paths of one file that rules decide differently, behind the first of its paths, whose decision counts. */
  readonly split: readonly (readonly [first: string, other: string])[];
}

/** Stands for an owner that nobody has decided: a builder's id never gets into a manifest. */
const UNDECIDED_ID = 0;

/**
 * Decide who owns what: of the rules that match a path and say something of an aspect, the last one decides it.
 *
 * What no rule says stays as the tree has it.
 *
 * @param isOwned  are the owners that the tree has for this path those of the image? Otherwise they are somebody's who
 *                 built it, and must be decided
 * @throws UsernsError ERR_MANIFEST for a rule whose ACL is none beside the mode of a path
 */
export function applyPolicy(
  tree: Manifest,
  policy: OwnershipPolicy,
  isOwned: (path: string) => boolean,
): AppliedPolicy {
  const rules = new DecidingRules(policy.rules);
  const decisions: Decision[] = [];
  const firsts = new Map<number, ManifestEntry>();
  const undecided: string[] = [];
  const split: (readonly [string, string])[] = [];
  const entries = tree.entries.map((entry) => {
    const decision = rules.decisionFor(entry);
    decisions.push(decision);
    const hasOwners = isOwned(entry.path);
    const isDecided = hasOwners || (decision.has("user") && decision.has("group"));
    if (!isDecided) undecided.push(entry.path);
    const decided = decidedEntry(hasOwners ? entry : { ...entry, uid: UNDECIDED_ID, gid: UNDECIDED_ID }, decision);
    const first = entry.linkGroup === null ? undefined : firsts.get(entry.linkGroup);
    if (entry.linkGroup !== null && !first) firsts.set(entry.linkGroup, decided);
    if (!first) return decided;
    if (!isSameFile(first, decided)) split.push([first.path, decided.path]);
    return { ...first, path: decided.path, keywords: decided.keywords };
  });
  return { manifest: manifestOf(entries, policy.name), decisions, undecided, split };
}

function decidedEntry(entry: ManifestEntry, decision: Decision): ManifestEntry {
  const said = <A extends Aspect>(aspect: A) => decision.get(aspect)?.says[aspect];
  const isDirectory = entry.type === "dir";
  const change = said("mode");
  const chosen = change ? change(entry.mode, isDirectory) : entry.mode;
  const kept = change && entry.acls.access ? chmodAcl(entry.acls.access, chosen) : entry.acls.access;
  const [acl, defaultAcl, capability] = [said("acl"), said("defaultAcl"), said("capability")];
  const { mode, acl: access } = acl
    ? withAcl(chosen, acl, decision.get("acl")?.where ?? entry.path)
    : { mode: chosen, acl: acl === null ? null : kept };
  return {
    ...entry,
    uid: said("user") ?? entry.uid,
    gid: said("group") ?? entry.gid,
    mode,
    acls: {
      access,
      default: defaultAcl
        ? completedAcl(mode, defaultAcl, decision.get("defaultAcl")?.where ?? entry.path)
        : defaultAcl === null
          ? null
          : entry.acls.default,
    },
    capability: capability === undefined ? entry.capability : capability,
  };
}

function isSameFile(a: ManifestEntry, b: ManifestEntry): boolean {
  const said = ({ uid, gid, mode, acls, capability }: ManifestEntry) =>
    JSON.stringify([uid, gid, mode, acls, capability], (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
  return said(a) === said(b);
}
