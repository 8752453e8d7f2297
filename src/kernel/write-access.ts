import type { Inode } from "./inode.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

const RULES = ruleTable({
  programNotWritten: {
    sentence: "A program that is running is neither opened for writing nor cut.",
    source: "open(2), truncate(2): ETXTBSY",
  },
});

/** Is it a file that no task runs: `get_write_access`? @returns ETXTBSY */
export function getWriteAccess(world: World, inode: Inode): Verdict {
  const runner = [...world.tasks.values()].find(({ program }) => program?.inode === inode);
  return runner ? deny("ETXTBSY", RULES.programNotWritten, `${runner.name} runs it`) : allow();
}
