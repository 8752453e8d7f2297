import type { Command } from "commander";
import { addAdoptCommand } from "./alloc-adopt.ts";
import { addClaimCommands } from "./alloc-claim.ts";
import { addExportCommand } from "./alloc-export.ts";
import { addListCommands } from "./alloc-list.ts";
import { addPoolCommands } from "./alloc-pool.ts";
import { addReconcileCommand } from "./alloc-reconcile.ts";
import { addSessionCommands } from "./alloc-session.ts";
import type { Session } from "./session.ts";

/** `userns alloc`: one file for what belongs together. */
export function addAllocCommand(program: Command, session: Session): void {
  const alloc = program
    .command("alloc")
    .summary("hand out ranges of ids that never collide")
    .description(
      "Hand out ranges of ids, of users and groups alike, that never collide.\n" +
        "A first claim needs no set-up: the state is a file, made when it is not there.",
    );
  addClaimCommands(alloc, session);
  addListCommands(alloc, session);
  addExportCommand(alloc, session);
  addAdoptCommand(alloc, session);
  addReconcileCommand(alloc, session);
  addSessionCommands(alloc, session);
  addPoolCommands(alloc, session);
}
