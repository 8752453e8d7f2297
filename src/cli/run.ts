import { type Command, Option } from "commander";
import type { Engine } from "../core/index.ts";
import { type RunAnswer, type RunScenario, runScenario } from "../explain/index.ts";
import { SCENARIO_PROGRAMS } from "../policy/index.ts";
import { inSource, loadScenario, replay, type Source } from "../scenario/index.ts";
import { ENGINE_NAMES, type EngineName, startEngine } from "./engine-option.ts";
import { addExamples } from "./help-examples.ts";
import { scenarioLines } from "./run-text.ts";
import { readSource } from "./scenario-file.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";

interface RunOptions {
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
        "Exit 1 when an answer is not the one that the scenario expects.",
    )
    .argument("<files...>", "scenarios in YAML or JSON (userns schema); - for stdin")
    .addOption(new Option("--engine <name>", "what translates the ids").choices(ENGINE_NAMES).default("wasm"))
    .option("--ids", "the way of the ids of every call, not of unexpected answers alone")
    .option("--json", "answer as JSON")
    .action(async (files: readonly string[], options: RunOptions) => {
      session.exit = await runFiles(files, options, session.terminal);
    });
  addExamples(command, ["run rootless.yaml", "run --ids --engine typescript - <rootless.yaml", "run *.yaml --json"]);
}

async function runFiles(files: readonly string[], options: RunOptions, terminal: Terminal): Promise<Exit> {
  const sources: Source[] = [];
  for (const file of files) sources.push(await readSource(file, terminal.stdin));
  const engine = await startEngine(options.engine);
  if (engine.fallback !== undefined) talk(terminal, `note: engine ${engine.name}, for ${engine.fallback}`);
  // Whatever is wrong with the last is found before anything is said of the first.
  const scenarios = sources.map((source) => run(source, engine));
  const ok = scenarios.every(({ different }) => different === 0);
  if (options.json) await answerJson(terminal, { ok, engine: engine.name, scenarios } satisfies RunAnswer);
  else {
    const tables = scenarios.map((scenario) => scenarioLines(scenario, options.ids ?? false, terminal).join("\n"));
    await answer(terminal, `${tables.join("\n\n")}\n`);
  }
  return ok ? EXIT.yes : EXIT.no;
}

function run(source: Source, engine: Engine): RunScenario {
  return inSource(source, (json) => {
    const scenario = loadScenario(json, SCENARIO_PROGRAMS);
    return runScenario(source.name, scenario, replay(scenario, engine, SCENARIO_PROGRAMS));
  });
}
