import { init } from "../core/index.ts";
import {
  askIsolatedFile,
  type FileAnswer,
  type FileAsk,
  fileAnswerLines,
  type IsolatedFileFix,
  type IsolatedFileQuestion,
} from "../explain/index.ts";
import { type Deviation, deviationsOf } from "../kernel/index.ts";
import { type FileOptions, firstIds, readFileAsked } from "./explain-file.ts";
import { deviationsText } from "./explain-isolated.ts";
import { usageFault } from "./fault.ts";
import type { MapOptions } from "./given-maps.ts";
import { type IsolatedOptions, readNest, readProfile } from "./isolated-nest.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

/** The `--json` of a question about a file beside `--isolated`. */
export interface IsolatedFileExplainAnswer {
  readonly profile: string;
  /** Where the profile differs from the newest revision of isolated namespaces. */
  readonly deviations: readonly Deviation[];
  readonly answer: FileAnswer;
  /** Changes of the mount after which the answer is yes, each with the answer that proves it. */
  readonly fixes: readonly IsolatedFileFix[];
}

type Options = FileOptions & MapOptions & IsolatedOptions & { readonly json?: true };

/** Ask what a task of an isolated namespace may do with a file. */
export async function runExplainIsolatedFile(ask: FileAsk, options: Options, terminal: Terminal): Promise<Exit> {
  const profile = readProfile(options.profile);
  const { nest, mount } = await readNest(options);
  if (options.fileCapsRoot !== undefined && mount.filesystem)
    throw usageFault("--file-caps-root", "a file system of the initial namespace, without --fs", options.fileCapsRoot);
  const innermost = nest.at(-1)?.maps;
  const asked = readFileAsked(ask, options, firstIds(innermost ? [innermost] : []));
  const question: IsolatedFileQuestion = { ...asked, nest, mount, profile };
  const said = askIsolatedFile(question, await init());
  if (!said.ok) throw usageFault("--mount", `a mount that the kernel makes: ${said.rule.sentence}`, said.because);
  const deviations = deviationsOf(profile);
  const { answer: told, fixes } = said.value;
  if (options.json)
    await answerJson(terminal, {
      profile: profile.name,
      deviations,
      answer: told,
      fixes,
    } satisfies IsolatedFileExplainAnswer);
  else {
    const [head = "", ...rest] = fileAnswerLines(question, told, fixes);
    const paint = told.ok ? terminal.colors.bold : terminal.colors.red;
    await answer(terminal, `${[...deviationsText(deviations), [paint(head), ...rest].join("\n")].join("\n\n")}\n`);
  }
  return told.ok ? EXIT.yes : EXIT.no;
}
