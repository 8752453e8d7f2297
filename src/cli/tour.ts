import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { UsernsError } from "../core/index.ts";
import { formatTriples } from "../formats/index.ts";
import { type FittingMaps, fittingMaps, scanTar, type TarOwners, unmappedIn } from "../shift/index.ts";
import { makeFolder } from "../store/make-folder.ts";
import { fileFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { openLayerImage, writeLayerImage } from "./layer-image.ts";
import { openLayer } from "./layer-input.ts";
import { loadMaps } from "./map-option.ts";
import { isSameTar } from "./same-tar.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

/** A user with 100 subordinate ids: too few for most images. */
const SMALL = "0:1000:1,1:100000:100";
/** One with 65536, as useradd(8) gives out. */
const USUAL = "0:1000:1,1:100000:65536";

const KINDS = [
  { kind: "uid", title: "3. Who do the other users become, and why?" },
  { kind: "gid", title: "4. And the other groups?" },
] as const;

/** The image that the tour makes, the shifted one, and the one that comes back. */
const IMAGES = { image: "image.oci.tar", shifted: "shifted.oci.tar", back: "back.oci.tar" } as const;

/** Whom a program would run as depends on who has an account here; the tour is the same everywhere. */
const NO_ACCOUNTS = ["--passwd", "/dev/null", "--group", "/dev/null"];

/** Ids that are explained; of a layer with more, the first. */
const MOST_EXPLAINED = 12;

/** The layer that the sources come with; it is no part of the package. */
const SHIPPED = fileURLToPath(new URL("../../tests/layers/debian-mixed-owners.tar.gz", import.meta.url));

export function addTourCommand(program: Command, session: Session, runOther: RunOther): void {
  const tour = program
    .command("tour")
    .summary("do the main job on a real image")
    .description(
      "Make an image of a layer, list its owners, lint and explain them, shift the image\n" +
        "and shift it back, command by command.\n" +
        "Exit 1 when the layer that came back is another.",
    )
    .argument("[in]", "another layer than the one that the sources come with")
    .option("--into <folder>", "where the images go; a new temporary folder without it")
    .option("--json", "answer as JSON")
    .action(async (layer: string | undefined, options: TourOptions) => {
      session.exit = await stoppable(() => runTour(layer ?? SHIPPED, options, session.terminal, runOther));
    });
  addExamples(tour, ["tour", "tour layer.tar.gz --into images", "tour layer.tar.gz --json"]);
}

/** Runs another command of this program. */
export type RunOther = (args: readonly string[], terminal: Terminal) => Promise<Exit>;

interface TourOptions {
  readonly into?: string;
  readonly json?: true;
}

/** One command of the tour, and its own `--json`. */
export interface TourStep {
  readonly title: string;
  readonly command: readonly string[];
  readonly exit: Exit;
  readonly answer: unknown;
}

/** The `--json` of `userns tour`. */
export interface TourAnswer {
  readonly layer: string;
  /** Where the image is, the one that was shifted, and the one that was shifted back. */
  readonly folder: string;
  readonly steps: readonly TourStep[];
  /** Is the layer's tar that came back the one that went in, byte for byte? */
  readonly isSame: boolean;
}

/** A command of the tour came to nothing, and said so itself. */
class Stopped extends Error {
  readonly exit: Exit;

  constructor(exit: Exit) {
    super(`stopped with ${exit}`);
    this.exit = exit;
  }
}

async function stoppable(tour: () => Promise<Exit>): Promise<Exit> {
  try {
    return await tour();
  } catch (error) {
    if (error instanceof Stopped) return error.exit;
    throw error;
  }
}

async function runTour(layer: string, options: TourOptions, terminal: Terminal, run: RunOther): Promise<Exit> {
  await checkLayer(layer);
  const folder = await folderFor(options.into);
  const image = join(folder, IMAGES.image);
  const shifted = join(folder, IMAGES.shifted);
  const back = join(folder, IMAGES.back);
  const path = relative(process.cwd(), layer);
  await writeLayerImage(layer, image, terminal);
  const steps: TourStep[] = [];
  const say = (text: string) => answer(terminal, `\n${terminal.colors.bold(text)}\n`);
  const runAsJson = async (title: string, args: readonly string[]): Promise<Exit> => {
    const stdout = new Gathered();
    const exit = await run([...args, "--json"], { ...terminal, stdout, isWatched: false });
    if (stdout.text !== "") steps.push({ title, command: args, exit, answer: JSON.parse(stdout.text) });
    return exit;
  };
  const runInWords = async (title: string, args: readonly string[]): Promise<Exit> => {
    await say(title);
    await answer(terminal, `${terminal.colors.dim(typed(args))}\n`);
    return run(args, terminal);
  };
  const step = async (title: string, args: readonly string[], expected: Exit): Promise<void> => {
    const exit = await (options.json ? runAsJson : runInWords)(title, args);
    if (exit === expected) return;
    // A command in words has said why it refuses, and every one what is bad.
    if (exit === EXIT.bad || (exit === EXIT.no && !options.json)) throw new Stopped(exit);
    throw new UsernsError("ERR_USAGE", unexpected(args, exit, expected));
  };

  if (!options.json) await say(`An image of one layer, ${path}`);
  await step("1. Who owns what in this image?", ["image", "owners", image], EXIT.yes);
  const { ids, unlisted } = await idsOf(path, terminal);
  const small = await loadMaps({ map: SMALL });
  const missing = new Set(unmappedIn(ids, small));
  const lint = ["image", "lint", image, "--map", SMALL, ...NO_ACCOUNTS];
  await step("2. Which of them can a small rootless map not hold?", lint, missing.size > 0 ? EXIT.no : EXIT.yes);
  for (const { kind, title } of KINDS) {
    const held = ids.filter((tally) => tally.kind === kind && !missing.has(tally)).map(({ id }) => String(id));
    if (held.length > 0)
      await step(title, ["explain", ...held.slice(0, MOST_EXPLAINED), "--kind", kind, "--map", SMALL], EXIT.yes);
  }
  const fit = fittingMaps(ids, await loadMaps({ map: USUAL }), unlisted);
  const maps = mapArguments(fit);
  await step(
    "5. Shift the image with a map that holds them all",
    ["image", "shift", image, shifted, ...maps],
    EXIT.yes,
  );
  await step("6. Who owns what in the shifted image?", ["image", "owners", shifted], EXIT.yes);
  await step("7. Shift it back", ["image", "shift", shifted, back, ...maps, "--reverse"], EXIT.yes);
  const isSame = await isSameTar(await openLayer(path, terminal), await openLayerImage(back));
  if (options.json) {
    await answerJson(terminal, { layer: path, folder, steps, isSame } satisfies TourAnswer);
    return isSame ? EXIT.yes : EXIT.no;
  }
  await say(
    isSame ? "The layer that came back is the one that went in, byte for byte." : "The layer that came back differs.",
  );
  await answer(terminal, `The images are in ${folder}\n`);
  return isSame ? EXIT.yes : EXIT.no;
}

/** What a command answers, kept for the tour's own answer. */
class Gathered extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

async function checkLayer(layer: string): Promise<void> {
  try {
    await stat(layer);
  } catch (error) {
    throw fileFault(error, layer, "an image layer to show the tour on (userns tour LAYER)");
  }
}

/** The folder to write to, made where there is none. */
async function folderFor(into: string | undefined): Promise<string> {
  if (into === undefined) return mkdtemp(join(tmpdir(), "userns-tour-"));
  try {
    await makeFolder(into);
    return into;
  } catch (error) {
    throw fileFault(error, into, "a folder for the images");
  }
}

async function idsOf(path: string, terminal: Terminal): Promise<TarOwners> {
  const input = await openLayer(path, terminal);
  return scanTar(input.tar, { name: input.where });
}

/** The usual map, grown where the layer needs more of it. */
function mapArguments({ uids, gids }: FittingMaps): string[] {
  const [map, gidMap] = [uids, gids].map((fit) => (fit ? formatTriples(fit) : USUAL));
  return ["--map", map ?? USUAL, ...(gidMap === undefined || gidMap === map ? [] : ["--gid-map", gidMap])];
}

/** Columns of a terminal. */
const WIDTH = 80;

/** A command as it would be typed, on more than one line where it is long. */
function typed(args: readonly string[]): string {
  const words = args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  const lines = ["$ userns"];
  for (const word of words) {
    const line = lines.at(-1) ?? "";
    // Two columns for the backslash that says that the command goes on.
    if (line.length + 1 + word.length + 2 > WIDTH && line.trim() !== "") lines.push(`    ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join(" \\\n");
}

function unexpected(args: readonly string[], got: Exit, expected: Exit) {
  return { where: `userns ${args.join(" ")}`, expected: `exit ${expected}`, got: `exit ${got}` };
}
