/** A recorded vector on the running kernel. */
import type { Engine } from "../../src/core/engine.ts";
import { UsernsError } from "../../src/core/errors.ts";
import { ALL_CAPS, capSet, capsWithout } from "../../src/kernel/capability.ts";
import type { Values } from "../../src/kernel/syscall/call.ts";
import { createWorld, freeWorld } from "../../src/kernel/world.ts";
import { differences } from "../../src/scenario/compare.ts";
import type { Scenario } from "../../src/scenario/scenario.ts";
import { setUp } from "../../src/scenario/set-up.ts";
import { AGENT, type Agent, AT_FDCWD, NotRun } from "./agent.ts";
import type { LiveCalls } from "./call.ts";
import { FILE_CALLS } from "./file-calls.ts";
import { pathIn, setUpFilesystems } from "./files.ts";
import { ID_CALLS, MAP_CALLS, NAMESPACE_CALLS } from "./id-calls.ts";
import { IPC_CALLS } from "./ipc-calls.ts";
import { KEY_CALLS } from "./key-calls.ts";
import { LIFE_CALLS } from "./life-calls.ts";
import { MOUNT_CALLS } from "./mount-calls.ts";
import { PROCESS_CALLS } from "./process-calls.ts";
import { SOCKET_CALLS } from "./socket-calls.ts";
import { enterTree, placedMounts } from "./tree.ts";
import { setUpNamespaces, setUpTasks } from "./world.ts";
import { XATTR_CALLS } from "./xattr-calls.ts";

const CALLS: LiveCalls = {
  ...ID_CALLS,
  ...NAMESPACE_CALLS,
  ...MAP_CALLS,
  ...PROCESS_CALLS,
  ...LIFE_CALLS,
  ...IPC_CALLS,
  ...KEY_CALLS,
  ...SOCKET_CALLS,
  ...FILE_CALLS,
  ...XATTR_CALLS,
  ...MOUNT_CALLS,
};

export type LiveOutcome =
  | { readonly kind: "same"; readonly results: readonly Values[] }
  | { readonly kind: "different"; readonly lines: readonly string[]; readonly results: readonly Values[] }
  | { readonly kind: "not run"; readonly reason: string };

/** Set the scenario up on the running kernel, take its steps, and compare every answer with what was recorded. */
export async function runLive(agent: Agent, engine: Engine, scenario: Scenario): Promise<LiveOutcome> {
  const world = createWorld(engine, { rootCaps: capsWithout(ALL_CAPS, capSet(scenario.lacks)) });
  try {
    for (const [name, id] of Object.entries(scenario.names)) world.idNames.set(name, id);
    setUp(world, scenario.setup);
    const live = await setUpNamespaces(agent, world);
    await setUpFilesystems(live, world);
    const attached = new Set(
      scenario.steps.flatMap(({ args }) => (typeof args.attach === "string" ? [args.attach] : [])),
    );
    for (const name of attached) agent.queue(AGENT, "mkdirat", AT_FDCWD, pathIn(agent, name), 0o755);
    if (attached.size > 0) agent.hasMounts = true;
    await enterTree(live, placedMounts(scenario.setup));
    await setUpTasks(live, world);
    await agent.settle();
    const lines: string[] = [];
    const results: Values[] = [];
    for (const step of scenario.steps) {
      const call = Object.hasOwn(CALLS, step.call) ? CALLS[step.call] : undefined;
      const task = live.tasks.get(step.task);
      if (!call || !task) throw new NotRun(call ? `no task ${step.task}` : `the call ${step.call}`);
      const result = await call(live, task, step.args);
      results.push(result);
      for (const { key, expected, got } of differences(step.observed ?? {}, result))
        lines.push(
          `${step.where}: ${step.task} ${step.call} ${JSON.stringify(step.args)}: ${key}: recorded ${JSON.stringify(expected)}, now ${JSON.stringify(got)}`,
        );
    }
    return lines.length === 0 ? { kind: "same", results } : { kind: "different", lines, results };
  } catch (error) {
    if (error instanceof NotRun) return { kind: "not run", reason: error.message };
    if (error instanceof UsernsError) return { kind: "not run", reason: `the model refuses it: ${error.message}` };
    throw error;
  } finally {
    freeWorld(world);
  }
}
