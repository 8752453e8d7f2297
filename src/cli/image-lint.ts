import type { Command } from "commander";
import { entriesOf } from "../formats/index.ts";
import {
  type ExposedFile,
  type HostAccounts,
  type Image,
  type ImageFindings,
  type LayerFindings,
  lintImage,
  readImage,
} from "../image/index.ts";
import { addExamples } from "./help-examples.ts";
import { imageHost } from "./image-host.ts";
import { IMAGE_HELP, openImage } from "./image-input.ts";
import { countOf, imageLine, layerLine, layerReading, MAX_UNPACKED } from "./image-layers.ts";
import { loadMaps, MAP_HELP } from "./map-option.ts";
import { shortTable } from "./owner-table.ts";
import { withProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";
import { readGroup, readPasswd } from "./tool-files.ts";
import { fitLines, type UnmappedAnswer, unmappedAnswer } from "./unmapped.ts";

/** The `--json` of `userns image lint`. */
export interface ImageLintAnswer {
  readonly image: string;
  readonly form: Image["form"];
  /** Its platforms, or its names in an archive. */
  readonly images: readonly string[];
  readonly layers: readonly LayerFindings[];
  /** The smallest maps that hold every id of the image, as triples; null where no map can. */
  readonly fit: UnmappedAnswer["fit"];
}

interface LintOptions {
  readonly map: string;
  readonly gidMap?: string;
  readonly passwd: string;
  readonly group: string;
  readonly maxUnpacked?: string;
  readonly json?: true;
}

export function addImageLintCommand(image: Command, session: Session): void {
  const lint = image
    .command("lint")
    .summary("list the owners that a map cannot hold")
    .description(
      "List the owners in an image that a map cannot hold, layer by layer, and the\n" +
        "smallest map that would; and programs that run as an account of the host when\n" +
        "the image is unpacked there: setuid, setgid, with file capabilities.\n" +
        "Exit 1 when there are any.",
    )
    .argument("<image>", IMAGE_HELP)
    .requiredOption("--map <map>", `the id map: ${MAP_HELP}`)
    .option("--gid-map <map>", "the map of groups, if it is another")
    .option("--passwd <file>", "the accounts of the host; /dev/null for none", "/etc/passwd")
    .option("--group <file>", "its groups", "/etc/group")
    .option(MAX_UNPACKED.flags, MAX_UNPACKED.help)
    .option("--json", "answer as JSON")
    .action(async (path: string, options: LintOptions) => {
      session.exit = await runLint(path, options, session.terminal);
    });
  addExamples(lint, [
    "image lint app.oci.tar --map 0:100000:65536",
    "image lint layout --map 0:1000:1,1:100000:65536 --gid-map 0:100:1",
    "image lint app.tar --map 0:100000:65536 --passwd users --group groups",
    "image lint layout --map 0:100000:9 --max-unpacked 8000000000 --json",
  ]);
}

async function runLint(path: string, options: LintOptions, terminal: Terminal): Promise<Exit> {
  const maps = await loadMaps(options);
  const accounts = await readAccounts(options);
  const host = imageHost();
  const { files } = await openImage(path);
  const image = await readImage(files, host);
  const { options: layerOptions, reading } = layerReading(image, options.maxUnpacked);
  const found = await withProgress(reading, terminal, () =>
    lintImage(image, { ...layerOptions, maps, accounts }, host),
  );
  const { fit } = unmappedAnswer([], 0, found.fit);
  const images = image.images.map(({ name }) => name);
  const result: ImageLintAnswer = { image: path, form: image.form, images, layers: found.layers, fit };
  if (options.json) await answerJson(terminal, result);
  else await answer(terminal, `${lintLines(result, found, terminal).join("\n")}\n`);
  return found.isClean ? EXIT.yes : EXIT.no;
}

async function readAccounts({ passwd, group }: LintOptions): Promise<HostAccounts> {
  const users = entriesOf(await readPasswd(passwd));
  const groups = entriesOf(await readGroup(group));
  // The first line of an id counts, as in getpwuid(3).
  return {
    uid: new Map(users.map(({ uid, name }): [number, string] => [uid, name]).reverse()),
    gid: new Map(groups.map(({ gid, name }): [number, string] => [gid, name]).reverse()),
  };
}

function lintLines(result: ImageLintAnswer, found: ImageFindings, terminal: Terminal): string[] {
  const { layers } = result;
  const head = imageLine(result);
  if (found.isClean) return [head, "the map holds every owner, and no program runs as an account of the host"];
  const lines = [head, ...layers.flatMap((layer) => layerLines(layer, result, terminal))];
  const isHeld = layers.every(({ unmapped }) => unmapped.length === 0);
  const unlisted = layers.reduce((sum, layer) => sum + layer.unlisted, 0);
  return isHeld ? lines : [...lines, ...fitLines(result.fit, unlisted)];
}

function layerLines(layer: LayerFindings, result: ImageLintAnswer, terminal: Terminal): string[] {
  const { unmapped, unlisted, exposed } = layer;
  const lines: string[] = [];
  if (unmapped.length > 0) {
    lines.push(`the map does not hold ${unmapped.length} of its ${countOf(layer.ids, "id", "ids")}:`);
    lines.push(...shortTable(unmapped, unlisted, terminal));
  }
  if (exposed.count > 0) {
    lines.push(`${countOf(exposed.count, "program runs", "programs run")} as an account of the host:`);
    lines.push(...exposed.files.slice(0, MOST_FILES).map(exposedLine));
    if (exposed.count > MOST_FILES) lines.push(`  and ${exposed.count - MOST_FILES} more`);
  }
  return lines.length === 0 ? [] : [layerLine(layer, result, terminal), ...lines];
}

/** Files that a person is shown of a layer; `--json` lists up to a thousand. */
const MOST_FILES = 20;

function exposedLine({ path, privilege, kind, id, hostId, account }: ExposedFile): string {
  return `  ${privilege.padEnd(10)}  ${kind} ${id} → ${hostId} (${withoutControls(account)})  ${withoutControls(path)}`;
}
