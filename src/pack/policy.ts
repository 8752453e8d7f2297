import type { AclEntryText, FileCapability, InodeType } from "../kernel/index.ts";
import type { ModeChange } from "./mode-change.ts";
import type { Person } from "./people.ts";

/** Which paths are meant. */
export interface PathSet {
  /** As they were written, for people. */
  readonly globs: readonly string[];
  has(path: string): boolean;
}

/** Makes the test of a glob: does it match a path, which stands without a slash before it? */
export type CompileGlob = (glob: string) => (path: string) => boolean;

/** What a rule may say something about; each is decided by itself. */
export const ASPECTS = ["user", "group", "mode", "acl", "defaultAcl", "capability"] as const;
export type Aspect = (typeof ASPECTS)[number];

/** What a rule says. What it does not say is left to others. */
export interface Said {
  readonly user?: number;
  readonly group?: number;
  readonly mode?: ModeChange;
  /** Entries beside those of the mode; null: no ACL. */
  readonly acl?: readonly AclEntryText[] | null;
  readonly defaultAcl?: readonly AclEntryText[] | null;
  readonly capability?: FileCapability | null;
}

/** A rule: whose the paths are that it is about, and what may be done with them. */
export interface OwnershipRule {
  /** From 1, in the order of the policy: of two that say something of one path, the later one decides. */
  readonly number: number;
  /** `policy.yaml:7:5` */
  readonly where: string;
  readonly paths: PathSet;
  /** Null: everything. */
  readonly types: ReadonlySet<InodeType> | null;
  readonly says: Said;
  /** The same as it was written, by aspect: what two rules are compared by. */
  readonly texts: ReadonlyMap<Aspect, string>;
}

/** Ids that are allowed, as they were written. */
export interface AllowedIds {
  readonly where: string;
  readonly text: string;
  has(id: number): boolean;
}

/** What must hold of a tree whose owners the rules decided. */
export interface Constraints {
  readonly highestId: { readonly where: string; readonly id: number } | null;
  /** Who may own anything; who may own setuid programs, and be the group of setgid ones. */
  readonly users: AllowedIds | null;
  readonly groups: AllowedIds | null;
  readonly setuid: AllowedIds | null;
  readonly setgid: AllowedIds | null;
  /** What may have capabilities. */
  readonly capabilities: { readonly where: string; readonly paths: PathSet } | null;
  readonly notWritable: readonly { readonly where: string; readonly paths: PathSet; readonly by: readonly Person[] }[];
  /** No two of these people may write the same file, unless it is outside. */
  readonly separate: readonly {
    readonly where: string;
    readonly people: readonly Person[];
    readonly outside: PathSet;
  }[];
}

/** Who shall own what, and what has to hold then. */
export interface OwnershipPolicy {
  readonly name: string;
  readonly rules: readonly OwnershipRule[];
  readonly constraints: Constraints;
}

/** Where a manifest alone says who owns what. */
export const NO_POLICY: OwnershipPolicy = {
  name: "no policy",
  rules: [],
  constraints: {
    highestId: null,
    users: null,
    groups: null,
    setuid: null,
    setgid: null,
    capabilities: null,
    notWritable: [],
    separate: [],
  },
};
