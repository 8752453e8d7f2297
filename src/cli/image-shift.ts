import type { Command } from "commander";
import { UsernsError } from "../core/index.ts";
import { layerShifter, readImage, shiftImage } from "../image/index.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { imageHost } from "./image-host.ts";
import { IMAGE_HELP, openImage } from "./image-input.ts";
import { layerReading, MAX_UNPACKED } from "./image-layers.ts";
import { addShiftAllOptions, runShiftAll, type ShiftAllOptions } from "./image-shift-all.ts";
import { imageShiftAnswer, sayRefused, sayShifted } from "./image-shift-answer.ts";
import { ImageStage } from "./image-stage.ts";
import { loadMaps } from "./map-option.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { addShiftRules, readUnmapped, type ShiftRuleOptions } from "./shift-rules.ts";
import { isSquashfsFile, runSquashfsShift } from "./squashfs-shift.ts";
import { answerJson, EXIT, type Exit, type Terminal } from "./terminal.ts";

interface ShiftOptions extends ShiftRuleOptions, ShiftAllOptions {
  readonly maxUnpacked?: string;
  readonly json?: true;
}

export function addImageShiftCommand(image: Command, session: Session): void {
  const shift = image
    .command("shift")
    .summary("shift the owners in a whole image")
    .description(
      "Write an image again, as what it was (folder or tar), with every owner taken\n" +
        "through a map, and with the digests that follow from it. Layers in which no\n" +
        "owner changes keep their bytes. The output appears whole or not at all; broken\n" +
        "off and run again, it goes on with the layers that are left. With --all, each of\n" +
        "several images becomes one of the same name in a folder, and their layers are\n" +
        "shifted by threads, or by workers of a queue.\n" +
        "Exit 1 when an id is not mapped.",
    )
    .usage("[options] <image> <out>\n       userns image shift [options] --all <image>... <folder>")
    .argument("<image>", `${IMAGE_HELP}; or squashfs`)
    .argument("<out...>", "where to write: a new folder, or a file; of squashfs the image itself too");
  addShiftRules(shift).option(MAX_UNPACKED.flags, MAX_UNPACKED.help);
  addShiftAllOptions(shift)
    .option("--json", "answer as JSON")
    .action(async (from: string, [to = "", ...more]: readonly string[], options: ShiftOptions) => {
      const paths = [from, to, ...more];
      session.exit = options.all
        ? await runShiftAll(paths, options, session.terminal)
        : await runShift(onlyPair(paths, options), options, session.terminal);
    });
  addExamples(shift, [
    "image shift app.oci.tar shifted.oci.tar --map 0:100000:65536",
    "image shift out back --map 0:1000:1 --gid-map 0:100:1 --reverse",
    "image shift a.tar b.tar --map 0:1000:1 --unmapped keep --names drop",
    "image shift layout out --map 0:100000:65536 --capabilities namespace",
    "image shift in out --map 0:100000:9 --max-unpacked 8000000000 --json",
    "image shift --all a.tar b.tar shifted --map 0:100000:65536 --threads 4",
    "image shift --all a b --map 0:1:9 --queue postgres://db/q --silence 9s",
  ]);
}

/** An image and its output. @throws UsernsError ERR_USAGE for more of them, or for what goes with `--all` alone */
function onlyPair([from = "", to = "", ...more]: readonly string[], options: ShiftOptions): readonly [string, string] {
  if (more.length > 0) throw usageFault("<out>", "one image and one output, or --all", `${more.length} more`);
  for (const name of ["threads", "queue", "silence"] as const)
    if (options[name] !== undefined) throw usageFault(`--${name}`, "--all beside it", "none");
  return [from, to];
}

async function runShift(
  [from, to]: readonly [string, string],
  options: ShiftOptions,
  terminal: Terminal,
): Promise<Exit> {
  const unmapped = readUnmapped(options.unmapped);
  const maps = { ...(await loadMaps(options)), reverse: options.reverse === true };
  if (await isSquashfsFile(from)) {
    const rules = { ...maps, unmapped, capabilities: options.capabilities };
    return runSquashfsShift(from, to, rules, options.json === true, terminal);
  }
  const host = imageHost();
  const { kind, files } = await openImage(from);
  const image = await readImage(files, host);
  const { options: layerOptions, reading } = layerReading(image, options.maxUnpacked);
  const stage = await ImageStage.open(to, kind);
  const { names, capabilities } = options;
  const rules = { ...maps, unmapped, names, capabilities };
  const shift = await withProgress(reading, terminal, () =>
    keptForLater(stage, () =>
      shiftImage(image, layerShifter(rules, layerOptions, stage.blobs, host), stage.blobs, host),
    ),
  );
  const result = imageShiftAnswer(from, to, image, shift, maps);
  if (shift.isShifted) await stage.place(shift.files, kind);
  else await stage.discard();
  if (options.json) await answerJson(terminal, result);
  else if (result.shifted) sayShifted(result, unmapped, terminal);
  else sayRefused(result, terminal);
  return result.shifted ? EXIT.yes : EXIT.no;
}

/** What is done stays for the next run, unless the image itself is bad: the next run would fare no better. */
async function keptForLater<T>(stage: ImageStage, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsernsError && error.code !== "ERR_FILE") await stage.discard();
    throw error;
  }
}
