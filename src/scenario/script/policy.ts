import { type IsolationSwitch, isolatedProfile, type Profile } from "../../kernel/index.ts";
import { scriptError } from "./command.ts";
import type { Script } from "./script.ts";
import { call, type Verb, verb } from "./verb.ts";

/** A switch as recordings name it: which of the profile's it turns, and the value that turns it on. */
interface NamedSwitch {
  readonly name: string;
  readonly turns: IsolationSwitch;
  readonly on: "0" | "1";
}

const SWITCHES: readonly NamedSwitch[] = [
  { name: "owner munging", turns: "overflow-munging", on: "0" },
  { name: "gid side of idmap", turns: "uid-only-idmap", on: "0" },
  { name: "generalised from_vfsid", turns: "idmap-of-any-superblock", on: "1" },
  { name: "ancestor privilege", turns: "ancestor-privilege", on: "1" },
  { name: "chown check", turns: "chown-checked", on: "1" },
  { name: "never reused numbers", turns: "numbers-never-reused", on: "1" },
  { name: "policy routing default", turns: "policy-routing-default", on: "1" },
];

/** What each policy of a recording is beside the newest revision of the sources. */
const POLICIES: ReadonlyMap<string, readonly IsolationSwitch[]> = new Map([
  ["tip", []],
  ["comparison", []],
  ["proposal", []],
  ["earlier", ["overflow-munging"]],
  ["uid-only", ["uid-only-idmap"]],
  ["extension", ["idmap-of-any-superblock"]],
  ["mainline-rule", ["empty-idmap-refused"]],
]);

/**
 * The kernel that a script was recorded on, at its first step. A policy whose switch the steps turn themselves is not on
 * before they do.
 */
export function profileOf({ policy, switches, steps }: Script): Profile {
  const ofPolicy = POLICIES.get(policy);
  if (!ofPolicy) throw scriptError(`a policy: ${[...POLICIES.keys()].join(", ")}`, policy);
  const isTurned = steps.some(({ do: text }) => text.startsWith("switch "));
  const isolated = new Set<IsolationSwitch>(isTurned ? [] : ofPolicy);
  for (const name of switches) isolated.add(switchNamed(name).turns);
  return isolatedProfile(isolated);
}

function switchNamed(name: string): NamedSwitch {
  const found = SWITCHES.find((known) => known.name === name);
  if (!found) throw scriptError(`a switch: ${SWITCHES.map((known) => known.name).join(", ")}`, name);
  return found;
}

/** Turning each switch, for all agents. */
export const SWITCH_VERBS: readonly Verb[] = SWITCHES.map(({ name, turns, on }) =>
  verb(
    `switch ${name} = VALUE`,
    (given) => call("profile_switch", { name: turns, on: given.get("VALUE") === on }),
    () => "ret=1",
  ),
);
