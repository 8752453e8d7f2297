/** Who imports whom in src/: type imports count, for a reader follows those too. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

/** One import: paths below src/, or, of what is not there, the name that is imported. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}

export function arrowsOf(path: string, source: string): Arrow[] {
  return ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => ({
    from: path,
    to: fileName.startsWith(".") ? normalize(join(dirname(path), fileName)) : fileName,
  }));
}

export function isLocal(arrow: Arrow): boolean {
  return /\.tsx?$/.test(arrow.to);
}

export const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
export const arrows = files.flatMap((file) => arrowsOf(file, readFileSync(join("src", file), "utf8")));

/** Everything that a file leads to, itself included. */
export function reachedFrom(start: string, among: readonly Arrow[]): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const at of reached) for (const { from, to } of among) if (from === at) reached.add(to);
  return reached;
}

/**
 * Ways that end where they begin.
 *
 * @returns one for each import that closes a circle; its first file stands at its end again
 */
export function circlesOf(among: readonly Arrow[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of among) next.set(from, [...(next.get(from) ?? []), to]);
  const circles: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (at: string): void => {
    const since = way.indexOf(at);
    if (since >= 0) circles.push([...way.slice(since), at]);
    if (since >= 0 || done.has(at)) return;
    way.push(at);
    for (const to of next.get(at) ?? []) visit(to);
    way.pop();
    done.add(at);
  };
  for (const start of next.keys()) visit(start);
  return circles;
}
