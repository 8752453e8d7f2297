import { existsSync } from "node:fs";
import type { Command } from "commander";
import { UsernsError } from "../core/index.ts";
import { WHITEOUT } from "../image/index.ts";
import { type Manifest, manifestOf } from "../manifest/index.ts";
import { keptOwners, LayerTree, type OwnerAttributeName, writeFakeroot } from "../pack/index.ts";
import { endMarkerOption } from "./end-marker-option.ts";
import { addExamples } from "./help-examples.ts";
import { countOf, MAX_UNPACKED } from "./image-layers.ts";
import {
  LAYER_OPTION,
  LAYER_SOURCE_HELP,
  type LayerSource,
  type LayerSourceOptions,
  openLayerSource,
  readInto,
} from "./layer-source.ts";
import { writeManifest } from "./manifest-file.ts";
import { newSha256 } from "./new-hash.ts";
import { writeOwnerXattrs, xattrOption } from "./owner-xattrs.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, put, type Terminal, talk, withoutControls } from "./terminal.ts";
import { DiskTreeMaker } from "./tree-maker.ts";
import { readTree } from "./tree-read.ts";
import { makeWholeFolder, writeWhole } from "./whole-file.ts";

/** The `--json` of `userns unpack`. */
export interface UnpackAnswer {
  readonly layer: string;
  readonly folder: string;
  /** Where it is written who owns what. */
  readonly manifest: string;
  /** How many paths there are, and how many different owners they have. */
  readonly paths: number;
  readonly owners: number;
  /** Devices and named pipes, which are empty files on the disk. */
  readonly standIns: readonly string[];
  /** Whiteouts, which are files on the disk as they are in the layer. */
  readonly whiteouts: readonly string[];
  /** Folders that the layer has entries in and none about: root's, mode 0755. */
  readonly unsaid: readonly string[];
  /** Of `--xattr`: how many files have the attribute; null without it. */
  readonly xattrs: number | null;
  /** Of `--xattr`: symbolic links that are not root's, which only the manifest says. */
  readonly ownersLeft: readonly string[];
}

interface UnpackOptions extends LayerSourceOptions {
  readonly manifest?: string;
  readonly fakeroot?: string;
  readonly xattr?: OwnerAttributeName;
  readonly json?: true;
}

/** The ending of the manifest that is written beside the folder where no other is named. */
const BESIDE = ".mtree";
const MOST_NAMED = 5;

/** `userns unpack` */
export function addUnpackCommand(program: Command, session: Session): void {
  const command = program
    .command("unpack")
    .summary("unpack a layer into files of your own, and keep its owners")
    .description(
      "Unpack a layer into a new or empty folder, as files of your own, and write down\n" +
        "beside it who owns what: owners, modes, ACLs, capabilities, devices. Needs no\n" +
        "privilege. `userns pack --manifest` makes the layer again.\n" +
        "Nothing outside the folder is written, whatever the layer says; the folder\n" +
        "appears whole or not at all.",
    )
    .argument("<layer>", LAYER_SOURCE_HELP)
    .argument("<folder>", "the folder to make: a new one, or an empty one")
    .option("--manifest <file>", "where to write who owns what: JSON where it ends with .json (default: FOLDER.mtree)")
    .option("--fakeroot <file>", "write it for fakeroot -i too, which then shows the tree's owners")
    .addOption(xattrOption("also keep owners in this extended attribute of files and folders"))
    .option(LAYER_OPTION.flags, LAYER_OPTION.help)
    .option(MAX_UNPACKED.flags, MAX_UNPACKED.help)
    .addOption(endMarkerOption())
    .option("--json", "answer as JSON")
    .action(async (layer: string, folder: string, options: UnpackOptions) => {
      session.exit = await runUnpack(layer, folder, options, session.terminal);
    });
  addExamples(command, [
    "unpack layer.tar.gz rootfs",
    "unpack layer.tar.gz rootfs --manifest owners.json --json",
    "unpack oci:app.tar rootfs --layer 2 --max-unpacked 8000000000",
    "unpack layer.tar rootfs --fakeroot rootfs.save",
    "unpack layer.tar rootfs --xattr rootlesscontainers",
    "unpack old.tar rootfs --end-marker optional",
  ]);
}

async function runUnpack(given: string, folder: string, options: UnpackOptions, terminal: Terminal): Promise<Exit> {
  const manifestPath = options.manifest ?? freeManifest(folder);
  const source = await openLayerSource(given, options, terminal);
  const made = await makeTree(folder, source, terminal, async (manifest, beside) => {
    const inXattrs = options.xattr === undefined ? null : keptOwners(manifest, options.xattr);
    if (inXattrs) await writeOwnerXattrs({ folder: beside, shown: folder }, inXattrs);
    await writeManifest(manifestPath, manifest);
    if (options.fakeroot !== undefined) await writeSave(options.fakeroot, manifest, beside, terminal);
    return inXattrs;
  });
  const { entries } = made.manifest;
  const result: UnpackAnswer = {
    layer: source.where,
    folder,
    manifest: manifestPath,
    paths: entries.length,
    owners: new Set(entries.map(({ uid, gid }) => `${uid}:${gid}`)).size,
    standIns: entries.filter(({ type }) => type === "chr" || type === "blk" || type === "fifo").map(({ path }) => path),
    whiteouts: entries
      .filter(({ path }) => path.slice(path.lastIndexOf("/") + 1).startsWith(WHITEOUT))
      .map(({ path }) => path),
    unsaid: [...made.unsaid],
    xattrs: made.kept?.values.size ?? null,
    ownersLeft: made.kept?.left ?? [],
  };
  if (options.json) await answerJson(terminal, result);
  else await tell(result, terminal);
  return EXIT.yes;
}

/** A file keeps its inode when the folder that it lies in gets its name. */
async function writeSave(path: string, manifest: Manifest, folder: string, terminal: Terminal): Promise<void> {
  const { files } = await readTree(folder, terminal);
  await writeWhole(path, (sink) =>
    put(
      sink,
      writeFakeroot(manifest, (at) => files.fileAt(at)),
    ),
  );
}

/** Beside the folder, where nothing is yet: what was written down of another tree is not written over unasked. */
function freeManifest(folder: string): string {
  const path = `${folder.replace(/\/+$/, "")}${BESIDE}`;
  if (!existsSync(path)) return path;
  throw new UsernsError("ERR_FILE", {
    where: path,
    expected: "a place for the manifest where nothing is",
    got: "a file",
    fix: "move it away, or name it, or another, with --manifest",
  });
}

interface MadeTree<Kept> {
  readonly manifest: Manifest;
  readonly unsaid: ReadonlySet<string>;
  readonly kept: Kept;
}

/** @param keep  writes down who owns what, before the tree has its name: a tree whose owners are lost there never is */
async function makeTree<Kept>(
  folder: string,
  source: LayerSource,
  terminal: Terminal,
  keep: (manifest: Manifest, beside: string) => Promise<Kept>,
): Promise<MadeTree<Kept>> {
  return makeWholeFolder(folder, async (beside) => {
    const maker = new DiskTreeMaker(beside, folder);
    try {
      const tree = new LayerTree(maker, newSha256);
      await readInto(tree, source, terminal);
      const manifest = manifestOf(tree.entries(), source.where);
      maker.finish(manifest);
      return { manifest, unsaid: tree.unsaid, kept: await keep(manifest, beside) };
    } finally {
      maker.close();
    }
  });
}

async function tell(result: UnpackAnswer, terminal: Terminal): Promise<void> {
  const { folder, manifest, paths, owners, standIns, whiteouts, unsaid, ownersLeft } = result;
  const counts = `${countOf(paths, "path", "paths")}, ${countOf(owners, "owner", "owners")}`;
  await answer(terminal, `${folder}: ${counts}; who owns what is in ${manifest}\n`);
  const note = (list: readonly string[], one: string, many: string): void => {
    if (list.length === 0) return;
    const named = list.slice(0, MOST_NAMED).map(withoutControls).join(", ");
    talk(terminal, `note: ${countOf(list.length, one, many)}: ${named}${list.length > MOST_NAMED ? ", …" : ""}`);
  };
  note(standIns, "device or named pipe, an empty file here", "devices and named pipes, empty files here");
  note(whiteouts, "whiteout, a file as in the layer", "whiteouts, files as in the layer");
  note(unsaid, "folder without an entry, taken as root's", "folders without entries, taken as root's");
  note(
    ownersLeft,
    "symbolic link whose owner no attribute can keep, only the manifest",
    "symbolic links whose owners no attribute can keep, only the manifest",
  );
}
