import { release } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { type Command, Option } from "commander";
import { type IdMap, insideOf, intersect, mapDown, type OwnerKind, sizeOf } from "../core/index.ts";
import { formatTriples, type MapPair } from "../formats/index.ts";
import { fileOfProcess } from "../live/index.ts";
import { BACKENDS, type Backend, type IdsByKind, idsUsed, type Placed, type Placement, place } from "../place/index.ts";
import { IDMAP_TYPES, idmapAnswer } from "../policy/index.ts";
import { isSystemError, usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readAccounts } from "./host-accounts.ts";
import { countOf } from "./image-layers.ts";
import { MANIFEST_HELP, readManifest } from "./manifest-file.ts";
import { loadOwnerMaps, MAP_HELP } from "./map-option.ts";
import { callerAndRanges, type RangeOptions } from "./place-ranges.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";

/** The `--json` of `userns place`. */
export interface PlaceAnswer {
  readonly manifest: string;
  /** How many ids the image uses. */
  readonly used: Readonly<Record<OwnerKind, number>>;
  readonly placements: readonly PlacementAnswer[];
}

/** A placement with its maps as triples, and with what the disk and the kernel have for each id that is used. */
export type PlacementAnswer =
  | Extract<Placement, { ok: false }>
  | (Omit<Placed, "disk" | "run"> & {
      readonly disk: MapTexts | null;
      readonly run: MapTexts | null;
      readonly ids: readonly PlacedId[];
    });

type MapTexts = Readonly<Record<OwnerKind, string>>;

/** An id of the image: what stands on the disk for it, and what the kernel has for it while the image runs. */
export interface PlacedId {
  readonly kind: OwnerKind;
  readonly image: number;
  readonly disk: number;
  readonly run: number;
}

interface PlaceOptions extends RangeOptions {
  readonly group: string;
  readonly in?: string;
  readonly inGid?: string;
  readonly backend?: readonly Backend[];
  readonly sparse?: true;
  readonly transient?: true;
  readonly fs?: string;
  readonly kernel?: string;
  readonly fsidMaps?: true;
  readonly hostIds: number;
  readonly json?: true;
}

const KINDS = ["uid", "gid"] as const;

/** `--host-ids` has to be given so often. */
const TWICE = 2;

/** `userns place` */
export function addPlaceCommand(program: Command, session: Session): void {
  const command = program
    .command("place")
    .summary("where the owners of an image go on a host, by which actions")
    .description(
      "Say for each way to have an image's owners on a host which ids the disk gets, and\n" +
        "what is to be done, as lines for sh; or why it cannot be, with how many ids do\n" +
        "not fit and what would help. Nothing is done.\n" +
        "  chunk   granted ids, on the disk and while it runs\n" +
        "  static  systemd's foreign range on the disk, an idmapped mount to granted ids\n" +
        "  mount   the image's own ids on the disk, an idmapped mount to granted ids\n" +
        "  fsid    the foreign range by fsid mappings, which no Linux has\n" +
        "  paper   nothing is done: the files stay the caller's, the manifest has owners\n" +
        "Exit 1 when none of those asked for can hold the image.",
    )
    .argument("<manifest>", MANIFEST_HELP)
    .argument("[folder]", "the files of the image, for the actions", "rootfs")
    .option("--user <user>", "who places it, by name or number; without it who runs this")
    .option("--subuid <file>", "the ranges that are granted", "/etc/subuid")
    .option("--subgid <file>", "those of groups", "/etc/subgid")
    .option("--range <ranges>", "in place of those files: 100000+65536, several with commas")
    .option("--gid-range <ranges>", "those of groups, if they are others")
    .option("--taken <ranges>", "ids of other containers, which are not given again")
    .option("--in <map>", `the caller is in a container with this map, and counts ids there: ${MAP_HELP}`)
    .option("--in-gid <map>", "its map of groups, if it is another")
    .option("--passwd <file>", "accounts of the host, which no placement may reach", "/etc/passwd")
    .option("--group <file>", "its groups", "/etc/group")
    .addOption(new Option("--backend <name...>", "these alone").choices(BACKENDS))
    .option("--sparse", "map the ids that are used, and no others")
    .option("--transient", "the ranges are lent while something runs, and must not end on a disk")
    .option("--fs <type>", "the file system that holds the image; else that beside the folder")
    .option("--kernel <release>", "as uname -r says it; else this machine's")
    .option("--fsid-maps", "the kernel has fsid mappings")
    .option("--host-ids", "given twice: reach accounts of the host all the same", (_, times: number) => times + 1, 0)
    .option("--json", "answer as JSON")
    .action(async (manifest: string, folder: string, options: PlaceOptions) => {
      session.exit = await runPlace(manifest, folder, options, session.terminal);
    });
  addExamples(command, [
    "place image.mtree --user alice",
    "place image.mtree rootfs --range 100000+1000 --gid-range 200000+1000 --sparse",
    "place image.mtree --user alice --subuid FILE --subgid FILE --passwd FILE --group FILE",
    "place image.mtree --range 524288+65536 --transient --backend static --json",
    "place image.mtree --range 100000+65536 --fs xfs --kernel 6.1 --taken 100000+9",
    "place image.mtree --range 1+65535 --backend mount fsid --fsid-maps --host-ids",
    "place image.mtree --range 1000+9000 --in 0:100000:65536 --in-gid 0:200000:65536",
  ]);
}

async function runPlace(path: string, folder: string, options: PlaceOptions, terminal: Terminal): Promise<Exit> {
  const names = { manifest: notOption(path), files: folderName(folder) };
  if (options.inGid !== undefined && options.in === undefined) throw usageFault("--in-gid", "--in beside it", "none");
  const container =
    options.in === undefined ? null : await loadOwnerMaps(options.in, options.inGid, "--in", "--in-gid");
  const { uid, ranges } = await callerAndRanges(options);
  const accounts = await readAccounts(options);
  const manifest = await readManifest(path);
  const request = {
    manifest,
    names,
    isRoot: uid === 0,
    ranges,
    container,
    isTransient: options.transient === true,
    isSparse: options.sparse === true,
    idmap: idmapAnswer(fileSystemType(folder, options), options.kernel ?? release()),
    hasFsid: options.fsidMaps === true,
    accounts,
    mayReachHost: options.hostIds >= TWICE,
  };
  const used = idsUsed(manifest);
  const result: PlaceAnswer = {
    manifest: path,
    used: { uid: sizeOf(used.uid), gid: sizeOf(used.gid) },
    placements: (options.backend ?? BACKENDS).map((backend) => placementAnswer(place(backend, request), used)),
  };
  if (options.json) await answerJson(terminal, result);
  else await answer(terminal, `${placeLines(result, terminal).map(withoutControls).join("\n")}\n`);
  return result.placements.some(({ ok }) => ok) ? EXIT.yes : EXIT.no;
}

/** A name that no program takes for an option. */
function notOption(path: string): string {
  return path.startsWith("-") ? `./${path}` : path;
}

/** Other names are made of it: it has to be one. */
function folderName(folder: string): string {
  const name = folder.replace(/\/+$/, "");
  if (name === "" || /^\.{1,2}$/.test(basename(name)))
    throw usageFault("FOLDER", "a folder by a name of its own, for what is made beside it", folder);
  return notOption(name);
}

/** The type of the file system that the placed files would lie on; empty where it cannot be seen. */
function fileSystemType(folder: string, { fs }: PlaceOptions): string {
  if (fs !== undefined) {
    if (IDMAP_TYPES.includes(fs)) return fs;
    throw usageFault("--fs", `a type that is known here: ${IDMAP_TYPES.join(", ")}`, fs);
  }
  try {
    return fileOfProcess(process.pid, dirname(resolve(folder)), null).mount.type;
  } catch (error) {
    if (isSystemError(error)) return "";
    throw error;
  }
}

function placementAnswer(found: Placement, used: IdsByKind): PlacementAnswer {
  if (!found.ok) return found;
  const { disk, run } = found;
  const ids = disk && run ? KINDS.flatMap((kind) => idsOf(kind, used, disk[kind], run[kind])) : [];
  return { ...found, disk: mapTexts(disk), run: mapTexts(run), ids };
}

function idsOf(kind: OwnerKind, used: IdsByKind, disk: IdMap, run: IdMap): PlacedId[] {
  return intersect(used[kind], insideOf(disk)).flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, index) => {
      const image = first + index;
      return { kind, image, disk: mapDown(disk, image), run: mapDown(run, image) };
    }),
  );
}

function mapTexts(maps: MapPair | null): MapTexts | null {
  return maps && { uid: formatTriples(maps.uid), gid: formatTriples(maps.gid) };
}

const NAME_COLUMNS = 8;

function placeLines({ manifest, used, placements }: PlaceAnswer, { colors }: Terminal): string[] {
  return [
    `${manifest}: ${countOf(used.uid, "uid", "uids")}, ${countOf(used.gid, "gid", "gids")}`,
    ...placements.flatMap((found) => {
      const name = found.backend.padEnd(NAME_COLUMNS);
      if (!found.ok)
        return [`${name}${colors.red("no")}: ${found.reason}`, ...found.options.map((option) => `  to do  ${option}`)];
      return [
        `${name}${placedWords(found.disk, found.run)}`,
        ...found.actions.flatMap(({ by, does, command }, at) => [
          `  ${at + 1}  ${by === "root" ? "as root: " : ""}${does}`,
          `     ${command}`,
        ]),
      ];
    }),
  ];
}

/** Ids of the image, and what the disk and the kernel have for them. */
function placedWords(disk: MapTexts | null, run: MapTexts | null): string {
  if (disk === null || run === null)
    return "on the disk the caller's own ids alone; the manifest has the owners, and nothing is done";
  const isSame = disk.uid === run.uid && disk.gid === run.gid;
  return `on the disk ${pairWords(disk)}${isSame ? ", and while it runs" : `; while it runs ${pairWords(run)}`}`;
}

function pairWords({ uid, gid }: MapTexts): string {
  return uid === gid ? uid : `${uid} (groups ${gid})`;
}
