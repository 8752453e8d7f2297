import { hang } from "../explain/index.ts";
import type { Examination, Finding, Fix, Severity } from "../policy/index.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

type Colors = Terminal["colors"];

/** The `--json` of `userns doctor`. */
export interface DoctorAnswer extends Omit<Examination, "patches"> {
  /** All edits of files together, as patch(1) reads it; empty: none. */
  readonly patch: string;
}

/** What a person reads of an examination: the worst first, the fixes last and ready to paste. */
export function examinationText({ findings, patch, unseen }: DoctorAnswer, root: string, colors: Colors): string {
  const lines = [
    ...findings.flatMap((finding) => [...findingLines(finding, colors), ""]),
    ...unseenLines(unseen, colors),
    summary(findings),
    ...(patch === "" ? [] : patchLines(patch, root)),
  ];
  return `${lines.join("\n")}\n`;
}

function patchLines(patch: string, root: string): string[] {
  const lines = patch.trimEnd().split("\n");
  const safe = lines.map((line) => line.split("\t").map(withoutControls).join("\t"));
  const isWhole = safe.every((line, at) => line === lines[at]);
  const how = isWhole
    ? `All edits, to be applied with: patch -p1 -d ${root}`
    : "All edits. The files hold characters that are not shown: --json has the patch to apply.";
  return ["", how, "", ...safe];
}

const PAINT: Readonly<Record<Severity, (colors: Colors) => (text: string) => string>> = {
  error: (colors) => colors.red,
  warning: (colors) => colors.yellow,
  note: (colors) => colors.cyan,
};

function findingLines({ severity, what, evidence, consequence, fixes, code }: Finding, colors: Colors): string[] {
  const [head = "", ...rest] = hang(`${severity}: `, withoutControls(what));
  return [
    PAINT[severity](colors)(severity) + head.slice(severity.length),
    ...rest,
    ...evidence.map((text) => `  ${withoutControls(text)}`),
    ...hang("  → ", withoutControls(consequence)),
    ...fixes.flatMap(fixLines),
    colors.dim(`  (${code})`),
  ];
}

function fixLines(fix: Fix): readonly string[] {
  if (fix.kind === "command") return [`  fix: ${fix.line}`];
  if (fix.kind === "by-hand") return hang("  then, by hand: ", withoutControls(fix.what));
  if (fix.from === null) return [`  fix: add to ${fix.path}: ${shown(fix.to)}`];
  return [`  fix: in ${fix.path}: ${shown(fix.from)}`, `       becomes: ${shown(fix.to)}`];
}

function shown(line: string): string {
  return withoutControls(line.replaceAll("\t", " "));
}

function unseenLines(unseen: readonly string[], colors: Colors): string[] {
  if (unseen.length === 0) return [];
  return ["Could not be seen, and is not judged:", ...unseen.map((text) => `  ${colors.dim(text)}`), ""];
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const [errors, warnings, notes] = [count("error"), count("warning"), count("note")];
  if (findings.length === 0) return "Nothing was found.";
  const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  return `${plural(errors, "error")}, ${plural(warnings, "warning")}, ${plural(notes, "note")}.`;
}
