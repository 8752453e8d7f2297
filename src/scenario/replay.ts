import { type Engine, NO_ID } from "../core/index.ts";
import {
  ALL_CAPS,
  type Check,
  capSet,
  capsWithout,
  createWorld,
  freeWorld,
  Trail,
  type Translation,
  type Verdict,
  type World,
} from "../kernel/index.ts";
import { CALLS, scenarioError, type UserProgram, type UserSpace, type Values } from "../kernel/syscall/index.ts";
import { type Difference, differences, resultOf } from "./compare.ts";
import { expectedKids } from "./expected-kids.ts";
import { placed } from "./placed.ts";
import { BY_USER_SPACE, type Scenario, type ScenarioStep } from "./scenario.ts";
import { setUp } from "./set-up.ts";

/** What one step answered. */
export interface Answer {
  readonly step: ScenarioStep;
  readonly verdict: Verdict<Values>;
  /** The answer as a result is written. */
  readonly result: Values;
  /** Where it is not what the scenario observed; empty too when it observed nothing. */
  readonly differences: readonly Difference[];
  /** Ids that the call took along a route and then told the task, and those that came to nothing on their way; each once. */
  readonly translations: readonly Translation[];
  /** Every id that the call took along a route, in order, each once. */
  readonly ways: readonly Translation[];
  /** Where the kernel would have stopped for good, had it been one. */
  readonly bugs: readonly string[];
  /** The checks that the call made on files, in order, the one that decided among them; none unless they were asked for. */
  readonly checks: readonly Check[];
}

/**
 * Set a world up and make the calls of a scenario in it.
 *
 * @param userSpace  the programs that its steps may run beside the kernel's calls
 * @param keeps      whether the checks on the way to each answer are kept too, which takes time
 * @param watch      shown the world once it is set up, and after each step; it is gone when this returns
 * @throws UsernsError ERR_SCENARIO for a setup or a step that makes no sense, with its JSON path
 */
export function replay(
  scenario: Scenario,
  engine: Engine,
  userSpace: UserSpace | null = null,
  keeps: "answers" | "checks" = "answers",
  watch: (world: World) => void = () => {},
): readonly Answer[] {
  const machine = { rootCaps: capsWithout(ALL_CAPS, capSet(scenario.lacks)) };
  const world = createWorld(engine, machine, scenario.profile);
  try {
    for (const [name, id] of Object.entries(scenario.names)) world.idNames.set(name, id);
    setUp(world, scenario.setup);
    const given = scenario.userSpace ?? (userSpace?.startsBare ? {} : null);
    const programs = (given && userSpace?.start(world, given, "$.setup")) ?? [];
    watch(world);
    return scenario.steps.map((step) => {
      world.trail = keeps === "checks" ? new Trail() : null;
      const answer = step.task === BY_USER_SPACE ? run(world, step, programs) : take(world, step);
      watch(world);
      return answer;
    });
  } finally {
    freeWorld(world);
  }
}

function run(world: World, step: ScenarioStep, programs: readonly UserProgram[]): Answer {
  const program = programs.find(({ name }) => name === step.call);
  if (!program) throw scenarioError(step.where, "a setup with what the program reads", step.call);
  const verdict = program.run(world, step.args, step.where);
  const result = verdict.value;
  const differs = step.observed ? differences(step.observed, result) : [];
  return { step, verdict, result, differences: differs, translations: [], ways: [], bugs: [], checks: [] };
}

/** Make the call of one step. @throws UsernsError ERR_SCENARIO for a step that makes no sense */
export function take(world: World, step: ScenarioStep): Answer {
  const task = world.tasks.get(step.task);
  if (!task) throw scenarioError(`${step.where}.task`, `a task: ${[...world.tasks.keys()].join(", ")}`, step.task);
  if (task.isZombie) throw scenarioError(`${step.where}.task`, "a task that has not ended", step.task);
  const call = CALLS.get(step.call);
  if (!call) throw scenarioError(`${step.where}.call`, "a call that is modelled", step.call);
  const ways: Translation[] = [];
  const waysOfId = new Map<string, Translation[]>();
  const bugsBefore = world.bugs.length;
  world.translators.watcher = (taken) => {
    world.trail?.took(taken);
    const key = `${taken.kind} ${taken.from.id}@${taken.from.number}`;
    const alike = waysOfId.get(key) ?? [];
    if (alike.some((other) => isSameWay(other, taken))) return;
    ways.push(taken);
    waysOfId.set(key, [...alike, taken]);
  };
  const verdict = placed(step.where, () => {
    try {
      return call.make(world, task, step.args, step.where);
    } finally {
      world.translators.watcher = null;
    }
  });
  const result = resultOf(verdict);
  const expected = step.observed && expectedKids(world, step.observed, call.kids ?? {}, `${step.where}.observed`);
  const translations = ways.filter((taken) => isTold(taken) || cameToNothing(taken));
  return {
    step,
    verdict,
    result,
    differences: expected ? differences(expected, result) : [],
    translations,
    ways,
    bugs: world.bugs.slice(bugsBefore),
    checks: world.trail?.checks ?? [],
  };
}

function isTold({ route }: Translation): boolean {
  return route.at(-1)?.shown !== undefined;
}

function cameToNothing({ from, to }: Translation): boolean {
  return from.id !== NO_ID && to.id === NO_ID;
}

/** Did two ids that are alike go the same way? */
function isSameWay(a: Translation, b: Translation): boolean {
  return (
    a.route.length === b.route.length &&
    a.route.every(({ map, direction, name }, index) => {
      const hop = b.route[index];
      return hop?.map === map && hop.direction === direction && hop.name === name;
    })
  );
}
