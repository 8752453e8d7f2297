import type { Command } from "commander";
import {
  type Asked,
  type AskedAccess,
  ask,
  type Chain,
  QUESTION_FORMS,
  type ReachStep,
  readQuestion,
} from "../access/index.ts";
import { initSync } from "../core/index.ts";
import { hang } from "../explain/index.ts";
import { entriesOf } from "../formats/index.ts";
import { Breath } from "./breath.ts";
import { addExamples } from "./help-examples.ts";
import { accountsOf, MANIFEST_HELP, PEOPLE, type PeopleOptions, readManifest } from "./manifest-file.ts";
import { withCount } from "./progress.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";

/** The `--json` of `userns ask`. */
export interface AskAnswer {
  readonly manifest: string;
  readonly question: string;
  readonly answer: Asked;
}

interface AskOptions extends PeopleOptions {
  readonly json?: true;
}

export function addAskCommand(program: Command, session: Session): void {
  const command = program
    .command("ask")
    .summary("who may do what in the tree of an image, and why?")
    .description(
      "Answer a question about the tree of an image: every user of its passwd is asked\n" +
        `about, and anyone else. Each answer comes with the rule and what it met.\nForms of a question:\n${QUESTION_FORMS.map((form) => `  ${form}`).join("\n")}`,
    )
    .argument("<manifest>", MANIFEST_HELP)
    .argument("<question>", "one of these forms, in quotes")
    .option(...PEOPLE.passwd)
    .option(...PEOPLE.group)
    .option("--json", "answer as JSON")
    .action(async (manifest: string, question: string, options: AskOptions) => {
      session.exit = await runAsk(manifest, question, options, session.terminal);
    });
  addExamples(command, [
    'ask image.mtree "who can write /etc/passwd" --passwd passwd --group group',
    'ask image.mtree "who reaches uid 0" --passwd etc/passwd',
    'ask image.mtree "what can www-data write" --passwd etc/passwd --json',
  ]);
}

async function runAsk(path: string, text: string, options: AskOptions, terminal: Terminal): Promise<Exit> {
  const question = readQuestion(text);
  const manifest = await readManifest(path);
  const { passwd, people } = await accountsOf(options);
  const breath = new Breath();
  let asked = 0;
  const onAsked = async (paths: number): Promise<void> => {
    asked = paths;
    if (breath.isDue()) await breath.take();
  };
  const image = { manifest, users: entriesOf(passwd), people };
  const work = () => ask(question, image, initSync(), onAsked);
  const found = await withCount(() => asked, "paths asked about", terminal, work);
  if (options.json) await answerJson(terminal, { manifest: path, question: text, answer: found } satisfies AskAnswer);
  else for (const line of askedLines(found)) await answer(terminal, `${withoutControls(line)}\n`);
  return EXIT.yes;
}

/** One after the other, for there may be a line for each path of a tree. */
function* askedLines(found: Asked): Generator<string> {
  switch (found.by) {
    case "people": {
      const width = whoWidth(found.people);
      for (const one of found.people) yield* accessLines(whoWords(one).padEnd(width), one);
      return;
    }
    case "chains": {
      const width = whoWidth(found.people);
      for (const one of found.people) yield* hang(`${whoWords(one).padEnd(width)}  `, chainWords(one.chain));
      return;
    }
    case "paths":
      if (found.paths.length === 0) yield "nothing";
      for (const one of found.paths) yield* accessLines(one.path, one);
  }
}

function whoWidth(people: readonly { readonly who: string; readonly uid: number }[]): number {
  return people.reduce((width, one) => Math.max(width, whoWords(one).length), 0);
}

function whoWords({ who, uid }: { readonly who: string; readonly uid: number }): string {
  return `${who} (${uid})`;
}

function accessLines(head: string, { can, otherWay, rule, because }: AskedAccess): string[] {
  const yes = can ? "yes" : otherWay === null ? "no" : `no, but ${otherWay}`;
  return [...hang(`${head}  `, yes), ...hang("  ", rule), ...(because === "" ? [] : hang("  ", `(${because})`))];
}

function chainWords(chain: Chain | null): string {
  if (chain === null) return "no";
  return chain.length === 0 ? "yes, as he is" : `yes: ${chain.map(stepWords).join(", then ")}`;
}

function stepWords({ path, becomes, isAnyone }: ReachStep): string {
  const ids = [
    becomes.uid === null ? [] : `uid ${becomes.uid}`,
    becomes.gid === null ? [] : `gid ${becomes.gid}`,
    isAnyone ? "CAP_SETUID" : [],
  ].flat();
  return `${path}${ids.length === 0 ? "" : ` (${ids.join(", ")})`}`;
}
