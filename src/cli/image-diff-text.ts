import type { ChangeGroup, ImpossibleTask, PrivilegeChange } from "../image/index.ts";
import type { ImageDiffAnswer } from "./image-diff-answer.ts";
import { countOf } from "./image-layers.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

/** Groups and programs that a person is shown; `--json` has them all. */
const MOST_LISTED = 40;
/** Tasks that are named in a line. */
const MOST_NAMES = 3;

/** The answer for people: what changed for whom, the most frequent first, with a few paths each. */
export function diffLines(result: ImageDiffAnswer, terminal: Terminal): string[] {
  const { a, b, tasks, count, groups, unlisted, programs, impossible } = result;
  const areAlike = a.profile === b.profile;
  const [from, to] = [a, b].map(({ image, profile }) => {
    return `${withoutControls(image)}${areAlike ? "" : ` on ${profile}`}`;
  });
  const asked = countOf(tasks.length, "task", "tasks");
  const lines = [`${from} → ${to}: access to ${countOf(count, "path", "paths")} changes, of ${asked} asked for`];
  lines.push(...impossible.map(impossibleLine));
  const names = tasks.map(({ name }) => name);
  lines.push(...groups.slice(0, MOST_LISTED).flatMap((group) => groupLines(group, names, terminal)));
  const more = groups.length - MOST_LISTED;
  if (more > 0) lines.push(`and ${more} more kinds of change (--json lists them)`);
  if (unlisted > 0) lines.push(`and further ones, of ${countOf(unlisted, "path", "paths")}`);
  if (programs.count === 0) return lines;
  lines.push(`${countOf(programs.count, "program makes", "programs make")} other people of who runs it:`);
  lines.push(...programs.programs.slice(0, MOST_LISTED).map(programLine));
  if (programs.count > MOST_LISTED) lines.push(`  and ${programs.count - MOST_LISTED} more`);
  return lines;
}

function impossibleLine({ task, side, kind, id, table }: ImpossibleTask): string {
  const map = table === "fs" ? "fs map" : "map";
  return `${withoutControls(task)} cannot be: the ${map} of ${side} does not hold ${kind} ${id}`;
}

function groupLines(group: ChangeGroup, asked: readonly string[], terminal: Terminal): string[] {
  const { count, examples } = group;
  const isOne = group.tasks.length === 1;
  const verbs: string[] = [];
  if (group.gains.length > 0) verbs.push(`${isOne ? "gains" : "gain"} ${group.gains.join(", ")}`);
  if (group.loses.length > 0) verbs.push(`${isOne ? "loses" : "lose"} ${group.loses.join(", ")}`);
  const where = `${countOf(count, "path", "paths")}, ${reasonOf(group)}`;
  return [
    `${terminal.colors.bold(`${whoOf(group.tasks, asked)} ${verbs.join(" and ")}`)}: ${where}`,
    ...examples.map((path) => `  ${path === "" ? "/" : withoutControls(path)}`),
    ...(count > examples.length ? [`  and ${count - examples.length} more`] : []),
  ];
}

function whoOf(names: readonly string[], asked: readonly string[]): string {
  const others = asked.filter((name) => !names.includes(name));
  if (names.length <= MOST_NAMES || others.length >= MOST_NAMES) return namesOf(names);
  return others.length === 0 ? "all" : `all but ${namesOf(others)}`;
}

function namesOf(names: readonly string[]): string {
  // The name of one more takes no more room than its number.
  const shown = names.slice(0, names.length > MOST_NAMES + 1 ? MOST_NAMES : names.length).map(withoutControls);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  const last = shown.pop() ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}

function reasonOf({ why, directory, gains }: ChangeGroup): string {
  if (why === "permissions") return "by their own permissions";
  if (why === "only in a") return "which only a has";
  if (why === "only in b") return "which only b has";
  const path = withoutControls(`/${directory ?? ""}`);
  return gains.length > 0 ? `because ${path} may now be searched` : `because ${path} may not be searched any more`;
}

function programLine({ path, privilege, a, b }: PrivilegeChange): string {
  const shown = (granted: PrivilegeChange["a"]): string => {
    if (!granted) return "none";
    const { id, hostId, isIsolated } = granted;
    if (hostId === id) return String(id);
    if (isIsolated) return `${id} (of the isolated namespace)`;
    return `${id} (${hostId === null ? "not mapped" : `${hostId} on the host`})`;
  };
  return `  ${privilege.padEnd(10)}  ${shown(a)} → ${shown(b)}  ${withoutControls(path)}`;
}
