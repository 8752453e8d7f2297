import type { Command } from "commander";
import { showMode } from "../kernel/index.ts";
import type { Manifest } from "../manifest/index.ts";
import {
  type AppliedPolicy,
  type Aspect,
  applyPolicy,
  attributedTree,
  constraintFindings,
  type Finding,
  fakedTree,
  leftOutOfTar,
  NO_POLICY,
  type OwnerAttributeName,
  ownedTree,
  readFakeroot,
  readPolicy,
  ruleFindings,
} from "../pack/index.ts";
import { CountedContents } from "./counted-contents.ts";
import type { DiskFiles } from "./disk-files.ts";
import { usageFault } from "./fault.ts";
import { compileGlob } from "./glob.ts";
import { addExamples } from "./help-examples.ts";
import { countOf } from "./image-layers.ts";
import { PEOPLE_HELP, readPeople } from "./image-people.ts";
import { MANIFEST_HELP, type PeopleOptions, readManifest } from "./manifest-file.ts";
import { readOwnerXattrs, xattrOption } from "./owner-xattrs.ts";
import { OUT_HELP, type PackForm, packTarget, requireOutside, writePacked } from "./pack-output.ts";
import { MTIME_HELP, timeRule } from "./pack-times.ts";
import { withProgress } from "./progress.ts";
import { readSource } from "./scenario-file.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, type Colors, EXIT, type Exit, type Terminal, talk, withoutControls } from "./terminal.ts";
import { readText } from "./text-file.ts";
import { inPieces } from "./text-pieces.ts";
import { readTree } from "./tree-read.ts";

/** The `--json` of `userns pack`. */
export interface PackAnswer {
  readonly folder: string;
  /** What was written; null: nothing, for findings that must not be. */
  readonly out: { readonly form: PackForm; readonly path: string } | null;
  readonly paths: Iterable<PathDecision>;
  readonly findings: readonly Finding[];
  /** Paths that a tar cannot hold, and that are not in it: sockets. */
  readonly leftOut: readonly string[];
  /** Paths of the manifest that was given, which the folder does not have. */
  readonly missing: readonly string[];
}

/** Who owns a path, and which rule of the policy decided each part of that. */
export interface PathDecision {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  /** Numbers of rules, from 1; what no rule decided is not there. */
  readonly rules: Readonly<Partial<Record<Aspect, number>>>;
}

interface PackOptions extends PeopleOptions {
  readonly policy?: string;
  readonly manifest?: string;
  readonly fakeroot?: string;
  readonly xattr?: OwnerAttributeName;
  readonly output: string;
  readonly mtime?: string;
  readonly decisions?: true;
  readonly json?: true;
}

/** `userns pack` */
export function addPackCommand(program: Command, session: Session): void {
  const command = program
    .command("pack")
    .summary("pack a folder with owners that a policy says")
    .description(
      "Pack a folder of your own files as a layer, an image or a manifest in which others\n" +
        "own them: as a policy says, or as a manifest does. Needs no privilege. The same\n" +
        "files, policy and times are the same bytes.\n" +
        "Exit 1, and nothing is written, when nobody says who owns a path, when rules\n" +
        "contradict each other or a constraint of the policy is broken.",
    )
    .argument("<folder>", "the tree to pack")
    .requiredOption("-o, --output <out>", OUT_HELP)
    .option("--policy <file>", "rules for owners, and constraints: YAML or JSON")
    .option("--manifest <file>", `${MANIFEST_HELP}; a policy's rules come after it`)
    .option(
      "--fakeroot <file>",
      "what fakeroot -s wrote of the tree, in place of a manifest; what it has not is root's",
    )
    .addOption(
      xattrOption("take owners from this extended attribute, root's where there is none, and the rest from --manifest"),
    )
    .option("--passwd <file>", PEOPLE_HELP.passwd)
    .option("--group <file>", PEOPLE_HELP.group)
    .option("--mtime <time>", MTIME_HELP)
    .option("--decisions", "list each path with the rules that decided")
    .option("--json", "answer as JSON")
    .action(async (folder: string, options: PackOptions) => {
      session.exit = await runPack(folder, options, session.terminal);
    });
  addExamples(command, [
    "pack rootfs --policy owners.yaml -o layer.tar",
    "pack rootfs --policy owners.yaml -o oci:app --mtime 0",
    "pack rootfs --policy owners.yaml --passwd passwd --group group -o mtree --decisions",
    "pack rootfs --manifest rootfs.mtree -o image.squashfs --json",
    "pack rootfs --xattr rootlesscontainers --manifest rootfs.mtree -o layer.tar",
    "pack rootfs --fakeroot rootfs.save -o layer.tar",
  ]);
}

async function runPack(folder: string, options: PackOptions, terminal: Terminal): Promise<Exit> {
  const target = packTarget(options.output);
  if (target.path === "-" && (options.json || options.decisions))
    throw usageFault("--output", "a file, where stdout has the answer of --json or --decisions", "stdout");
  await requireOutside(target, folder);
  const { files, applied, findings, missing } = await planOf(folder, options, terminal);
  const { manifest } = applied;
  const isBroken = findings.some((finding) => finding.isBroken);
  const leftOut = target.form === "mtree" ? [] : leftOutOfTar(manifest);
  if (!isBroken) {
    const contents = new CountedContents(manifest, files);
    await withProgress(contents, terminal, () => writePacked({ manifest, contents }, target, terminal));
  }
  const out = isBroken ? null : { form: target.form, path: target.path };
  const result: PackAnswer = { folder, out, paths: pathDecisions(applied), findings, leftOut, missing };
  if (options.json) await answerJson(terminal, result);
  else {
    // The answer of `-o mtree` is the mtree itself.
    if (target.path === "-")
      for (const line of brokenLines(result, manifest, terminal.talkColors)) talk(terminal, line);
    else await tell(result, manifest, options.decisions === true, terminal);
    talkBeside(result, terminal);
  }
  return isBroken ? EXIT.no : EXIT.yes;
}

interface Plan {
  readonly files: DiskFiles;
  readonly applied: AppliedPolicy;
  readonly findings: readonly Finding[];
  readonly missing: readonly string[];
}

async function planOf(folder: string, options: PackOptions, terminal: Terminal): Promise<Plan> {
  const { manifest: manifestPath, fakeroot, xattr } = options;
  if ([options.policy, manifestPath, fakeroot, xattr].every((source) => source === undefined))
    throw usageFault(
      "--policy",
      "--policy, --manifest, --fakeroot or --xattr, to say who owns the files",
      "none of them",
    );
  if (manifestPath !== undefined && fakeroot !== undefined)
    throw usageFault("--fakeroot", "--manifest or --fakeroot", "both");
  if (xattr !== undefined && fakeroot !== undefined) throw usageFault("--xattr", "--xattr or --fakeroot", "both");
  const people = await readPeople(options, folder);
  const source = options.policy === undefined ? null : await readSource(options.policy, terminal.stdin);
  const policy = source ? readPolicy(source, { people, compileGlob }) : NO_POLICY;
  const said = manifestPath === undefined ? null : await readManifest(manifestPath, people.idOf);
  const save = fakeroot === undefined ? null : readFakeroot(await readText(fakeroot, "latin1"), fakeroot);
  const { files, ...tree } = await readTree(folder, terminal, timeRule(options.mtime, process.env));
  const known = save ? fakedTree(tree.manifest, save, (path) => files.fileAt(path), fakeroot ?? folder) : said;
  const { manifest, isOwned, missing } = ownedTree(tree.manifest, known, folder);
  const applied = xattr
    ? applyPolicy(
        attributedTree(tree.manifest, manifest, await readOwnerXattrs(folder, xattr, terminal), said, folder),
        policy,
        () => true,
      )
    : applyPolicy(manifest, policy, isOwned);
  const findings = [...ruleFindings(policy, applied), ...constraintFindings(applied.manifest, policy.constraints)];
  return { files, applied, findings, missing };
}

function* pathDecisions({ manifest, decisions }: AppliedPolicy): Generator<PathDecision> {
  for (const [index, { path, uid, gid, mode }] of manifest.entries.entries()) {
    const rules = [...(decisions[index] ?? [])].map(([aspect, { number }]) => [aspect, number] as const);
    yield { path, uid, gid, mode, rules: Object.fromEntries(rules) };
  }
}

async function tell(result: PackAnswer, manifest: Manifest, withDecisions: boolean, terminal: Terminal): Promise<void> {
  const { out, paths } = result;
  function* lines(): Generator<string> {
    if (withDecisions) for (const path of paths) yield `${decisionLine(path)}\n`;
    for (const line of brokenLines(result, manifest, terminal.colors)) yield `${line}\n`;
    if (out) yield `${out.path}: ${countsOf(manifest)}\n`;
  }
  for (const piece of inPieces(lines())) await answer(terminal, piece);
}

/** Why nothing was written; nothing where it was. */
function* brokenLines({ out, findings }: PackAnswer, manifest: Manifest, colors: Colors): Generator<string> {
  if (out) return;
  const broken = findings.filter(({ isBroken }) => isBroken);
  for (const finding of broken) yield `${colors.red(finding.kind)} ${findingText(finding)}`;
  yield `${colors.red("not written")}: ${countOf(broken.length, "finding", "findings")} in ${countsOf(manifest)}`;
}

function countsOf({ entries }: Manifest): string {
  const owners = new Set(entries.map(({ uid, gid }) => `${uid}:${gid}`)).size;
  return `${countOf(entries.length, "path", "paths")}, ${countOf(owners, "owner", "owners")}`;
}

/** What stops nothing, and is to be known all the same. */
function talkBeside({ findings, leftOut, missing }: PackAnswer, terminal: Terminal): void {
  for (const finding of findings) if (!finding.isBroken) talk(terminal, `${finding.kind} ${findingText(finding)}`);
  for (const path of leftOut) talk(terminal, `left out: ${withoutControls(path)}, a socket`);
  if (missing.length > 0)
    talk(
      terminal,
      `${countOf(missing.length, "path", "paths")} of the manifest not in the folder: ${missing.slice(0, 5).map(withoutControls).join(", ")}`,
    );
}

/** `etc/shadow  0:42 0640  user 1, group 3, mode 3` */
function decisionLine({ path, uid, gid, mode, rules }: PathDecision): string {
  const decided = Object.entries(rules).map(([aspect, number]) => `${aspect} ${number}`);
  return `${withoutControls(path)}  ${uid}:${gid} ${showMode(mode)}  ${decided.length > 0 ? decided.join(", ") : "no rule"}`;
}

function findingText({ where, path, says }: Finding): string {
  return `${path === null ? "" : `${withoutControls(path)}: `}${says} (${where})`;
}
