import type { Command } from "commander";
import { initSync, quoted } from "../core/index.ts";
import {
  AccessDiff,
  type AccountedSide,
  type ComparedTask,
  type Container,
  defaultTasks,
  type Image,
  ImageAccess,
  ImageAccounts,
  PathTable,
  type PlatformImage,
  privilegeChanges,
  readImage,
  readTrees,
} from "../image/index.ts";
import { AS_HELP, readAccessTask } from "./access-task.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { askedTask, type ImageDiffAnswer } from "./image-diff-answer.ts";
import { addContainerOptions, type ContainerOptions, profileNotes, readContainer } from "./image-diff-container.ts";
import { diffLines } from "./image-diff-text.ts";
import { imageHost } from "./image-host.ts";
import { IMAGE_HELP, openImage } from "./image-input.ts";
import { MAX_UNPACKED, readingOf } from "./image-layers.ts";
import { withProgress } from "./progress.ts";
import { collect } from "./repeated-option.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";

interface DiffOptions extends ContainerOptions {
  readonly as?: readonly string[];
  readonly platform?: string;
  readonly platformB?: string;
  readonly maxUnpacked?: string;
  readonly json?: true;
}

export function addImageDiffCommand(image: Command, session: Session): void {
  const diff = image
    .command("diff")
    .summary("who gains or loses access to what")
    .description(
      "Compare two images, or one under two maps or on two kernels, by what people may\n" +
        "do with the files: read, write and run them, or list, change and search\n" +
        "directories, where every directory above lets them through. Without --as root,\n" +
        "every account of the images and somebody who has none are asked for.\n" +
        "Exit 1 when somebody gains or loses something.",
    )
    .argument("<a>", IMAGE_HELP)
    .argument("<b>", "the image to compare it with");
  addContainerOptions(diff);
  diff
    .option("--as <who>", AS_HELP, collect)
    .option("--platform <name>", "which of several images: linux/arm64, or a name of the archive")
    .option("--platform-b <name>", "which of b, if it is another")
    .option(MAX_UNPACKED.flags, MAX_UNPACKED.help)
    .option("--json", "answer as JSON")
    .action(async (a: string, b: string, options: DiffOptions) => {
      session.exit = await runDiff(a, b, options, session.terminal);
    });
  addExamples(diff, [
    "image diff app-1.oci app-2.oci",
    "image diff app-1.tar app-2.tar --as www-data --as anyone",
    "image diff app.oci app.oci --map-a 0:100000:65536 --map-b 0:100000:1000",
    "image diff app.oci app.oci --map-a 0:100000:9 --map-b 0:300000:9 --as uid=100000,gid=100000,in=host",
    "image diff app.oci app.oci --map-a 0:100000:65536 --profile-b linux-6.18+isolated",
    "image diff app-1.oci app-2.oci --platform linux/arm64 --json",
  ]);
}

async function runDiff(pathA: string, pathB: string, options: DiffOptions, terminal: Terminal): Promise<Exit> {
  const [containerA, containerB] = [await readContainer(options, "a"), await readContainer(options, "b")];
  const host = imageHost();
  const imageA = await openOne(pathA, host);
  const imageB = pathA === pathB ? imageA : await openOne(pathB, host);
  const a = platformOf(imageA, options.platform, "--platform");
  const b = platformOf(
    imageB,
    options.platformB ?? options.platform,
    options.platformB ? "--platform-b" : "--platform",
  );
  const layers = new Set([...a.layers, ...b.layers]);
  const { options: layerOptions, reading } = readingOf([...layers], options.maxUnpacked);
  const paths = new PathTable();
  const trees = await withProgress(reading, terminal, () => readTrees([a, b], paths, layerOptions, host));
  const [sideA, sideB] = [sideOf(trees[0], containerA), sideOf(trees[1], containerB)];
  const { tasks, notes } = await tasksOf(options.as, sideA, sideB);
  const diff = new AccessDiff(sideA, sideB, tasks);
  const { groups, unlisted } = diff.groups();
  const result: ImageDiffAnswer = {
    a: { image: pathA, form: imageA.form, name: a.name, profile: containerA.profile.name },
    b: { image: pathB, form: imageB.form, name: b.name, profile: containerB.profile.name },
    tasks: diff.tasks.map(askedTask),
    impossible: diff.impossible,
    count: diff.count,
    groups,
    unlisted,
    programs: privilegeChanges(sideA, sideB),
    paths: { [Symbol.iterator]: () => diff.paths() },
  };
  if (options.json) await answerJson(terminal, result);
  else await answer(terminal, `${diffLines(result, terminal).join("\n")}\n`);
  const unread = [...unreadNotes(pathA, sideA), ...unreadNotes(pathB, sideB)];
  for (const note of [...unread, ...notes, ...profileNotes(containerA, containerB)]) talk(terminal, note);
  for (const { access } of [sideA, sideB]) access.free();
  return diff.count + result.programs.count + diff.impossible.length > 0 ? EXIT.no : EXIT.yes;
}

async function openOne(path: string, host: ReturnType<typeof imageHost>): Promise<Image> {
  return readImage((await openImage(path)).files, host);
}

/** The one image that is meant. Several that have the same layers are one. */
function platformOf({ name, images }: Image, wanted: string | undefined, option: string): PlatformImage {
  const alike = new Set(images.map(({ layers }) => layers.map(({ diffId }) => diffId.text).join()));
  const found =
    wanted === undefined ? (alike.size === 1 ? images[0] : undefined) : images.find((one) => one.name === wanted);
  if (found) return found;
  const names = [...new Set(images.map((one) => quoted(one.name)))].join(", ");
  throw usageFault(option, `one of the images of ${name}: ${names}`, wanted === undefined ? "none" : quoted(wanted));
}

function sideOf(image: Awaited<ReturnType<typeof readTrees>>[0], container: Container): AccountedSide {
  const { tree } = image;
  return { tree, access: new ImageAccess(initSync(), tree, container), accounts: new ImageAccounts(image), container };
}

async function tasksOf(
  asked: readonly string[] | undefined,
  a: AccountedSide,
  b: AccountedSide,
): Promise<{ tasks: readonly ComparedTask[]; notes: readonly string[] }> {
  if (asked)
    return { tasks: await Promise.all([...new Set(asked)].map((text) => readAccessTask(text, a, b))), notes: [] };
  const { tasks, unasked } = defaultTasks(a, b);
  const note = `note: ${unasked} further accounts were not asked for; name them with --as`;
  return { tasks, notes: unasked > 0 ? [note] : [] };
}

function unreadNotes(path: string, { accounts }: AccountedSide): string[] {
  return accounts.unread.map(
    (file) => `note: ${path}: ${file} leads to no file of that name; its accounts are unknown`,
  );
}
