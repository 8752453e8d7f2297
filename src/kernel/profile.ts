import { quoted, UsernsError } from "../core/errors.ts";
import { DEFAULT_FSID_MODE, FSID_MODES, FSID_REPAIRS, type FsidModeName, isFsidModeName } from "./fsid-modes.ts";
import { ISOLATION_SWITCHES, type IsolationSwitch, isIsolationSwitch, REPAIRS } from "./isolation-switches.ts";
import { isSetusersSwitch, SETUSERS_SWITCHES, type SetusersSwitch } from "./setusers-switches.ts";

/** Which kernel is modelled: Linux, and the proposals that it has. */
export interface Profile {
  /** As it is written: `linux-6.18+isolated=chown-checked+setusers`. */
  readonly name: string;
  /** Has it isolated namespaces, and which switches are on? null: it has none. */
  readonly isolated: ReadonlySet<IsolationSwitch> | null;
  /** Which revision of the fsid mappings it has; null: none. */
  readonly fsid: FsidModeName | null;
  /** Has it setusers(), and which switches are on? null: it has not. */
  readonly setusers: ReadonlySet<SetusersSwitch> | null;
  /** Has it the type of file system shiftfs? */
  readonly shiftfs: boolean;
}

/** Linux as it is. */
export const LINUX: Profile = { name: "linux-6.18", isolated: null, fsid: null, setusers: null, shiftfs: false };

/**
 * Linux with isolated user namespaces, as the newest revision of the proposal has them (29d2f6c3): no switch is on.
 *
 * @example deviationsOf(ISOLATED).length // 0
 */
export const ISOLATED: Profile = { ...LINUX, name: "linux-6.18+isolated", isolated: new Set() };

/** A proposal, as a profile writes it: its name and, behind `=`, words with commas between them. */
interface Feature {
  readonly name: "isolated" | "fsid" | "setusers" | "shiftfs";
  readonly words: readonly string[];
  /** The profile with it; null for words that it does not take together. */
  add(profile: Profile, words: readonly string[]): Profile | null;
}

const FEATURES: readonly Feature[] = [
  {
    name: "isolated",
    words: ["repaired", ...Object.keys(ISOLATION_SWITCHES)],
    add(profile, words) {
      const on = words.flatMap((word): string | readonly string[] => (word === "repaired" ? REPAIRS : word));
      const known = on.filter(isIsolationSwitch);
      return known.length === on.length ? { ...profile, isolated: new Set(known) } : null;
    },
  },
  {
    name: "fsid",
    words: Object.keys(FSID_MODES),
    add(profile, words) {
      const [mode = DEFAULT_FSID_MODE] = words;
      return words.length <= 1 && isFsidModeName(mode) ? { ...profile, fsid: mode } : null;
    },
  },
  {
    name: "setusers",
    words: Object.keys(SETUSERS_SWITCHES),
    add(profile, words) {
      const known = words.filter(isSetusersSwitch);
      return known.length === words.length ? { ...profile, setusers: new Set(known) } : null;
    },
  },
  {
    name: "shiftfs",
    words: [],
    add: (profile, words) => (words.length === 0 ? { ...profile, shiftfs: true } : null),
  },
];

/** How a feature's words are written behind its name; nothing where it has none. */
function wordsAs(words: readonly string[], write: (joined: string) => string): string {
  return words.length === 0 ? "" : write(words.join("|"));
}

/** How a profile is written, for messages. */
export const PROFILE_FORM = `${LINUX.name}, with any of: ${FEATURES.map(({ name, words }) => `+${name}${wordsAs(words, (all) => `[=${all}]`)}`).join(", ")}`;

const FEATURE_PATTERN = FEATURES.map(({ name, words }) => {
  return `[+]${name}${wordsAs(words, (all) => `(=(${all})(,(${all}))*)?`)}`;
}).join("|");
/** What {@link parseProfile} takes, as a regular expression; some names that match are refused all the same. */
export const PROFILE_PATTERN = `^linux-6[.]18(${FEATURE_PATTERN})*$`;

/**
 * Read the name of a kernel: `linux-6.18`, and behind it the proposals that it has, each at most once, in any order:
 * `+isolated` with switches, where `repaired` stands for all of {@link REPAIRS}; `+fsid` with a revision, `fixed` without;
 * `+setusers` with switches; `+shiftfs`.
 *
 * @param where  what an error names
 * @throws UsernsError `ERR_PROFILE` for what is no profile, and for proposals that make no sense together
 * @example  parseProfile("linux-6.18+isolated=repaired").isolated?.has("chown-checked") // true
 */
export function parseProfile(text: string, where = "profile"): Profile {
  const [base, ...features] = text.split("+");
  let profile: Profile | null = base === LINUX.name ? { ...LINUX, name: text } : null;
  const seen = new Set<string>();
  for (const given of features) {
    const [name = "", list, ...more] = given.split("=");
    const feature = FEATURES.find((known) => known.name === name);
    const isNew = more.length === 0 && !seen.has(name);
    profile = profile && feature && isNew ? feature.add(profile, list === undefined ? [] : list.split(",")) : null;
    seen.add(name);
  }
  if (!profile)
    throw new UsernsError("ERR_PROFILE", {
      where,
      expected: `a kernel that is modelled: ${PROFILE_FORM}`,
      got: quoted(text),
    });
  if (profile.isolated && profile.fsid && FSID_MODES[profile.fsid].withoutFsMap === "fallback")
    throw new UsernsError("ERR_PROFILE", {
      where,
      expected: "a revision of the fsid mappings that needs no id map: isolated namespaces have none to fall back on",
      got: quoted(text),
      fix: "take +fsid=v3 or +fsid=fixed beside +isolated",
    });
  return profile;
}

/** A point in which a profile deviates from what was proposed last. */
export interface Deviation {
  readonly name: string;
  readonly sentence: string;
  readonly source: string;
}

/**
 * In what a profile deviates from the newest revision of each proposal that it has.
 *
 * @example deviationsOf(parseProfile("linux-6.18+isolated=chown-checked")).map(({ name }) => name) // ["chown-checked"]
 */
export function deviationsOf({ isolated, fsid, setusers }: Profile): readonly Deviation[] {
  const isRepaired = fsid !== null && FSID_MODES[fsid].isRepaired;
  return [
    ...[...(isolated ?? [])].map((name) => ({ name, ...ISOLATION_SWITCHES[name] })),
    ...(isRepaired ? FSID_REPAIRS : []),
    ...[...(setusers ?? [])].map((name) => ({ name, ...SETUSERS_SWITCHES[name] })),
  ];
}

/**
 * The kernel with isolated namespaces and these switches on.
 *
 * @example isolatedProfile(["chown-checked"]).name // "linux-6.18+isolated=chown-checked"
 */
export function isolatedProfile(switches: Iterable<IsolationSwitch>): Profile {
  return named({ ...LINUX, isolated: new Set(switches) });
}

/**
 * The same kernel with a switch turned; null for one that has no isolated namespaces.
 *
 * @example withSwitch(ISOLATED, "chown-checked", true)?.name // "linux-6.18+isolated=chown-checked"
 */
export function withSwitch(profile: Profile, name: IsolationSwitch, isOn: boolean): Profile | null {
  if (!profile.isolated) return null;
  const isolated = new Set([...profile.isolated].filter((other) => other !== name));
  if (isOn) isolated.add(name);
  return named({ ...profile, isolated });
}

/** A profile under the name that {@link parseProfile} reads it back from. */
function named(profile: Profile): Profile {
  const { isolated, fsid, setusers, shiftfs } = profile;
  const features: readonly (readonly [string, readonly string[] | null])[] = [
    ["isolated", isolated && [...isolated]],
    ["fsid", fsid && [fsid]],
    ["setusers", setusers && [...setusers]],
    ["shiftfs", shiftfs ? [] : null],
  ];
  const text = features.map(([name, words]) => (words ? `+${name}${words.length > 0 ? `=${words.join()}` : ""}` : ""));
  return { ...profile, name: `${LINUX.name}${text.join("")}` };
}
