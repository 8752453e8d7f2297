import { quoted } from "../core/index.ts";
import { showMode } from "../kernel/index.ts";
import {
  type DeviceNumber,
  type Manifest,
  type ManifestEntry,
  showAclText,
  showCapabilityText,
} from "../manifest/index.ts";
import { isSameThing } from "./owned-tree.ts";
import { type OwnerFindingKind, type OwnerReading, ownerFinding } from "./owner-findings.ts";

export type TreeFindingKind =
  | OwnerFindingKind
  | "missing"
  | "extra"
  | "type"
  | "mode"
  | "device"
  | "target"
  | "links"
  | "size"
  | "content"
  | "acl"
  | "capability"
  | "attribute";

/** Where a tree is not as its manifest says. */
export interface TreeFinding {
  readonly kind: TreeFindingKind;
  readonly path: string;
  /** What was found, and what should be. */
  readonly says: string;
}

/** A tree as it was found, and how much of it could be. */
export interface FoundTree {
  /** In any order; owners that are none (-1) may be among them. */
  readonly entries: readonly ManifestEntry[];
  readonly owners: OwnerReading;
  /** Of which names attributes were read beside ACLs and capabilities; null: not these either. */
  readonly readsAttribute: ((name: string) => boolean) | null;
  /** May an empty file stand for what an ordinary user cannot make? */
  readonly hasStandIns: boolean;
}

/**
 * Compare a tree with the manifest that says how it should be.
 *
 * Times are not compared, nor what one of the two does not say (sizes, digests), nor modes of symbolic links, which mean
 * nothing.
 *
 * @returns in the order of the manifest, paths that it does not have at the end; none where all is as it says
 */
export function treeFindings(wanted: Manifest, found: FoundTree): TreeFinding[] {
  const byPath = new Map(found.entries.map((entry) => [entry.path, entry]));
  const links = {
    wanted: firstLinks(wanted.entries),
    found: firstLinks(wanted.entries.flatMap(({ path }) => byPath.get(path) ?? [])),
  };
  const findings: TreeFinding[] = [];
  for (const entry of wanted.entries) {
    const { path } = entry;
    const there = byPath.get(path);
    if (!there) {
      findings.push({ kind: "missing", path, says: `no ${entry.type} there` });
      continue;
    }
    findings.push(...ownersOf(there, entry, found), ...differences(there, entry, found));
    const [is, should] = [links.found.get(path), links.wanted.get(path)];
    if (is !== should) findings.push({ kind: "links", path, says: `${linkWords(is)}, should be ${linkWords(should)}` });
  }
  for (const entry of found.entries) {
    if (wanted.byPath.has(entry.path)) continue;
    findings.push({ kind: "extra", path: entry.path, says: `a ${entry.type} that the manifest does not have` });
    findings.push(...ownersOf(entry, null, found));
  }
  return findings;
}

function ownersOf(
  { path, uid, gid }: ManifestEntry,
  wanted: ManifestEntry | null,
  { owners }: FoundTree,
): TreeFinding[] {
  const ofUser = ownerFinding("uid", uid, wanted?.uid ?? null, owners);
  const ofGroup = ownerFinding("gid", gid, wanted?.gid ?? null, owners);
  return [ofUser, ofGroup].flatMap((finding) => (finding ? [{ ...finding, path }] : []));
}

function* differences(is: ManifestEntry, should: ManifestEntry, tree: FoundTree): Generator<TreeFinding> {
  const { path } = should;
  const isStandIn = is.type !== should.type;
  if (isStandIn && !(tree.hasStandIns && isSameThing(is, should))) {
    yield { kind: "type", path, says: `a ${is.type}, should be a ${should.type}` };
    return;
  }
  const compared: (readonly [TreeFindingKind, string | null, string | null])[] = [
    ["mode", should.type === "symlink" ? null : showMode(is.mode), showMode(should.mode)],
    ["device", isStandIn ? null : showDevice(is.device), showDevice(should.device)],
    ["target", is.target && quoted(is.target), should.target && quoted(should.target)],
    ["size", isStandIn ? null : showSize(is.sizeBytes), showSize(should.sizeBytes)],
    ["content", is.sha256 && `sha256:${is.sha256}`, should.sha256 && `sha256:${should.sha256}`],
  ];
  for (const [kind, found, wanted] of compared)
    if (found !== null && wanted !== null && found !== wanted)
      yield { kind, path, says: `${found}, should be ${wanted}` };
  if (tree.readsAttribute) yield* attributeDifferences(is, should, tree.readsAttribute);
}

function* attributeDifferences(
  is: ManifestEntry,
  should: ManifestEntry,
  isRead: (name: string) => boolean,
): Generator<TreeFinding> {
  const { path } = should;
  const compared: (readonly [TreeFindingKind, string, string])[] = [
    ["acl", showAcl(is, "access"), showAcl(should, "access")],
    ["acl", showAcl(is, "default"), showAcl(should, "default")],
    ["capability", showCapability(is), showCapability(should)],
  ];
  for (const [kind, found, wanted] of compared)
    if (found !== wanted) yield { kind, path, says: `${found}, should be ${wanted}` };
  for (const name of new Set([...is.xattrs.keys(), ...should.xattrs.keys()])) {
    const [found, wanted] = [is.xattrs.get(name)?.join(), should.xattrs.get(name)?.join()];
    if (found === wanted || !isRead(name)) continue;
    const what =
      found === undefined ? "is not there" : wanted === undefined ? "should not be there" : "has another value";
    yield { kind: "attribute", path, says: `${name} ${what}` };
  }
}

function showAcl({ acls }: ManifestEntry, type: keyof ManifestEntry["acls"]): string {
  const acl = acls[type];
  return acl ? `${type} ACL ${showAclText(acl)}` : `no ${type} ACL`;
}

function showCapability({ capability }: ManifestEntry): string {
  return capability ? showCapabilityText(capability) : "no capability";
}

function showDevice(device: DeviceNumber | null): string | null {
  return device && `device ${device.major}:${device.minor}`;
}

function showSize(sizeBytes: number | null): string | null {
  return sizeBytes === null ? null : `${sizeBytes} bytes`;
}

/** Of each path of a file that has several, the first. */
function firstLinks(entries: readonly ManifestEntry[]): ReadonlyMap<string, string> {
  const firsts = new Map<number, string>();
  const found = new Map<string, string>();
  for (const { path, linkGroup } of entries) {
    if (linkGroup === null) continue;
    const first = firsts.get(linkGroup);
    if (first === undefined) firsts.set(linkGroup, path);
    else found.set(path, first);
  }
  return found;
}

function linkWords(first: string | undefined): string {
  return first === undefined ? "a file of its own" : `the same file as ${quoted(first)}`;
}
