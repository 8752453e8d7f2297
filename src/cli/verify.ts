import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { type Kind, mapDown, NO_ID, quoted } from "../core/index.ts";
import type { OwnerMaps } from "../explain/index.ts";
import { LAYOUT } from "../image/index.ts";
import type { Manifest } from "../manifest/index.ts";
import {
  attributedLayer,
  type FoundTree,
  LayerTree,
  OWNER_ATTRIBUTES,
  type OwnerAttributeName,
  type OwnerReading,
  type TreeFinding,
  type TreeFindingKind,
  treeFindings,
} from "../pack/index.ts";
import { endMarkerOption } from "./end-marker-option.ts";
import { usageFault } from "./fault.ts";
import { foundOnDisk } from "./found-on-disk.ts";
import { addExamples } from "./help-examples.ts";
import { readOwner } from "./id-argument.ts";
import { countOf, MAX_UNPACKED } from "./image-layers.ts";
import { isFolder, LAYER_OPTION, type LayerSourceOptions, openLayerSource, readInto } from "./layer-source.ts";
import { MANIFEST_HELP, readManifest } from "./manifest-file.ts";
import { loadOwnerMaps, MAP_HELP } from "./map-option.ts";
import { newSha256 } from "./new-hash.ts";
import { xattrOption } from "./owner-xattrs.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";

/** The `--json` of `userns verify`. */
export interface VerifyAnswer {
  /** The tree or layer. */
  readonly found: string;
  readonly manifest: string;
  /** Paths that were found. */
  readonly paths: number;
  /** How many findings of each kind there are. */
  readonly counts: Readonly<Partial<Record<TreeFindingKind, number>>>;
  readonly findings: readonly TreeFinding[];
}

interface VerifyOptions extends LayerSourceOptions {
  readonly manifest: string;
  readonly map?: string;
  readonly gidMap?: string;
  readonly builder?: string;
  readonly xattr?: OwnerAttributeName;
  readonly fakeroot?: string;
  readonly attributes?: true;
  readonly contents?: true;
  readonly json?: true;
}

const MOST_SHOWN = 40;

/** `userns verify` */
export function addVerifyCommand(program: Command, session: Session): void {
  const command = program
    .command("verify")
    .summary("hold a tree or a layer to its manifest")
    .description(
      "Hold a tree on a disk, or a layer, to its manifest: paths, types, modes, links,\n" +
        "and owners, where an owner may be one that no image has: whoever built it, one\n" +
        "that a map does not hold, 65534, 65535 or -1. Of layers also ACLs, capabilities,\n" +
        "other attributes and the files' bytes; of trees too, where options ask for it.\n" +
        "Exit 1 when there are findings.",
    )
    .argument("<tree>", "a folder; or a layer, plain or packed; - for stdin; or oci:IMAGE, for a layer of an image")
    .requiredOption("--manifest <file>", MANIFEST_HELP)
    .option(
      "--map <map>",
      `of a tree, the map between its image and the disk; of a layer, one that it has to fit: ${MAP_HELP}`,
    )
    .option("--gid-map <map>", "the map of groups, if it is another")
    .option(
      "--builder <uid:gid>",
      "who built it (default: who runs this, unless that is root; of a tree with --map nobody)",
    )
    .addOption(xattrOption("take owners from this extended attribute of the files, root's where there is none"))
    .option("--fakeroot <file>", "take the owners of a tree from what fakeroot -s wrote of it")
    .option("--attributes", "read ACLs, capabilities and user.* attributes of a tree, through getfattr")
    .option("--contents", "read the files of a tree, and compare digests that the manifest has")
    .option(LAYER_OPTION.flags, LAYER_OPTION.help)
    .option(MAX_UNPACKED.flags, MAX_UNPACKED.help)
    .addOption(endMarkerOption())
    .option("--json", "answer as JSON")
    .action(async (tree: string, options: VerifyOptions) => {
      session.exit = await runVerify(tree, options, session.terminal);
    });
  addExamples(command, [
    "verify rootfs.tar --manifest rootfs.mtree",
    "verify layer.tar.gz --manifest owners.json --map 0:100000:65536 --json",
    "verify rootfs --manifest rootfs.mtree --map 0:1000:1,1:100000:65535 --contents",
    "verify rootfs --manifest rootfs.mtree --xattr override_stat",
    "verify rootfs --manifest rootfs.mtree --map 0:100000:65536 --attributes",
    "verify rootfs --manifest rootfs.mtree --fakeroot rootfs.save",
    "verify oci:app.tar --manifest app.mtree --layer 2 --builder 1000:1000 --max-unpacked 8000000000",
    "verify old.tar --manifest old.mtree --end-marker optional --gid-map 0:0:1000 --map 0:0:1000",
  ]);
}

async function runVerify(given: string, options: VerifyOptions, terminal: Terminal): Promise<Exit> {
  const wanted = await readManifest(options.manifest);
  const maps = await mapsOf(options);
  const found = (await isTree(given, wanted))
    ? await foundOnDisk(given, wanted, maps, { ...options, builder: builderOf(options, maps !== null) }, terminal)
    : await foundInLayer(given, wanted, maps, options, terminal);
  const findings = treeFindings(wanted, found);
  const counts: Partial<Record<TreeFindingKind, number>> = {};
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  const result: VerifyAnswer = {
    found: given,
    manifest: options.manifest,
    paths: found.entries.length,
    counts,
    findings,
  };
  if (options.json) await answerJson(terminal, result);
  else await answer(terminal, `${verifyLines(result, terminal).join("\n")}\n`);
  return findings.length > 0 ? EXIT.no : EXIT.yes;
}

/** @throws UsernsError ERR_USAGE for an image's folder, whose files are no tree that a manifest is about */
async function isTree(given: string, wanted: Manifest): Promise<boolean> {
  if (!(await isFolder(given))) return false;
  if (wanted.byPath.has(LAYOUT.mark) || !(await isThere(join(given, LAYOUT.mark)))) return true;
  throw usageFault("<tree>", `the folder of a tree, or oci:${given} for a layer of this image`, "an OCI layout");
}

async function mapsOf({ map, gidMap }: VerifyOptions): Promise<OwnerMaps | null> {
  if (map !== undefined) return loadOwnerMaps(map, gidMap, "--map", "--gid-map");
  if (gidMap !== undefined) throw usageFault("--map", "the map that --gid-map goes with", "none");
  return null;
}

async function foundInLayer(
  given: string,
  wanted: Manifest,
  maps: OwnerMaps | null,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<FoundTree> {
  if (options.contents)
    throw usageFault("--contents", "a tree on a disk, for the bytes of a layer are always read", quoted(given));
  if (options.attributes)
    throw usageFault("--attributes", "a tree on a disk, for the attributes of a layer are always read", quoted(given));
  if (options.fakeroot !== undefined)
    throw usageFault("--fakeroot", "a tree on a disk, whose files it knows by their inodes", quoted(given));
  const source = await openLayerSource(given, options, terminal);
  const tree = new LayerTree(null, newSha256);
  await readInto(tree, source, terminal);
  const entries = tree.entries();
  const hasStandIns = options.xattr !== undefined;
  const ofOwner = options.xattr && OWNER_ATTRIBUTES[options.xattr].name;
  return {
    entries:
      options.xattr === undefined ? entries : attributedLayer(entries, options.xattr, wanted, source.where).entries,
    owners: {
      inImage: (kind, id) => (maps && mapDown<Kind>(maps[kind], id) === NO_ID ? null : id),
      builder: builderOf(options, false),
    },
    readsAttribute: (name) => name !== ofOwner,
    hasStandIns,
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** @param isShifted  are owners those of a disk, where the builder's own may stand for one of the image? */
function builderOf({ builder }: VerifyOptions, isShifted: boolean): OwnerReading["builder"] {
  if (builder !== undefined) return readOwner(builder, "--builder");
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return isShifted || uid === 0 ? null : { uid, gid };
}

function verifyLines({ found, paths, counts, findings }: VerifyAnswer, { colors }: Terminal): string[] {
  const lines = findings
    .slice(0, MOST_SHOWN)
    .map(({ kind, path, says }) => `${colors.red(kind)} ${withoutControls(path)}: ${withoutControls(says)}`);
  const more = findings.length - lines.length;
  if (more > 0) lines.push(`and ${more} more: --json has them all`);
  const kinds = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  const name = withoutControls(found);
  const summary = `${name}: ${countOf(paths, "path", "paths")}, `;
  return [
    ...lines,
    `${summary}${findings.length === 0 ? colors.green("as the manifest says") : `${countOf(findings.length, "finding", "findings")}: ${kinds.join(", ")}`}`,
  ];
}
