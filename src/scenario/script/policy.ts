import { type IsolationSwitch, isolatedProfile, type Profile } from "../../kernel/index.ts";
import type { Memory } from "./command.ts";
import type { Script } from "./script.ts";
import { POLICIES, SWITCH_NAMES, SWITCHES } from "./switches.ts";
import { call, type Verb, verb } from "./verb.ts";
import { oneOf, scriptError, word } from "./words.ts";

/**
 * The kernel that a script was recorded on, at its first step. A policy whose switch the steps turn themselves is not on
 * before they do.
 */
export function profileOf({ policy, switches, steps }: Script): Profile {
  const ofPolicy = POLICIES.get(policy) ?? [];
  const isTurned = steps.some(({ do: text }) => text.startsWith("switch "));
  const isolated = new Set<IsolationSwitch>(isTurned ? [] : ofPolicy);
  for (const { name, turns } of SWITCHES) if (switches.includes(name)) isolated.add(turns);
  return isolatedProfile(isolated);
}

function unknownSwitch(name: string): Error {
  return scriptError(`a switch: ${SWITCH_NAMES.join(", ")}`, name);
}

/** Turning each switch, for all agents. */
export const SWITCH_VERBS: readonly Verb[] = [
  ...SWITCHES.map(({ name, turns, on }) =>
    verb(
      `switch ${name} = VALUE`,
      (given) => call("profile_switch", { name: turns, on: oneOf(given, "VALUE", ["0", "1"]) === on }),
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
