import type { Command } from "commander";
import { addImageDiffCommand } from "./image-diff.ts";
import { addImageLintCommand } from "./image-lint.ts";
import { addImageOwnersCommand } from "./image-owners.ts";
import { addImageShiftCommand } from "./image-shift.ts";
import type { Session } from "./session.ts";

export function addImageCommand(program: Command, session: Session): void {
  const image = program
    .command("image")
    .summary("check, shift and compare the owners in whole images")
    .description("Check, shift and compare the owners in whole images: OCI layouts, archives of docker save.");
  addImageOwnersCommand(image, session);
  addImageLintCommand(image, session);
  addImageShiftCommand(image, session);
  addImageDiffCommand(image, session);
}
