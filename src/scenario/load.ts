import { isId } from "../core/id.ts";
import { scenarioError } from "../kernel/syscall/argument.ts";
import type { Values } from "../kernel/syscall/call.ts";
import { CALLS } from "../kernel/syscall/registry.ts";
import { SCENARIO_VERSION, type Scenario, SETUP_PARTS, type Setup, type Step } from "./scenario.ts";

/**
 * Read a scenario from parsed JSON or YAML.
 *
 * Names, maps and arguments are read when the scenario is replayed, against the world that it sets up.
 *
 * @throws UsernsError ERR_SCENARIO with the JSON path, what was expected and what was found
 */
export function loadScenario(json: unknown): Scenario {
  const top = objectAt(json, "$", ["version", "title", "names", "machine", "setup", "steps"]);
  if (top.version !== SCENARIO_VERSION) throw scenarioError("$.version", String(SCENARIO_VERSION), top.version);
  if (top.title !== undefined && typeof top.title !== "string") throw scenarioError("$.title", "text", top.title);
  const machine = objectAt(top.machine ?? {}, "$.machine", ["lacks"]);
  return {
    version: SCENARIO_VERSION,
    ...(top.title === undefined ? {} : { title: top.title }),
    names: readNames(top.names ?? {}),
    lacks: listAt(machine.lacks ?? [], "$.machine.lacks").map((name, index) =>
      textAt(name, `$.machine.lacks[${index}]`),
    ),
    setup: readSetup(top.setup ?? {}),
    steps: listAt(top.steps, "$.steps").map((step, index) => readStep(step, `$.steps[${index}]`)),
  };
}

function readNames(json: unknown): Scenario["names"] {
  const names = objectAt(json, "$.names");
  const read: Record<string, number> = {};
  for (const [name, value] of Object.entries(names)) {
    if (typeof value !== "number" || !isId(value))
      throw scenarioError(`$.names.${name}`, "an id, 0 … 4294967295", value);
    read[name] = value;
  }
  return read;
}

function readSetup(json: unknown): Setup {
  const setup = objectAt(json, "$.setup", SETUP_PARTS);
  return Object.fromEntries(Object.entries(setup).map(([part, list]) => [part, listAt(list, `$.setup.${part}`)]));
}

function readStep(json: unknown, where: string): Step {
  const { task, call, observed, ...args } = objectAt(json, where);
  return {
    task: textAt(task, `${where}.task`),
    call: knownCall(call, `${where}.call`),
    args,
    observed: observed === undefined ? null : objectAt(observed, `${where}.observed`),
    where,
  };
}

/** The name of a call that is modelled. */
export function knownCall(call: unknown, where: string): string {
  if (typeof call === "string" && CALLS.has(call)) return call;
  throw scenarioError(where, `a call that is modelled: ${[...CALLS.keys()].join(", ")}`, call);
}

/** @param keys  the keys there may be; any when left out */
export function objectAt(json: unknown, where: string, keys?: readonly string[]): Values {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw scenarioError(where, "an object", json);
  const read: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json)) {
    if (keys && !keys.includes(key)) throw scenarioError(`${where}.${key}`, `one of ${keys.join(", ")}`, key);
    read[key] = value;
  }
  return read;
}

export function listAt(json: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(json)) throw scenarioError(where, "a list", json);
  return json;
}

export function textAt(json: unknown, where: string): string {
  if (typeof json !== "string") throw scenarioError(where, "text", json);
  return json;
}
