import { chmodAcl } from "../kernel/index.ts";
import { type Manifest, type ManifestEntry, manifestOf } from "../manifest/index.ts";
import { completedAcl, withAcl } from "./acl-with-mode.ts";
import type { Aspect, OwnershipPolicy, OwnershipRule } from "./policy.ts";

/** The rule that decides each aspect of a path; an aspect that no rule decides is not in it. */
export type Decision = ReadonlyMap<Aspect, OwnershipRule>;

/** A tree whose owners rules have decided. */
export interface AppliedPolicy {
  readonly manifest: Manifest;
  readonly decisions: ReadonlyMap<string, Decision>;
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
 * What no rule says stays as the tree has it. Symbolic links have no mode, ACL and capability of their own, only files
 * have capabilities, only folders default ACLs: rules say nothing of the others.
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
  const decisions = new Map<string, Decision>();
  const firsts = new Map<number, ManifestEntry>();
  const undecided: string[] = [];
  const split: (readonly [string, string])[] = [];
  const entries = tree.entries.map((entry) => {
    const decision = decide(entry, policy.rules);
    decisions.set(entry.path, decision);
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

function decide(entry: ManifestEntry, rules: readonly OwnershipRule[]): Decision {
  const decision = new Map<Aspect, OwnershipRule>();
  for (const rule of rules) {
    if (!isAbout(rule, entry)) continue;
    for (const aspect of rule.texts.keys()) if (isMeaningful(aspect, entry)) decision.set(aspect, rule);
  }
  return decision;
}

/** Does the rule match the entry? */
export function isAbout({ paths, types }: OwnershipRule, { path, type }: ManifestEntry): boolean {
  return (types === null || types.has(type)) && paths.has(path);
}

function isMeaningful(aspect: Aspect, { type }: ManifestEntry): boolean {
  if (aspect === "user" || aspect === "group") return true;
  if (aspect === "capability") return type === "file";
  if (aspect === "defaultAcl") return type === "dir";
  return type !== "symlink";
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
