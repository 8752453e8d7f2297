import { scenarioError } from "../../kernel/syscall/index.ts";
import { listAt, objectAt, textAt } from "../load.ts";
import { POLICY_NAMES, SWITCH_NAMES } from "./switches.ts";

/** A command that an agent was given, and what it answered. */
export interface ScriptStep {
  readonly agent: string;
  readonly do: string;
  readonly observed: string;
  /** The JSON path. */
  readonly where: string;
}

/** A recorded scenario in the command language of the isolated namespaces' vectors. */
export interface Script {
  readonly id: string;
  /** How the kernel was set: one of {@link POLICY_NAMES}. */
  readonly policy: string;
  /** The repairs that were on from the first step, of {@link SWITCH_NAMES}. */
  readonly switches: readonly string[];
  readonly title: string;
  readonly steps: readonly ScriptStep[];
}

/** Does parsed JSON hold scripts? No other form of recorded answers has its vectors in an object. */
export function holdsScripts(json: unknown): boolean {
  return typeof json === "object" && json !== null && "vectors" in json;
}

/**
 * Read the scripts of a file.
 *
 * @param where  the name of the file, for errors
 * @throws UsernsError ERR_SCENARIO when they are none
 */
export function importScripts(json: unknown, where: string): readonly Script[] {
  const { vectors } = objectAt(json, where, ["meta", "vectors", "derived"]);
  return listAt(vectors, `${where}.vectors`).map((vector, index) => importScript(vector, `${where}.vectors[${index}]`));
}

const KEYS = ["id", "category", "origin", "policy", "switches", "title", "expected", "reason", "steps"];

function importScript(json: unknown, where: string): Script {
  const { id, policy, switches = [], title, steps } = objectAt(json, where, KEYS);
  return {
    id: textAt(id, `${where}.id`),
    policy: oneOfAt(policy, `${where}.policy`, POLICY_NAMES),
    switches: switchNames(switches, `${where}.switches`),
    title: textAt(title, `${where}.title`),
    steps: listAt(steps, `${where}.steps`).map((step, index) => importStep(step, `${where}.steps[${index}]`)),
  };
}

/** Names in a list, or joined by commas or plus signs. */
function switchNames(json: unknown, where: string): readonly string[] {
  if (typeof json !== "string")
    return listAt(json, where).map((name, index) => oneOfAt(name, `${where}[${index}]`, SWITCH_NAMES));
  return json
    .split(/\s*[,+]\s*/)
    .map((name) => name.replace(/ only$/, ""))
    .filter((name) => name !== "")
    .map((name) => oneOfAt(name, where, SWITCH_NAMES));
}

function oneOfAt(json: unknown, where: string, names: readonly string[]): string {
  const name = textAt(json, where);
  if (!names.includes(name)) throw scenarioError(where, `one of: ${names.join(", ")}`, name);
  return name;
}

function importStep(json: unknown, where: string): ScriptStep {
  const step = objectAt(json, where, ["agent", "do", "observed"]);
  const agent = textAt(step.agent, `${where}.agent`);
  if (!/^[a-z]$/.test(agent)) throw scenarioError(`${where}.agent`, "one small letter", agent);
  return { agent, do: textAt(step.do, `${where}.do`), observed: textAt(step.observed, `${where}.observed`), where };
}
