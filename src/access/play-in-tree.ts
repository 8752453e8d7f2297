import type { Engine } from "../core/index.ts";
import { scenarioError } from "../kernel/syscall/index.ts";
import type { Manifest, ManifestEntry } from "../manifest/index.ts";
import type { People } from "../pack/index.ts";
import { type Answer, BY_USER_SPACE, replay, type Scenario } from "../scenario/index.ts";
import { WorldTree } from "./world-tree.ts";

/** The name of the file system of the tree: its paths begin with `tree:`. */
export const TREE = "tree";

/** What the calls answered, and the tree as they left it; null: that was not asked for. */
export interface PlayedTree {
  readonly answers: readonly Answer[];
  readonly after: Manifest | null;
}

/**
 * Make the calls of a scenario in the tree of a manifest, as users of its image: real checks, by the rules of Linux.
 *
 * A step whose task the scenario does not set up is made by the user of that name or number: with the groups that the
 * accounts give, with every capability if it is uid 0, and with none otherwise.
 *
 * @param entries  of the tree, each behind its folder: the memory that is taken is theirs
 * @param keeps    whether the tree as the calls left it is made too
 * @throws UsernsError ERR_SCENARIO also for a task that is neither set up nor a user
 */
export function playInTree(
  scenario: Scenario,
  entries: readonly ManifestEntry[],
  people: People,
  engine: Engine,
  keeps: "answers" | "tree",
): PlayedTree {
  let tree: WorldTree | null = null;
  let after: Manifest | null = null;
  let shown = 0;
  const answers = replay(withPeople(scenario, people), engine, null, "checks", (world) => {
    const mount = world.mounts.get(TREE);
    if (!mount) throw new Error("the tree was not set up");
    tree ??= new WorldTree(world, mount, entries);
    // Once it is set up, and after each step: the last time is what is asked for.
    if (shown++ === scenario.steps.length && keeps === "tree") after = tree.manifest();
  });
  return { answers: answers.map(withWhatWasMet), after };
}

/** A refusal says which check it was that failed, and what stood there: ids, mode, owner. */
function withWhatWasMet(answer: Answer): Answer {
  const { verdict, checks } = answer;
  if (verdict.ok) return answer;
  const failed = checks.findLast(({ ok, rule }) => !ok && rule === verdict.rule);
  if (!failed || failed.because === "") return answer;
  return { ...answer, verdict: { ...verdict, because: `${failed.asked}: ${failed.because}` } };
}

function withPeople(scenario: Scenario, people: People): Scenario {
  const { setup, steps } = scenario;
  const known = new Set((setup.tasks ?? []).map(nameIn));
  const tasks: object[] = [];
  for (const { task, where } of steps) {
    if (known.has(task) || task.startsWith("@") || task === BY_USER_SPACE) continue;
    known.add(task);
    tasks.push(taskOf(task, people, where));
  }
  const tree = { name: TREE, type: "ext4" };
  // Behind what the file says, so that errors name its own places.
  return {
    ...scenario,
    setup: { ...setup, filesystems: [...(setup.filesystems ?? []), tree], tasks: [...(setup.tasks ?? []), ...tasks] },
  };
}

function nameIn(item: unknown): unknown {
  return typeof item === "object" && item !== null && "name" in item ? item.name : null;
}

function taskOf(name: string, people: People, where: string): object {
  const person = people.person(name);
  if (!person) throw scenarioError(`${where}.task`, "a task of the setup, a user of the image, or a number", name);
  const { uid, gids } = person;
  // Whom the accounts do not know gets the group of the same number, as for every other command.
  const [gid = uid, ...groups] = gids;
  return { name, uid, gid, groups, ...(uid === 0 ? { caps: "all" } : {}) };
}
