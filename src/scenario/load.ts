import { isId } from "../core/index.ts";
import { isCapability, LINUX, type Profile, parseProfile } from "../kernel/index.ts";
import { CALLS, scenarioError, type UserSpace, type Values } from "../kernel/syscall/index.ts";
import { refuseNotModelled } from "./not-modelled.ts";
import { readObserved } from "./observed.ts";
import {
  BY_USER_SPACE,
  SCENARIO_VERSION,
  type Scenario,
  type ScenarioStep,
  SETUP_PARTS,
  type Setup,
} from "./scenario.ts";
import { FILESYSTEM_TYPES } from "./set-up-filesystems.ts";

/**
 * Read a scenario from parsed JSON or YAML.
 *
 * Names, maps and arguments are read when the scenario is replayed, against the world that it sets up.
 *
 * @param userSpace  programs that steps may name in the place of a call, then without a task; their files stand in the setup
 * @throws UsernsError ERR_SCENARIO with the JSON path, what was expected and what was found
 */
export function loadScenario(json: unknown, userSpace: UserSpace | null = null): Scenario {
  refuseVector(json);
  const top = objectAt(json, "$", ["version", "profile", "title", "names", "machine", "setup", "steps"]);
  if (top.version !== SCENARIO_VERSION)
    throw scenarioError("$.version", String(SCENARIO_VERSION), top.version, versionAdvice(top.version));
  if (top.title !== undefined && typeof top.title !== "string") throw scenarioError("$.title", "text", top.title);
  const machine = objectAt(top.machine ?? {}, "$.machine", ["lacks"]);
  const [ofKernel, ofUserSpace] = splitSetup(top.setup ?? {}, "$.setup", userSpace, SETUP_PARTS);
  return {
    version: SCENARIO_VERSION,
    profile: readProfile(top.profile),
    ...(top.title === undefined ? {} : { title: top.title }),
    names: readNames(top.names ?? {}),
    lacks: listAt(machine.lacks ?? [], "$.machine.lacks").map((name, index) => {
      if (typeof name === "string" && isCapability(name)) return name;
      throw scenarioError(`$.machine.lacks[${index}]`, 'a capability without CAP_, like "setuid"', name);
    }),
    setup: readSetup(ofKernel),
    ...(ofUserSpace === null ? {} : { userSpace: ofUserSpace }),
    steps: listAt(top.steps, "$.steps").map((step, index) => readStep(step, `$.steps[${index}]`, userSpace)),
  };
}

function versionAdvice(version: unknown): string {
  return typeof version === "number" && version > SCENARIO_VERSION
    ? `take a newer userns: this one reads version ${SCENARIO_VERSION}`
    : `begin with version: ${SCENARIO_VERSION}`;
}

/** A recorded vector, or a list of them, has a form of its own. */
function refuseVector(json: unknown): void {
  const first: unknown = Array.isArray(json) ? json[0] : json;
  if (typeof first === "object" && first !== null && "op" in first && "family" in first)
    throw scenarioError("$", "a scenario", "recorded vectors", "replay them with: npm run vectors -- FILE");
}

function readProfile(given: unknown = LINUX.name): Profile {
  if (typeof given === "string") return parseProfile(given, "$.profile");
  throw scenarioError("$.profile", "the name of a kernel", given, `leave it out for ${LINUX.name}`);
}

function readNames(json: unknown): Scenario["names"] {
  const names = objectAt(json, "$.names");
  const read = Object.entries(names).map(([name, value]): [string, number] => {
    if (typeof value !== "number" || !isId(value))
      throw scenarioError(`$.names.${name}`, "an id, 0 … 4294967295", value);
    return [name, value];
  });
  return Object.fromEntries(read);
}

/**
 * The keys of a setup that belong to the kernel, and those of user space, where there are any.
 *
 * @param parts  what the kernel's are called
 */
export function splitSetup(
  json: unknown,
  where: string,
  userSpace: UserSpace | null,
  parts: readonly string[],
): readonly [Values, Values | null] {
  const keys = userSpace?.setupKeys ?? [];
  const entries = Object.entries(objectAt(json, where, [...parts, ...keys]));
  const theirs = entries.filter(([key]) => keys.includes(key));
  const ours = entries.filter(([key]) => !keys.includes(key));
  return [Object.fromEntries(ours), theirs.length === 0 ? null : Object.fromEntries(theirs)];
}

function readSetup(setup: Values): Setup {
  return Object.fromEntries(
    Object.entries(setup).map(([part, list]) => {
      const items = listAt(list, `$.setup.${part}`);
      for (const [index, item] of items.entries()) refuseInItem(item, `$.setup.${part}[${index}]`);
      return [part, items];
    }),
  );
}

/** Refuse by name what no item of a setup can ask for; what else is wrong with it is found when it is read. */
function refuseInItem(item: unknown, where: string): void {
  if (typeof item !== "object" || item === null) return;
  for (const [key, value] of Object.entries(item)) {
    refuseNotModelled("keys", key, `${where}.${key}`, "nothing of this name");
    if (key === "type") refuseNotModelled("types", value, `${where}.type`, `one of ${FILESYSTEM_TYPES.join(", ")}`);
  }
}

function readStep(json: unknown, where: string, userSpace: UserSpace | null): ScenarioStep {
  const { task, call, observed, ...args } = objectAt(json, where);
  if (typeof call === "string" && userSpace?.programNames.includes(call)) {
    if (task !== undefined) throw scenarioError(`${where}.task`, "nothing: the setup says who runs a program", task);
    const seen = observed === undefined ? null : objectAt(observed, `${where}.observed`);
    return { task: BY_USER_SPACE, call, args, observed: seen, where };
  }
  return {
    task: textAt(task, `${where}.task`),
    call: knownCall(call, `${where}.call`),
    args,
    observed:
      observed === undefined ? null : readObserved(objectAt(observed, `${where}.observed`), `${where}.observed`),
    where,
  };
}

/** The name of a call that is modelled. */
export function knownCall(call: unknown, where: string): string {
  if (typeof call === "string" && CALLS.has(call)) return call;
  refuseNotModelled("calls", call, where, "a call that is modelled");
  throw scenarioError(where, `a call that is modelled: ${[...CALLS.keys()].join(", ")}`, call);
}

/** @param keys  the keys there may be; any when left out */
export function objectAt(json: unknown, where: string, keys?: readonly string[]): Values {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw scenarioError(where, "an object", json);
  for (const key of Object.keys(json)) {
    if (!keys || keys.includes(key)) continue;
    refuseNotModelled("keys", key, `${where}.${key}`, `one of ${keys.join(", ")}`);
    throw scenarioError(`${where}.${key}`, `one of ${keys.join(", ")}`, key);
  }
  return Object.fromEntries(Object.entries(json));
}

export function listAt(json: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(json)) throw scenarioError(where, "a list", json);
  return json;
}

export function textAt(json: unknown, where: string): string {
  if (typeof json !== "string") throw scenarioError(where, "text", json);
  return json;
}
