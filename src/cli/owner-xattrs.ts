import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Option } from "commander";
import { UsernsError } from "../core/index.ts";
import {
  AttributeDump,
  attributeDump,
  type FileAttributes,
  OWNER_ATTRIBUTES,
  type OwnerAttributeName,
  type TreeAttributes,
  valuesOf,
} from "../pack/index.ts";
import { isSystemError } from "./fault.ts";
import { type Terminal, talk } from "./terminal.ts";

/** Where attributes are written: the folder, and what errors call it. */
export interface XattrFolder {
  readonly folder: string;
  readonly shown: string;
}

/** Of what a program complains of, so many characters are kept: the first complaint is the one that is told. */
const MOST_WORDS = 2000;

/** `--xattr`, of every command that takes it. */
export function xattrOption(help: string): Option {
  return new Option("--xattr <attribute>", help).choices(Object.keys(OWNER_ATTRIBUTES));
}

/**
 * Give files below a folder an attribute, through setfattr: Node has no call for it.
 *
 * @throws UsernsError ERR_FILE where the file system takes none; ERR_USAGE where there is no setfattr
 */
export async function writeOwnerXattrs(
  { folder, shown }: XattrFolder,
  { attribute, values }: TreeAttributes,
): Promise<void> {
  const child = spawn("setfattr", ["--no-dereference", "--restore=-"], {
    cwd: folder,
    stdio: ["pipe", "ignore", "pipe"],
    env: environment(),
  });
  const words = firstWords(child);
  const { name } = OWNER_ATTRIBUTES[attribute];
  // That it stopped reading is told of by its exit, with its own words.
  const feeding = pipeline(Readable.from(latin1(attributeDump(name, values))), child.stdin).catch(() => undefined);
  const code = await exitOf(child, "setfattr", "--xattr");
  await feeding;
  if (code === 0) return;
  const fix = "leave --xattr out, or take a folder of another file system: the manifest has all owners";
  throw xattrFault(shown, `a file system that takes ${name}`, words() || `exit ${code}`, fix);
}

function* latin1(texts: Iterable<string>): Generator<Buffer> {
  for (const text of texts) yield Buffer.from(text, "latin1");
}

/**
 * An attribute of all files of a folder. That no file has it is said on stderr: so it is, too, where the file system has
 * no attributes.
 *
 * @throws what {@link readXattrs} throws
 */
export async function readOwnerXattrs(
  folder: string,
  attribute: OwnerAttributeName,
  terminal: Terminal,
): Promise<TreeAttributes> {
  const { name } = OWNER_ATTRIBUTES[attribute];
  const values = valuesOf(await readXattrs(folder, `^${name.replaceAll(".", "\\.")}$`, "--xattr"), name);
  if (values.size === 0) talk(terminal, `note: no file of ${folder} has ${name}: all are taken as root's`);
  return { attribute, values };
}

/**
 * Extended attributes of all files of a folder, through getfattr. Symbolic links are not followed.
 *
 * @param names   an extended regular expression
 * @param option  that asks for them, for errors
 * @throws UsernsError ERR_FILE where a file cannot be looked at; ERR_USAGE where there is no getfattr
 */
export async function readXattrs(folder: string, names: string, option: string): Promise<FileAttributes> {
  const walk = ["--absolute-names", "--recursive", "--physical", "--no-dereference"];
  const child = spawn("getfattr", [...walk, "--dump", `--match=${names}`, "--encoding=hex", "."], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: environment(),
  });
  const words = firstWords(child);
  const dump = new AttributeDump();
  try {
    const [code] = await Promise.all([exitOf(child, "getfattr", option), readLines(child.stdout, dump)]);
    if (code !== 0) throw xattrFault(folder, "files whose extended attributes can be read", words() || `exit ${code}`);
  } finally {
    child.kill();
  }
  return dump.files;
}

async function readLines(output: Readable, dump: AttributeDump): Promise<void> {
  output.setEncoding("latin1");
  for await (const line of createInterface({ input: output, crlfDelay: Number.POSITIVE_INFINITY })) dump.line(line);
}

/** The programs' complaints are shown, in the language of all others. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
}

function firstWords({ stderr }: { readonly stderr: Readable }): () => string {
  let words = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    words = `${words}${text}`.slice(0, MOST_WORDS);
  });
  return () => words.split("\n")[0] ?? "";
}

/** @throws UsernsError ERR_USAGE where there is no such program */
async function exitOf(child: ChildProcess, program: string, option: string): Promise<number | null> {
  try {
    await once(child, "close");
    return child.exitCode;
  } catch (error) {
    if (!isSystemError(error) || error.code !== "ENOENT") throw error;
    const expected = `${program}, through which extended attributes are read and written`;
    const fix = `install the package attr, or leave ${option} out`;
    throw new UsernsError("ERR_USAGE", { where: option, expected, got: "no such program", fix });
  }
}

function xattrFault(where: string, expected: string, got: string, fix?: string): UsernsError {
  return new UsernsError("ERR_FILE", { where, expected, got, ...(fix === undefined ? {} : { fix }) });
}
