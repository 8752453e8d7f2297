import {
  contains,
  type Extent,
  findMapFault,
  type IdMap,
  idMap,
  idSet,
  insideOf,
  lowerOf,
  subtract,
  UNWRITTEN,
  writtenLine,
} from "../core/index.ts";
import { entriesOf, type PasswdEntry } from "../formats/index.ts";
import { grantedIds } from "./account-overlap.ts";
import { mustDenySetgroups, SETGROUPS_DENY, SETGROUPS_RULES, setgroupsFailed } from "./deny-setgroups.ts";
import { fsMapFindings } from "./fs-map-findings.ts";
import {
  custodyFault,
  type FsidFiles,
  type FsidLineGround,
  fsidGround,
  grantFiles,
  isUngranted,
} from "./fsid-authority.ts";
import { checkNumber, FSID_CHECKS } from "./fsid-checks.ts";
import { unmappedOwners } from "./fsid-coverage.ts";
import { mountPlan } from "./fsid-mount-plan.ts";
import { flatPlan } from "./fsid-plan.ts";
import type { FsidMapFile, FsidTarget, KernelRefusal } from "./fsid-target.ts";
import { linesAsked, readFsidArguments } from "./new-fsid-map-lines.ts";
import { FSID_TOOL, shiftExtent } from "./new-fsid-map-request.ts";
import { type FsidRefusal, type NewFsidMapAnswer, type NewFsidMapRun, refuseFsidMap } from "./new-fsid-map-run.ts";
import { type MappedKind, rangesShown } from "./new-id-map-request.ts";
import { strerror } from "./strerror.ts";
import { grantsTo } from "./subid-grant.ts";
import { strangerShown } from "./target-owner.ts";

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
  findings: [],
  kernel: null,
} as const;

/**
 * Run newfsuidmap or newfsgidmap: check the request in the order of {@link FSID_CHECKS}, and write the fs map.
 *
 * The tool would be privileged as newuidmap is, and keeps for the write what that keeps: CAP_SETUID (CAP_SETGID), and
 * CAP_SETFCAP where the host's id 0 was granted. An fs map holds for everything that a process does, and is tied to no
 * image; the idmapped mount in the answer is, and is the better thing to ask for.
 *
 * @source seed 003; a proposal: tests/vectors/proposals/tables.json (H)
 */
export function newFsidMap(files: FsidFiles, run: NewFsidMapRun): NewFsidMapAnswer {
  const { kind, image } = run;
  const no = (refusal: FsidRefusal): NewFsidMapAnswer => ({
    ...NOTHING,
    ...refusal,
    exit: 1,
    check: checkNumber(refusal.rule) ?? checkNumber(FSID_CHECKS.newFsidMapWrite),
  });
  const request = readFsidArguments(run);
  if ("stderr" in request) return no(request);
  const user = entriesOf(files.passwd).find(({ uid }) => uid === run.caller.uid);
  if (!user) return no(refuseFsidMap(run, FSID_CHECKS.newFsidMapCaller, "Cannot determine your user name."));
  const target = run.find(request.place);
  const stranger = refuseTarget(run, user, target);
  if (stranger || !target) return no(stranger ?? noTarget(run));
  const asked = linesAsked(run, request.extents);
  const plan = flatPlan(run);
  const ids = plan ?? chunkOf(files, kind, user);
  const map = asked.ok ? asked.extents : [];
  const about = { map, mount: mountPlan(map, ids), findings: findingsOf(files, run, map, ids) };
  const refused = refuseFile(run, target) ?? (asked.ok ? null : asked.refusal);
  if (refused) return { ...no(refused), ...about };

  const grounds: FsidLineGround[] = [];
  for (const extent of map) {
    const ground = fsidGround(extent, kind, files, user, image);
    grounds.push(ground);
    if (isUngranted(ground)) return { ...no(notAllowed(run, extent)), ...about, grounds };
  }
  const unsafe =
    refuseRoot(run, grounds) ??
    refuseCustody(run, grounds) ??
    (asked.ok && asked.isMirror ? null : refuseDomain(run, plan, map));
  if (unsafe) return { ...no(unsafe), ...about, grounds };
  const unmapped = image === null ? [] : unmappedOwners(image, kind, map.length > 0 ? map : ids.extents, run);
  const path = image?.path ?? "";
  const coverage = unmapped.map((owner) => `image ${path} uses ${kind} ${owner}, which is not mapped`);
  const told = coverage.map((line) => `${FSID_TOOL[kind]}: ${line}\n`).join("");
  const found = { ...about, grounds, unmapped };
  if (unmapped.length > 0 && run.isStrict)
    return { ...no({ rule: FSID_CHECKS.newFsidMapCoverage, stderr: told }), ...found };
  const { refusal, written } = write(run, target, grounds);
  if (refusal) return { ...no({ ...refusal, stderr: told + refusal.stderr }), ...found };
  return { ...NOTHING, ...found, exit: 0, stderr: told, rule: FSID_CHECKS.newFsidMapRange, written };
}

/** Who else than the caller has files that the lines give away. Of groups passwd says nothing but who is root. */
function findingsOf({ passwd }: FsidFiles, { kind, caller }: NewFsidMapRun, map: readonly Extent[], ids: IdMap) {
  if (findMapFault(map)) return [];
  const accounts = entriesOf(passwd).map(({ name, uid }) => ({ kind: "uid", name, id: uid }) as const);
  return fsMapFindings(
    kind,
    idMap(map),
    ids,
    accounts.filter(({ id }) => id !== caller.uid),
  );
}

function noTarget(run: NewFsidMapRun): FsidRefusal {
  return refuseFsidMap(run, FSID_CHECKS.newFsidMapTarget, "Could not stat directory for target process");
}

function refuseTarget(run: NewFsidMapRun, user: PasswdEntry, target: FsidTarget | null): FsidRefusal | null {
  if (!target) return noTarget(run);
  const stranger = strangerShown(run.caller, user, target.owner);
  if (stranger === null) return null;
  return refuseFsidMap(run, FSID_CHECKS.newFsidMapOwner, `Target process is owned by a different user: ${stranger}`);
}

function refuseFile(run: NewFsidMapRun, { fsMap, isIdMapWritten }: FsidTarget): FsidRefusal | null {
  const { kind } = run;
  if (fsMap === "none") return refuseFsidMap(run, FSID_CHECKS.newFsidMapKernel, "kernel doesn't support fsid mappings");
  if (isIdMapWritten)
    return refuseFsidMap(
      run,
      FSID_CHECKS.newFsidMapIdFirst,
      `${kind}_map is already set, fs${kind}_map must be written first`,
    );
  if (fsMap === "written") return refuseFsidMap(run, FSID_CHECKS.newFsidMapOnce, `fs${kind}_map is already set`);
  return null;
}

/** The first range that the caller was granted, from 0: what a runtime maps when nobody tells it anything else. */
function chunkOf(files: FsidFiles, kind: MappedKind, user: PasswdEntry): IdMap {
  const [first] = grantsTo(grantFiles(files, kind).ids, user, files.passwd);
  const range = first ? grantedIds(first.entry) : null;
  return range ? idMap([shiftExtent(range)]) : UNWRITTEN;
}

function notAllowed(run: NewFsidMapRun, extent: Extent): FsidRefusal {
  const words = `fs${run.kind} range ${rangesShown(extent)} not allowed`;
  return { ...refuseFsidMap(run, FSID_CHECKS.newFsidMapRange, words), refused: extent };
}

function refuseRoot(run: NewFsidMapRun, grounds: readonly FsidLineGround[]): FsidRefusal | null {
  const reaching = grounds.find(({ extent, isRootListed }) => contains(lowerOf(extent), 0) && !isRootListed);
  if (!reaching) return null;
  const words = `fs${run.kind} range ${rangesShown(reaching.extent)} contains host root`;
  return { ...refuseFsidMap(run, FSID_CHECKS.newFsidMapHostRoot, words), refused: reaching.extent };
}

function refuseCustody(run: NewFsidMapRun, grounds: readonly FsidLineGround[]): FsidRefusal | null {
  for (const ground of grounds) {
    const fault = custodyFault(ground, run.kind, run.caller.uid, run.image, run.findImage);
    if (fault !== null) return { ...refuseFsidMap(run, FSID_CHECKS.newFsidMapCustody, fault), refused: ground.extent };
  }
  return null;
}

function refuseDomain(run: NewFsidMapRun, plan: IdMap | null, map: readonly Extent[]): FsidRefusal | null {
  if (!plan) return null;
  const [without] = subtract(insideOf(plan), idSet(map));
  if (!without) return null;
  const { kind } = run;
  const words = `${kind} ${without.first} is in the id map but has no fs${kind}, set${kind}(${without.first}) would fail`;
  return refuseFsidMap(run, FSID_CHECKS.newFsidMapDomain, words);
}

function write(
  run: NewFsidMapRun,
  target: FsidTarget,
  grounds: readonly FsidLineGround[],
): { readonly refusal: FsidRefusal | null; readonly written: NewFsidMapAnswer["written"] } {
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
  const text = grounds.map(({ extent }) => `${writtenLine(extent)}\n`).join("");
  const kernel = put(file, text);
  if (!kernel) return { refusal: null, written };
  const words = `write to ${file} failed: ${strerror(kernel.errno)}`;
  return { refusal: { ...refuseFsidMap(run, FSID_CHECKS.newFsidMapWrite, words), kernel }, written };
}
