import { type IsolationSwitch, isolatedProfile, type Profile } from "../../kernel/index.ts";
import type { Memory } from "./command.ts";
import type { Script } from "./script.ts";
import { call, type Verb, verb } from "./verb.ts";
import { scriptError, word } from "./words.ts";

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
  if (!found) throw unknownSwitch(name);
  return found;
}

function unknownSwitch(name: string): Error {
  return scriptError(`a switch: ${SWITCHES.map((known) => known.name).join(", ")}`, name);
}

/** Turning each switch, for all agents. */
export const SWITCH_VERBS: readonly Verb[] = [
  ...SWITCHES.map(({ name, turns, on }) =>
    verb(
      `switch ${name} = VALUE`,
      (given) => call("profile_switch", { name: turns, on: given.get("VALUE") === on }),
      () => "ret=1",
    ),
  ),
  verb(
    "switch NAME…",
    (given, scene) => {
      const [, name = "", value = ""] = /^(.+) = ([01])$/.exec(word(given, "NAME")) ?? [];
      return call("profile_switch", {
        name: ownSwitch(scene.policy, name),
        on: value === valueOn(scene.memory, name, value),
      });
    },
    () => "ret=1",
  ),
];

/**
 * What a switch of a name that is not listed turns: that of the policy it is used under, where no listed one does.
 *
 * @throws UsernsError ERR_SCENARIO under any other policy
 */
function ownSwitch(policy: string, name: string): IsolationSwitch {
  const [only, another] = (POLICIES.get(policy) ?? []).filter((one) => !SWITCHES.some(({ turns }) => turns === one));
  if (only === undefined || another !== undefined) throw unknownSwitch(name);
  return only;
}

/** The value that turns a switch on which is not listed: the first that a script gives it. */
function valueOn({ switchedOn }: Memory, name: string, value: string): string {
  const on = switchedOn.get(name) ?? value;
  switchedOn.set(name, on);
  return on;
}
