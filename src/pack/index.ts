/**
 * Trees packed with owners that are not theirs: a policy says whose each path is, and what must hold then; the result is
 * an archive, a manifest, or whatever else keeps owners.
 *
 * This layer reads and writes no file: trees, archives and patterns are handed to it. It may import all below it.
 */
export { type AppliedPolicy, applyPolicy } from "./apply-policy.ts";
export {
  AttributeDump,
  type AttributeValues,
  attributeDump,
  type FileAttributes,
  valuesOf,
} from "./attribute-dump.ts";
export { constraintFindings } from "./constraint-findings.ts";
export type { Decision } from "./deciding-rules.ts";
export { withDiskAttributes } from "./disk-attributes.ts";
export {
  type DiskFile,
  type DiskNumbers,
  type FakerootSave,
  fakedTree,
  readFakeroot,
  writeFakeroot,
} from "./fakeroot-save.ts";
export type { Finding, FindingKind } from "./finding.ts";
export { LayerTree, type TreeMaker } from "./layer-tree.ts";
export { type ModeChange, readModeChange } from "./mode-change.ts";
export { type OwnedTree, ownedTree } from "./owned-tree.ts";
export {
  attributedLayer,
  attributedTree,
  keptOwners,
  OWNER_ATTRIBUTES,
  type OwnerAttributeName,
  type TreeAttributes,
} from "./owner-attributes.ts";
export type { OwnerReading } from "./owner-findings.ts";
export { leftOutOfTar, packTar, type TreeContents } from "./pack-tar.ts";
export { type People, type Person, peopleOf } from "./people.ts";
export type {
  AllowedIds,
  Aspect,
  CompileGlob,
  Constraints,
  OwnershipPolicy,
  OwnershipRule,
  PathSet,
  Said,
} from "./policy.ts";
export { NO_POLICY } from "./policy.ts";
export { type PolicyContext, readPolicy } from "./read-policy.ts";
export { ruleFindings } from "./rule-findings.ts";
export { type FoundTree, type TreeFinding, type TreeFindingKind, treeFindings } from "./tree-findings.ts";
export { type WayToWrite, Writer } from "./writers.ts";
