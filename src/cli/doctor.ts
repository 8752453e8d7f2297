import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { readHost } from "../live/index.ts";
import { examine, type Patch } from "../policy/index.ts";
import { type DoctorAnswer, examinationText } from "./doctor-text.ts";
import { fileFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";
import { readDirectory } from "./tool-files.ts";

interface DoctorOptions {
  readonly root?: string;
  readonly directory?: string;
  readonly json?: true;
}

/** `userns doctor` */
export function addDoctorCommand(program: Command, session: Session): void {
  const command = program
    .command("doctor")
    .summary("what is wrong with this machine's ids")
    .description(
      "Look this machine over: subuid, subgid, passwd, group and login.defs; newuidmap\n" +
        "and newgidmap; kernel settings; file systems. Each finding has its evidence, what\n" +
        "comes of it, and the fix; edits of files are one patch at the end. Nothing is\n" +
        "changed.\nExit 1 when there are errors.",
    )
    .option("--root <folder>", "look at the files of another system; the running kernel is left out")
    .option("--directory <file>", "users and groups that only a directory knows: its dump, LDIF")
    .option("--json", "answer as JSON")
    .action(async (options: DoctorOptions) => {
      session.exit = await runDoctor(options, session.terminal);
    });
  addExamples(command, ["doctor", "doctor --root FOLDER", "doctor --directory FILE", "doctor --json"]);
}

async function runDoctor({ root, directory, json }: DoctorOptions, terminal: Terminal): Promise<Exit> {
  if (root !== undefined) await wantEtc(root);
  const known = directory === undefined ? {} : { directory: await readDirectory(directory, terminal) };
  const host = await readHost({ ...(root === undefined ? {} : { root }), path: process.env.PATH ?? "" });
  const { findings, patches, unseen } = examine({ ...host, files: { ...host.files, ...known } });
  const patch = patches.map((each) => patchText(root ?? "/", each)).join("");
  if (json) await answerJson(terminal, { findings, patch, unseen } satisfies DoctorAnswer);
  else await answer(terminal, examinationText({ findings, patch, unseen }, root ?? "/", terminal.colors));
  return findings.some(({ severity }) => severity === "error") ? EXIT.no : EXIT.yes;
}

/** Without this, a wrong folder would look like a system on which all is well. */
async function wantEtc(root: string): Promise<void> {
  const etc = join(root, "etc");
  try {
    await readdir(etc);
  } catch (error) {
    throw fileFault(error, `--root ${root}`, "a folder with an etc folder in it");
  }
}

/** Named from the root on: patch(1) takes no absolute names. */
function patchText(root: string, { path, before, after }: Patch): string {
  const name = relative(root, path);
  const headerOptions = FILE_HEADERS_ONLY;
  return createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, "", "", { headerOptions });
}
