import {
  contains,
  type Extent,
  type IdMap,
  idMap,
  idSet,
  insideOf,
  lowerOf,
  subtract,
  UNWRITTEN,
} from "../core/index.ts";
import { entriesOf, type ManifestFault, type PasswdEntry } from "../formats/index.ts";
import type { Rule } from "../kernel/index.ts";
import { grantedIds } from "./account-overlap.ts";
import { mustDenySetgroups, SETGROUPS_DENY, SETGROUPS_RULES, setgroupsFailed } from "./deny-setgroups.ts";
import {
  custodyFault,
  type FsidFiles,
  type FsidLineGround,
  fsidGround,
  grantFiles,
  isRootListed,
  isUngranted,
} from "./fsid-authority.ts";
import { checkNumber, FSID_CHECKS } from "./fsid-checks.ts";
import { unmappedOwners } from "./fsid-coverage.ts";
import { mountPlan } from "./fsid-mount-plan.ts";
import type { FsidMapFile, FsidTarget, FsidWriter, KernelRefusal } from "./fsid-target.ts";
import { type ImageFacts, offsetOf } from "./image-offset.ts";
import {
  FSID_TOOL,
  fsidUsage,
  type ProcPlace,
  readProcPlace,
  readShift,
  type StaticShift,
  shiftExtent,
} from "./new-fsid-map-request.ts";
import { type MappedKind, overflowText, rangesShown, readLines } from "./new-id-map-request.ts";
import { strerror } from "./strerror.ts";
import { grantsTo } from "./subid-grant.ts";
import { strangerShown, type ToolCaller } from "./target-owner.ts";
import type { ToolAnswer } from "./tool-answer.ts";

/** What is run: the tool of a kind, its arguments, and how to find what they name. */
export interface NewFsidMapRun {
  readonly kind: MappedKind;
  readonly caller: ToolCaller;
  /** `4242` or `fd:3`; undefined when there is none. */
  readonly target: string | undefined;
  /** The value of `--shift`; null when there is none. */
  readonly shift: string | null;
  /** The image that `--image` names; null when there is none. */
  readonly image: ImageFacts | null;
  /** Three a line. */
  readonly args: readonly string[];
  /** The id map that will be written afterwards; null where it was not told: then nobody asks whether it has fs ids. */
  readonly idPlan: IdMap | null;
  /** Is an owner without an fs id an error? */
  readonly isStrict: boolean;
  readonly staticShift: StaticShift;
  /** The process, or null. */
  readonly find: (place: ProcPlace) => FsidTarget | null;
  /** The image that a grant names, or null. */
  readonly findImage: (path: string) => ImageFacts | null;
  /** How its map files are written. {@link dryWriter} writes nothing, and refuses what a kernel would. */
  readonly write: FsidWriter;
}

/** What the tool says, why, and what it wrote. */
export interface NewFsidMapAnswer extends ToolAnswer {
  readonly rule: Rule;
  /** Which of the checks refused; null when none did. */
  readonly check: number | null;
  /** The lines that were asked for; none when the kernel shall mirror the id map, or when it did not come to that. */
  readonly map: readonly Extent[];
  /** What was written, in order; none when a check refused, or when there is nothing to write. */
  readonly written: readonly { readonly file: FsidMapFile; readonly text: string }[];
  /** The lines up to the first that no file grants. */
  readonly grounds: readonly FsidLineGround[];
  /** The line that a check refused, where it was one. */
  readonly refused: Extent | null;
  /** What is wrong with the manifest, where that decided. */
  readonly manifestFault: ManifestFault | null;
  /** Owners that the image uses and nothing maps. */
  readonly unmapped: readonly number[];
  /** The lines of an idmapped mount that does the same; none where nothing is shifted, null where they are no map. */
  readonly mount: readonly Extent[] | null;
  /** What the kernel refused; null where it was not asked, or took the map. */
  readonly kernel: KernelRefusal | null;
}

/** A check that said no, and what it said it about. */
type Refusal = Pick<NewFsidMapAnswer, "rule" | "stderr"> &
  Partial<Pick<NewFsidMapAnswer, "refused" | "manifestFault" | "kernel">>;

const NOTHING = {
  stdout: "",
  check: null,
  map: [],
  written: [],
  grounds: [],
  refused: null,
  manifestFault: null,
  unmapped: [],
  mount: [],
  kernel: null,
} as const;

/**
 * Run newfsuidmap or newfsgidmap: check the request in the order of {@link FSID_CHECKS}, and write the fs map.
 *
 * The tool would be privileged as newuidmap is, and keeps for the write what that keeps: CAP_SETUID (CAP_SETGID), and
 * CAP_SETFCAP where the host's id 0 was granted. An fs map holds for everything that a process does, and is tied to no
 * image; the idmapped mount in the answer is, and is the better thing to ask for.
 *
 * @source seed 003; a proposal (fsid helper, part H of its semantics)
 */
export function newFsidMap(files: FsidFiles, run: NewFsidMapRun): NewFsidMapAnswer {
  const { kind, image } = run;
  const no = (refusal: Refusal): NewFsidMapAnswer => ({
    ...NOTHING,
    ...refusal,
    exit: 1,
    check: checkNumber(refusal.rule) ?? checkNumber(FSID_CHECKS.newFsidMapWrite),
  });
  const request = readArguments(run);
  if ("stderr" in request) return no(request);
  const user = entriesOf(files.passwd).find(({ uid }) => uid === run.caller.uid);
  if (!user) return no(say(run, FSID_CHECKS.newFsidMapCaller, "Cannot determine your user name."));
  const target = run.find(request.place);
  const stranger = refuseTarget(run, user, target);
  if (stranger || !target) return no(stranger ?? noTarget(run));
  const asked = linesAsked(run, request.extents);
  const ids = run.idPlan ?? chunkOf(files, kind, user);
  const map = asked.ok ? asked.extents : [];
  const mount = mountPlan(map, ids);
  const refused = refuseFile(run, target) ?? (asked.ok ? null : asked.refusal);
  if (refused) return { ...no(refused), map, mount };

  const grounds: FsidLineGround[] = [];
  for (const extent of map) {
    const ground = fsidGround(extent, kind, files, user, image);
    grounds.push(ground);
    if (isUngranted(ground)) return { ...no(notAllowed(run, extent)), map, mount, grounds };
  }
  const unsafe = refuseRoot(run, grounds) ?? refuseCustody(run, grounds) ?? refuseDomain(run, map);
  if (unsafe) return { ...no(unsafe), map, mount, grounds };
  const unmapped = image === null ? [] : unmappedOwners(image, kind, map.length > 0 ? map : ids.extents);
  const path = image?.path ?? "";
  const coverage = unmapped.map((owner) => `image ${path} uses ${kind} ${owner}, which is not mapped`);
  const told = coverage.map((line) => `${FSID_TOOL[kind]}: ${line}\n`).join("");
  const found = { map, mount, grounds, unmapped };
  if (unmapped.length > 0 && run.isStrict)
    return { ...no({ rule: FSID_CHECKS.newFsidMapCoverage, stderr: told }), ...found };
  const { refusal, written } = write(run, target, grounds);
  if (refusal) return { ...no({ ...refusal, stderr: told + refusal.stderr }), ...found };
  return { ...NOTHING, ...found, exit: 0, stderr: told, rule: FSID_CHECKS.newFsidMapRange, written };
}

function say({ kind }: NewFsidMapRun, rule: Rule, words: string): Refusal {
  return { rule, stderr: `${FSID_TOOL[kind]}: ${words}\n` };
}

interface Request {
  readonly place: ProcPlace;
  readonly extents: readonly Extent[];
}

function readArguments(run: NewFsidMapRun): Request | Refusal {
  const { kind, target, args } = run;
  const place = target === undefined ? null : readProcPlace(target);
  const usage = { rule: FSID_CHECKS.newFsidMapUse, stderr: fsidUsage(kind) };
  const isBadShift = run.shift !== null && (readShift(run.shift) === null || args.length > 0);
  if (place === null || isBadShift) return usage;
  const read = readLines(args);
  if (!read.ok && read.why === "count") {
    const words = `ranges: ${read.lineCount} is wrong for argc: ${args.length}`;
    const { stderr, rule } = say(run, FSID_CHECKS.newFsidMapTriples, words);
    return { rule, stderr: stderr + usage.stderr };
  }
  if (!read.ok && read.why === "number") return usage;
  if (!read.ok || read.extents.some(({ count }) => count === 0))
    return { rule: FSID_CHECKS.newFsidMapNumbers, stderr: overflowText(FSID_TOOL[kind]) };
  return { place, extents: read.extents };
}

function noTarget(run: NewFsidMapRun): Refusal {
  return say(run, FSID_CHECKS.newFsidMapTarget, "Could not stat directory for target process");
}

function refuseTarget(run: NewFsidMapRun, user: PasswdEntry, target: FsidTarget | null): Refusal | null {
  if (!target) return noTarget(run);
  const stranger = strangerShown(run.caller, user, target.owner);
  if (stranger === null) return null;
  return say(run, FSID_CHECKS.newFsidMapOwner, `Target process is owned by a different user: ${stranger}`);
}

function refuseFile(run: NewFsidMapRun, { fsMap, isIdMapWritten }: FsidTarget): Refusal | null {
  const { kind } = run;
  if (fsMap === "none") return say(run, FSID_CHECKS.newFsidMapKernel, "kernel doesn't support fsid mappings");
  if (isIdMapWritten)
    return say(run, FSID_CHECKS.newFsidMapIdFirst, `${kind}_map is already set, fs${kind}_map must be written first`);
  if (fsMap === "written") return say(run, FSID_CHECKS.newFsidMapOnce, `fs${kind}_map is already set`);
  return null;
}

type LinesAsked =
  | { readonly ok: true; readonly extents: readonly Extent[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** The lines that a request comes to: its own, those of a shift, or those of an image; none for the id map's own. */
function linesAsked(run: NewFsidMapRun, given: readonly Extent[]): LinesAsked {
  if (given.length > 0) return { ok: true, extents: given };
  const { image, staticShift } = run;
  const shift = run.shift === null ? null : readShift(run.shift);
  if (shift?.type === "base") return { ok: true, extents: [shiftExtent(shift.range)] };
  if (shift?.type === "static")
    return { ok: true, extents: [shiftExtent({ first: staticShift.base, count: staticShift.count })] };
  if (shift?.type === "own" || image === null) return { ok: true, extents: [] };
  const offset = offsetOf(image, run.kind, staticShift);
  if (offset.ok) return offset;
  return { ok: false, refusal: { ...say(run, offset.rule, offset.message), manifestFault: offset.fault } };
}

/** The first range that the caller was granted, from 0: what a runtime maps when nobody tells it anything else. */
function chunkOf(files: FsidFiles, kind: MappedKind, user: PasswdEntry): IdMap {
  const [first] = grantsTo(grantFiles(files, kind).ids, user, files.passwd);
  const range = first ? grantedIds(first.entry) : null;
  return range ? idMap([shiftExtent(range)]) : UNWRITTEN;
}

function notAllowed(run: NewFsidMapRun, extent: Extent): Refusal {
  const words = `fs${run.kind} range ${rangesShown(extent)} not allowed`;
  return { ...say(run, FSID_CHECKS.newFsidMapRange, words), refused: extent };
}

function refuseRoot(run: NewFsidMapRun, grounds: readonly FsidLineGround[]): Refusal | null {
  const reaching = grounds.find((ground) => contains(lowerOf(ground.extent), 0) && !isRootListed(ground));
  if (!reaching) return null;
  const words = `fs${run.kind} range ${rangesShown(reaching.extent)} contains host root`;
  return { ...say(run, FSID_CHECKS.newFsidMapHostRoot, words), refused: reaching.extent };
}

function refuseCustody(run: NewFsidMapRun, grounds: readonly FsidLineGround[]): Refusal | null {
  for (const ground of grounds) {
    const fault = custodyFault(ground, run.kind, run.caller.uid, run.image, run.findImage);
    if (fault !== null) return { ...say(run, FSID_CHECKS.newFsidMapCustody, fault), refused: ground.extent };
  }
  return null;
}

function refuseDomain(run: NewFsidMapRun, map: readonly Extent[]): Refusal | null {
  if (!run.idPlan || map.length === 0) return null;
  const [without] = subtract(insideOf(run.idPlan), idSet(map));
  if (!without) return null;
  const { kind } = run;
  const words = `${kind} ${without.first} is in the id map but has no fs${kind}, set${kind}(${without.first}) would fail`;
  return say(run, FSID_CHECKS.newFsidMapDomain, words);
}

function write(
  run: NewFsidMapRun,
  target: FsidTarget,
  grounds: readonly FsidLineGround[],
): { readonly refusal: Refusal | null; readonly written: NewFsidMapAnswer["written"] } {
  if (grounds.length === 0) return { refusal: null, written: [] };
  const { kind } = run;
  const tool = FSID_TOOL[kind];
  const written: { file: FsidMapFile; text: string }[] = [];
  const put = (file: FsidMapFile, text: string): KernelRefusal | null => {
    const refused = run.write(file, text);
    if (!refused) written.push({ file, text });
    return refused;
  };
  const isGranted = grounds.some(({ grants }) => grants.length > 0);
  if (mustDenySetgroups(kind, isGranted, target.isSetgroupsAllowed)) {
    const kernel = put("setgroups", SETGROUPS_DENY);
    const stderr = kernel && setgroupsFailed(tool, strerror(kernel.errno));
    if (kernel && stderr !== null)
      return { refusal: { rule: SETGROUPS_RULES.newIdMapSetgroups, stderr, kernel }, written };
  }
  const file = `fs${kind}_map` as const;
  const text = grounds.map(({ extent }) => `${extent.first} ${extent.lowerFirst} ${extent.count}\n`).join("");
  const kernel = put(file, text);
  if (!kernel) return { refusal: null, written };
  const words = `write to ${file} failed: ${strerror(kernel.errno)}`;
  return { refusal: { ...say(run, FSID_CHECKS.newFsidMapWrite, words), kernel }, written };
}
