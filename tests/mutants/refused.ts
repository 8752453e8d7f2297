/** Which mutants the compiler refuses: a word that the types do not let stand there is guarded by them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import type { Mutant } from "./mutate.ts";

const ROOT = join(import.meta.dirname, "../..");
const KERNEL = join(ROOT, "src/kernel");

/**
 * The mutants that do not compile. Each is written beside its file as a file of its own, in a program that exists in
 * memory alone; a file whose copy does not compile unbroken (its classes are others than the file's) tells nothing.
 */
export function refusedByCompiler(mutants: readonly Mutant[]): ReadonlyMap<Mutant, string> {
  const asked = mutants.flatMap((mutant) => (mutant.asSource ? [{ mutant, edit: mutant.asSource }] : []));
  const sources = new Map<string, string>();
  for (const { mutant, edit } of asked) {
    const text = readFileSync(join(KERNEL, mutant.file), "utf8");
    sources.set(unbroken(mutant), text);
    sources.set(copy(mutant), text.slice(0, edit.start) + edit.text + text.slice(edit.end));
  }
  const errorIn = errorsOf(sources);
  return new Map(
    asked.flatMap(({ mutant }) => {
      const error = errorIn(copy(mutant));
      return error !== null && errorIn(unbroken(mutant)) === null ? [[mutant, error] as const] : [];
    }),
  );
}

const unbroken = ({ file }: Mutant) => join(KERNEL, file.replace(/\.ts$/, ".unbroken.ts"));
const copy = ({ file, id }: Mutant) => join(KERNEL, file.replace(/\.ts$/, `.mutant-${id}.ts`));

/** Check files that are in memory. @returns asks for the first error in one of them; null: it compiles */
function errorsOf(sources: ReadonlyMap<string, string>): (path: string) => string | null {
  const options = configured();
  const host = ts.createCompilerHost(options, true);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const text = sources.get(path);
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, rest[0], true);
  };
  const program = ts.createProgram({ rootNames: [...sources.keys()], options, host });
  return (path) => {
    const [first] = program.getSemanticDiagnostics(program.getSourceFile(path));
    return first ? `TS${first.code}: ${ts.flattenDiagnosticMessageText(first.messageText, " ")}` : null;
  };
}

/** The compiler's options, as tsconfig.json has them. */
function configured(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  return ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options;
}
