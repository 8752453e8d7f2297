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

/** One of them, with what it means. */
export interface Deviation {
  readonly name: IsolationSwitch;
  readonly sentence: string;
  readonly source: string;
}

/** What `repaired` turns on: the holes of the sources, closed. */
export const REPAIRS: readonly IsolationSwitch[] = [
  "ancestor-privilege",
  "numbers-never-reused",
  "unknown-overflows",
  "chown-checked",
  "policy-routing-default",
];

/** Which kernel is modelled. */
export interface Profile {
  /** As it is written: `linux-6.18+isolated=chown-checked`. */
  readonly name: string;
  /** Has it isolated namespaces, and which switches are on? null: it has none. */
  readonly isolated: ReadonlySet<IsolationSwitch> | null;
}

/** Linux as it is. */
export const LINUX: Profile = { name: "linux-6.18", isolated: null };

/**
 * Linux with isolated user namespaces, as the newest revision of the proposal has them (29d2f6c3): no switch is on.
 *
 * @example deviationsOf(ISOLATED).length // 0
 */
export const ISOLATED: Profile = { name: "linux-6.18+isolated", isolated: new Set() };

/** How a profile is written, for messages. */
export const PROFILE_FORM = `${LINUX.name}, or ${ISOLATED.name}, with "=" and a list of: repaired, ${Object.keys(ISOLATION_SWITCHES).join(", ")}`;

const SWITCH_PATTERN = `(${["repaired", ...Object.keys(ISOLATION_SWITCHES)].join("|")})`;
/** What {@link parseProfile} takes, as a regular expression. */
export const PROFILE_PATTERN = `^linux-6[.]18([+]isolated(=${SWITCH_PATTERN}(,${SWITCH_PATTERN})*)?)?$`;

/**
 * Read the name of a kernel: `linux-6.18`, `linux-6.18+isolated`, and behind that `=` and switches with commas between
 * them, in any order; `repaired` stands for all of {@link REPAIRS}.
 *
 * @returns  null for what is no profile
 * @example  parseProfile("linux-6.18+isolated=repaired")?.isolated?.has("chown-checked") // true
 */
export function parseProfile(text: string): Profile | null {
  if (text === LINUX.name) return LINUX;
  if (text === ISOLATED.name) return ISOLATED;
  if (!text.startsWith(`${ISOLATED.name}=`)) return null;
  const words = text.slice(ISOLATED.name.length + 1).split(",");
  const on = words.flatMap((word): string | readonly string[] => (word === "repaired" ? REPAIRS : word));
  const known = on.filter(isIsolationSwitch);
  return known.length === on.length ? { name: text, isolated: new Set(known) } : null;
}

export function isIsolationSwitch(name: string): name is IsolationSwitch {
  return Object.hasOwn(ISOLATION_SWITCHES, name);
}

/**
 * In what a profile deviates from the newest revision of isolated namespaces; nothing for a kernel without them.
 *
 * @example deviationsOf(parseProfile("linux-6.18+isolated=chown-checked") ?? LINUX).map(({ name }) => name) // ["chown-checked"]
 */
export function deviationsOf({ isolated }: Profile): readonly Deviation[] {
  return [...(isolated ?? [])].map((name) => ({ name, ...ISOLATION_SWITCHES[name] }));
}

/**
 * The kernel with isolated namespaces and these switches on.
 *
 * @example isolatedProfile(["chown-checked"]).name // "linux-6.18+isolated=chown-checked"
 */
export function isolatedProfile(switches: Iterable<IsolationSwitch>): Profile {
  const isolated = new Set(switches);
  const list = [...isolated].join();
  return { name: list === "" ? ISOLATED.name : `${ISOLATED.name}=${list}`, isolated };
}

/**
 * The same kernel with a switch turned; null for one that has no isolated namespaces.
 *
 * @example withSwitch(ISOLATED, "chown-checked", true)?.name // "linux-6.18+isolated=chown-checked"
 */
export function withSwitch({ isolated }: Profile, name: IsolationSwitch, isOn: boolean): Profile | null {
  if (!isolated) return null;
  const on = new Set([...isolated].filter((other) => other !== name));
  if (isOn) on.add(name);
  return isolatedProfile(on);
}
