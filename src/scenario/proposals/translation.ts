import { UsernsError } from "../../core/index.ts";
import { LINUX } from "../../kernel/index.ts";
import { scenarioError, type UserSpace, type Values } from "../../kernel/syscall/index.ts";
import { listAt, loadScenario, objectAt, textAt } from "../load.ts";
import { SCENARIO_VERSION, type Scenario } from "../scenario.ts";
import { type AnswerCheck, ONLY_WORLD, readAnswer } from "./answer.ts";

/** A row as calls of the model; what they should answer stands in the row alone. */
export interface Translated {
  readonly kind: "calls";
  /** By name; {@link ONLY_WORLD} where there is one. */
  readonly worlds: ReadonlyMap<string, () => Scenario>;
  /** The words around the values, see `valuesIn`. */
  readonly reads: string | null;
  readonly answers: readonly AnswerCheck[];
}

/** A row that no call can answer, and why. */
export interface Prose {
  readonly kind: "prose";
  readonly why: string;
}

export type Translation = Translated | Prose;

const ROW_KEYS = ["prose", "profile", "profiles", "lacks", "setup", "steps", "worlds", "reads", "answers"];

/**
 * Read the translations of one part.
 *
 * @param json  `{setups: {NAME: setup, …}, rows: {ID: row, …}}`; tests/vectors/proposals/README.md says what a row holds
 * @throws UsernsError ERR_SCENARIO with the JSON path
 */
export function readTranslations(json: unknown, userSpace: UserSpace | null): ReadonlyMap<string, Translation> {
  const file = objectAt(json, "$", ["setups", "rows"]);
  const setups = objectAt(file.setups ?? {}, "$.setups");
  const rows = Object.entries(objectAt(file.rows, "$.rows"));
  return new Map(rows.map(([id, row]) => [id, readRow(row, `$.rows.${id}`, setups, userSpace)]));
}

function readRow(json: unknown, where: string, setups: Values, userSpace: UserSpace | null): Translation {
  const row = objectAt(json, where, ROW_KEYS);
  if (row.prose !== undefined) {
    if (Object.keys(row).length > 1) throw scenarioError(where, "prose alone", Object.keys(row).join(", "));
    return { kind: "prose", why: textAt(row.prose, `${where}.prose`) };
  }
  const answers = listAt(row.answers, `${where}.answers`).map((answer, index) =>
    readAnswer(answer, `${where}.answers[${index}]`),
  );
  if (answers.length === 0) throw scenarioError(`${where}.answers`, "an answer to compare", row.answers);
  return {
    kind: "calls",
    worlds: readWorlds(row, where, setups, userSpace),
    reads: row.reads === undefined ? null : textAt(row.reads, `${where}.reads`),
    answers,
  };
}

function readWorlds(row: Values, where: string, setups: Values, userSpace: UserSpace | null): Translated["worlds"] {
  const common = { profile: row.profile, lacks: row.lacks, setup: row.setup, steps: row.steps };
  const load = (world: Values, at: string) => () => loadWorld(world, at, setups, userSpace);
  if (row.profiles !== undefined) {
    const profiles = Object.entries(objectAt(row.profiles, `${where}.profiles`));
    return new Map(profiles.map(([name, profile]) => [name, load({ ...common, profile }, where)]));
  }
  if (row.worlds === undefined) return new Map([[ONLY_WORLD, load(common, where)]]);
  const worlds = Object.entries(objectAt(row.worlds, `${where}.worlds`));
  return new Map(
    worlds.map(([name, given]) => {
      const at = `${where}.worlds.${name}`;
      return [name, load({ ...common, ...objectAt(given, at, ["profile", "lacks", "setup", "steps"]) }, at)];
    }),
  );
}

/** A scenario of its parts, its errors told at the place in the file where they stand. */
function loadWorld(world: Values, where: string, setups: Values, userSpace: UserSpace | null): Scenario {
  const setup = mergedSetup(world.setup, `${where}.setup`, setups);
  for (const [index, step] of listAt(world.steps, `${where}.steps`).entries()) {
    const { observed } = objectAt(step, `${where}.steps[${index}]`);
    if (observed !== undefined)
      throw scenarioError(
        `${where}.steps[${index}].observed`,
        "nothing: what is expected stands in the table",
        observed,
      );
  }
  const { lacks } = world;
  const scenario = {
    version: SCENARIO_VERSION,
    profile: world.profile ?? LINUX.name,
    ...(lacks === undefined ? {} : { machine: { lacks } }),
    setup,
    steps: world.steps,
  };
  return inRow(where, () => loadScenario(scenario, userSpace));
}

/** `like` names a setup of the file; keys beside it are laid over that. */
function mergedSetup(given: unknown, where: string, setups: Values): Values {
  const { like, ...parts } = objectAt(given ?? {}, where);
  if (like === undefined) return parts;
  const base = setups[textAt(like, `${where}.like`)];
  if (base === undefined) throw scenarioError(`${where}.like`, `one of ${Object.keys(setups).join(", ")}`, like);
  return { ...objectAt(base, `$.setups.${String(like)}`), ...parts };
}

/** Do something with a scenario of a row; its errors say where in the file of the part they are. */
export function inRow<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UsernsError) || !error.where.startsWith("$")) throw error;
    const { expected, got, fix } = error;
    const fault = { where: where + error.where.slice(1), expected, got };
    throw new UsernsError(error.code, fix === undefined ? fault : { ...fault, fix }, { cause: error });
  }
}
