import { type Command, Option } from "commander";
import { playInTree } from "../access/index.ts";
import type { Engine } from "../core/index.ts";
import { type RunAnswer, type RunScenario, runScenario } from "../explain/index.ts";
import type { Manifest } from "../manifest/index.ts";
import type { People } from "../pack/index.ts";
import { SCENARIO_PROGRAMS } from "../policy/index.ts";
import { inSource, loadScenario, replay, type Source } from "../scenario/index.ts";
import { ENGINE_NAMES, type EngineName, startEngine } from "./engine-option.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { accountsOf, MANIFEST_HELP, PEOPLE, type PeopleOptions, readManifest, writeManifest } from "./manifest-file.ts";
import { scenarioLines } from "./run-text.ts";
import { readSource } from "./scenario-file.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";

interface RunOptions extends PeopleOptions {
  readonly manifest?: string;
  readonly out?: string;
  readonly engine: EngineName;
  readonly ids?: true;
  readonly json?: true;
}

export function addRunCommand(program: Command, session: Session): void {
  const command = program
    .command("run")
    .summary("replay a scenario: what would Linux answer, and by which rule?")
    .description(
      "Set up a world of namespaces, tasks, mounts and files, make calls in it as\nLinux 6.18 would, and say of each what it answers and which rule decided.\n" +
        "With --manifest the calls are made in the tree of an image, whose paths begin with\n" +
        "tree:, by its users: a step's task is the name or the number of one.\n" +
        "Exit 1 when an answer is not the one that the scenario expects.",
    )
    .argument("<files...>", "scenarios in YAML or JSON (userns schema); - for stdin")
    .addOption(new Option("--engine <name>", "what translates the ids").choices(ENGINE_NAMES).default("wasm"))
    .option("--ids", "the way of the ids of every call, not of unexpected answers alone")
    .option("--manifest <file>", MANIFEST_HELP)
    .option(...PEOPLE.passwd)
    .option(...PEOPLE.group)
    .option("--out <file>", "write the tree as the calls left it: an mtree, or JSON to NAME.json")
    .option("--json", "answer as JSON")
    .action(async (files: readonly string[], options: RunOptions) => {
      session.exit = await runFiles(files, options, session.terminal);
    });
  addExamples(command, [
    "run rootless.yaml",
    "run --ids --engine typescript - <rootless.yaml",
    "run *.yaml --json",
    "run web.yaml --manifest image.mtree --passwd passwd --group group",
    "run web.yaml --manifest image.mtree --out after.mtree",
  ]);
}

async function runFiles(files: readonly string[], options: RunOptions, terminal: Terminal): Promise<Exit> {
  const tree = await treeOf(files, options);
  const sources: Source[] = [];
  for (const file of files) sources.push(await readSource(file, terminal.stdin));
  const engine = await startEngine(options.engine);
  if (engine.fallback !== undefined) talk(terminal, `note: engine ${engine.name}, for ${engine.fallback}`);
  // Whatever is wrong with the last is found before anything is said of the first.
  const keeps = options.out === undefined ? "answers" : "tree";
  const played = sources.map((source) => run(source, engine, tree, keeps));
  const scenarios = played.map(({ scenario }) => scenario);
  const ok = scenarios.every(({ different }) => different === 0);
  if (options.json) await answerJson(terminal, { ok, engine: engine.name, scenarios } satisfies RunAnswer);
  else {
    const tables = scenarios.map((scenario) => scenarioLines(scenario, options.ids ?? false, terminal).join("\n"));
    await answer(terminal, `${tables.join("\n\n")}\n`);
  }
  const after = played[0]?.after;
  if (options.out !== undefined && after) await writeManifest(options.out, after);
  return ok ? EXIT.yes : EXIT.no;
}

/** The tree of an image, and its people. */
interface ImageTree {
  readonly manifest: Manifest;
  readonly people: People;
}

interface Played {
  readonly scenario: RunScenario;
  /** The tree as the calls left it; null without one, and where it was not asked for. */
  readonly after: Manifest | null;
}

async function treeOf(files: readonly string[], options: RunOptions): Promise<ImageTree | null> {
  const { manifest, passwd, group, out } = options;
  if (manifest === undefined) {
    for (const [name, value] of Object.entries({ passwd, group, out }))
      if (value !== undefined) throw usageFault(`--${name}`, "--manifest beside it", "none");
    return null;
  }
  if (out !== undefined && files.length > 1)
    throw usageFault("--out", "one file of calls, for it is the tree that they leave", `${files.length}`);
  return { manifest: await readManifest(manifest), people: (await accountsOf(options)).people };
}

function run(source: Source, engine: Engine, tree: ImageTree | null, keeps: "answers" | "tree"): Played {
  return inSource(source, (json) => {
    if (tree === null) {
      const scenario = loadScenario(json, SCENARIO_PROGRAMS);
      const answers = replay(scenario, engine, SCENARIO_PROGRAMS);
      return { scenario: runScenario(source.name, scenario, answers), after: null };
    }
    const scenario = loadScenario(json);
    const { answers, after } = playInTree(scenario, tree.manifest.entries, tree.people, engine, keeps);
    return { scenario: runScenario(source.name, scenario, answers), after };
  });
}
