import { isSameKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { isNsCapable } from "./ns-capable.ts";
import type { Pipe } from "./pipe.ts";
import { writtenSetting } from "./setting.ts";
import type { Task } from "./task.ts";
import { type Allowed, allow, atStage, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  pipePagesOfUser: {
    sentence:
      "The pages of pipes count for the real user who made them, by the whole kernel id and not for the creators above; beyond the limit a pipe has 2 pages, unless its maker has CAP_SYS_RESOURCE or CAP_SYS_ADMIN in the initial namespace.",
    source: "pipe(7), /proc/sys/fs/pipe-user-pages-soft; vectors/isolated/scenarios.json (Q02)",
  },
  machineSysctl: {
    sentence: "A setting of the whole machine is written by global root, whatever its capabilities.",
    source: "proc(5), /proc/sys/fs; vectors/isolated/scenarios.json (Q02)",
  },
});

/** A pipe that nothing limits. */
const FULL_PAGES = 16;
/** A pipe of a user who has reached the limit. */
const LEAST_PAGES = 2;

function pagesOf({ tasks }: World, user: Kuid64<"uid">): number {
  const open = new Set([...tasks.values()].flatMap(({ pipes }) => pipes));
  return [...open].filter((pipe) => isSameKuid64(pipe.user, user)).reduce((pages, pipe) => pages + pipe.pages, 0);
}

/** `pipe` so many times, each kept open at both ends. */
export function makePipes(world: World, task: Task, count: number): Allowed<readonly Pipe[]> {
  const made = Array.from({ length: count }, () => makePipe(world, task));
  return allow(made, RULES.pipePagesOfUser, `${showKuid64(task.cred.uid.real)} makes them`);
}

function makePipe(world: World, task: Task): Pipe {
  const { cred } = task;
  const user = cred.uid.real;
  const isFree = (["sys_resource", "sys_admin"] as const).some((name) => isNsCapable(cred, world.initUserNs, name));
  const isOver = !isFree && world.pipePages > 0 && pagesOf(world, user) + FULL_PAGES > world.pipePages;
  const pipe = { user, pages: isOver ? LEAST_PAGES : FULL_PAGES };
  task.pipes.push(pipe);
  return pipe;
}

/** Is the pipe as large as one that nothing limits? */
export function isFullSize({ pages }: Pipe): boolean {
  return pages === FULL_PAGES;
}

/** The largest number of pages that is told exactly; Linux takes larger ones, up to 64 bits. */
const MAX_PAGES = Number.MAX_SAFE_INTEGER;

/** Write /proc/sys/fs/pipe-user-pages-soft. @param text  a number of pages; 0: no limit */
export function writePipePages(world: World, { cred }: Task, text: string): Verdict {
  if (!isSameKuid64(cred.uid.effective, world.initUserNs.owner.uid))
    return atStage(deny("EACCES", RULES.machineSysctl, `${showKuid64(cred.uid.effective)} is not global root`), "open");
  const written = atStage(writtenSetting(text, MAX_PAGES), "write");
  if (!written.ok) return written;
  if (written.value !== null) world.pipePages = written.value;
  return allow(undefined, RULES.machineSysctl);
}
