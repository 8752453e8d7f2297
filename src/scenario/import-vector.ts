import { LINUX, type Profile } from "../kernel/index.ts";
import { scenarioError, type UserSpace, type Values } from "../kernel/syscall/index.ts";
import { knownCall, listAt, objectAt, splitSetup, textAt } from "./load.ts";
import {
  BY_USER_SPACE,
  SCENARIO_VERSION,
  type Scenario,
  type ScenarioStep,
  type Setup,
  type SetupPart,
} from "./scenario.ts";

/** A recorded vector: what a running kernel answered. */
export interface Vector {
  readonly id: string;
  readonly family: string;
  readonly tag: string;
  /** The programs that its steps may run. */
  readonly userSpace: UserSpace | null;
  readonly scenario: () => Scenario;
}

/** What the parts of a setup are called in recorded vectors. */
const PART: { readonly [recorded: string]: SetupPart } = {
  ns: "namespaces",
  fs: "filesystems",
  mounts: "mounts",
  files: "files",
  socks: "sockets",
  procs: "tasks",
};

/** The kernel that was recorded gave its root everything but this. */
const LACKS = ["sys_resource"] as const;

/** Keys that some recorded steps carry though the call takes none of them. */
const IGNORED: { readonly [call: string]: readonly string[] } = { mkdir: ["acc", "flags"] };

/**
 * Read a recorded vector.
 *
 * @param where      its JSON path in the file
 * @param userSpace  the programs that steps may run beside the kernel's calls
 * @param profile    which kernel shall answer
 * @throws UsernsError ERR_SCENARIO when it is not one; {@link Vector.scenario} throws for a step that is not modelled
 */
export function importVector(
  json: unknown,
  where: string,
  userSpace: UserSpace | null = null,
  profile: Profile = LINUX,
): Vector {
  const vector = objectAt(json, where, ["id", "family", "tag", "note", "setup", "op", "observed"]);
  const id = textAt(vector.id, `${where}.id`);
  return {
    id,
    family: textAt(vector.family, `${where}.family`),
    tag: textAt(vector.tag, `${where}.tag`),
    userSpace,
    scenario: () => toScenario(id, vector, where, userSpace, profile),
  };
}

function toScenario(
  title: string,
  vector: Values,
  where: string,
  userSpace: UserSpace | null,
  profile: Profile,
): Scenario {
  const op = listAt(vector.op, `${where}.op`);
  const observed = listAt(vector.observed, `${where}.observed`);
  if (op.length !== observed.length)
    throw scenarioError(`${where}.observed`, `${op.length} results, one a step`, observed.length);
  const steps = op.map((step, index) => toStep(step, observed[index], `${where}.op[${index}]`, userSpace));
  const [ofKernel, ofUserSpace] = splitSetup(vector.setup, `${where}.setup`, userSpace, Object.keys(PART));
  return {
    version: SCENARIO_VERSION,
    profile,
    title,
    names: {},
    lacks: LACKS,
    setup: toSetup(ofKernel, `${where}.setup`),
    ...(ofUserSpace === null ? {} : { userSpace: ofUserSpace }),
    steps,
  };
}

function toSetup(setup: Values, where: string): Setup {
  return Object.fromEntries(
    Object.entries(setup).map(([recorded, list]) => [PART[recorded], listAt(list, `${where}.${recorded}`)]),
  );
}

function toStep(json: unknown, observed: unknown, where: string, userSpace: UserSpace | null): ScenarioStep {
  const { p, call, ...rest } = objectAt(json, where);
  if (typeof call === "string" && userSpace?.programNames.includes(call))
    return { task: BY_USER_SPACE, call, args: rest, observed: objectAt(observed, where), where };
  const name = knownCall(call, `${where}.call`);
  const args = Object.fromEntries(Object.entries(rest).filter(([key]) => !IGNORED[name]?.includes(key)));
  return { task: textAt(p, `${where}.p`), call: name, args, observed: objectAt(observed, where), where };
}
