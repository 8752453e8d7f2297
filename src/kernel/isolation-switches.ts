/** Where the sources of isolated namespaces differ among themselves, or leave a hole: the newest revision, unless on. */
export const ISOLATION_SWITCHES = {
  "overflow-munging": {
    sentence: "An id of another isolated namespace is shown as the overflow id, not as the creator of that namespace.",
    source: "the first series (0a3615fe)",
  },
  "uid-only-idmap": {
    sentence: "An idmapped mount keeps isolated user ids only, and no group ids.",
    source: "a snapshot between the series",
  },
  "empty-idmap-refused": {
    sentence: "A map that is not written makes no idmap, isolated or not.",
    source: "Linux without the change",
  },
  "idmap-of-any-superblock": {
    sentence: "An isolated idmap also serves file systems that the initial namespace does not own.",
    source: "proposal 7 of this project; not in the sources",
  },
  "ancestor-privilege": {
    sentence:
      "A capability counts over files of isolated ids in every ancestor of their namespace: host root reaches them.",
    source: "proposal 1 of this project",
  },
  "numbers-never-reused": {
    sentence: "The number of a namespace that is gone is not given to another.",
    source: "proposal 2 of this project",
  },
  "unknown-overflows": {
    sentence: "An id of a namespace that is gone is shown as the overflow id; the sources stop the kernel there.",
    source: "proposal 3 of this project",
  },
  "chown-checked": {
    sentence: "A file is given only to ids that its file system can hold.",
    source: "proposal 4 of this project",
  },
  "policy-routing-default": {
    sentence: "A policy routing rule without a range of users holds for isolated ids too.",
    source: "proposal 9 of this project",
  },
} as const satisfies { readonly [name: string]: { readonly sentence: string; readonly source: string } };

export type IsolationSwitch = keyof typeof ISOLATION_SWITCHES;

/** What `repaired` turns on: the holes of the sources, closed. */
export const REPAIRS: readonly IsolationSwitch[] = [
  "ancestor-privilege",
  "numbers-never-reused",
  "unknown-overflows",
  "chown-checked",
  "policy-routing-default",
];

export function isIsolationSwitch(name: string): name is IsolationSwitch {
  return Object.hasOwn(ISOLATION_SWITCHES, name);
}
