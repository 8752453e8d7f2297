import type { Command } from "commander";
import { addImageLintCommand } from "./image-lint.ts";
import { addImageOwnersCommand } from "./image-owners.ts";
import { addImageShiftCommand } from "./image-shift.ts";
import type { Session } from "./session.ts";

export function addImageCommand(program: Command, session: Session): void {
  const image = program
    .command("image")
    .summary("check and shift the owners in a whole image")
    .description("Check and shift the owners in a whole image: OCI layouts, archives of docker save.");
  addImageOwnersCommand(image, session);
  addImageLintCommand(image, session);
  addImageShiftCommand(image, session);
}
