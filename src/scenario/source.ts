import { UsernsError } from "../core/errors.ts";

/** A step from an object to a value of it, or from a list to an item. */
export type PathPart = string | number;

/** A scenario's file: what it holds, and where in its text each value stands. A parser of JSON or YAML is the caller's. */
export interface Source {
  /** The name of the file, for errors. */
  readonly name: string;
  /** What the text holds. */
  readonly json: unknown;
  /** The line (from 1) where the value at a path stands; null where the parser does not know. */
  readonly lineOf: (path: readonly PathPart[]) => number | null;
}

/**
 * The parts of a JSON path.
 *
 * @example pathParts("$.setup.tasks[0].uid") // ["setup", "tasks", 0, "uid"]
 */
export function pathParts(path: string): PathPart[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
}

/**
 * Do something with a source, and say in its errors where in the file they are: `map.yaml:7: $.setup.tasks[0].uid`.
 *
 * A key that is not there has no line; then the line of what should hold it is given.
 */
export function inSource<T>(source: Source, run: (json: unknown) => T): T {
  try {
    return run(source.json);
  } catch (error) {
    if (!(error instanceof UsernsError) || !error.where.startsWith("$")) throw error;
    const { where, expected, got, fix } = error;
    const fault = { where: `${source.name}${lineIn(source, where)}: ${where}`, expected, got };
    throw new UsernsError(error.code, fix === undefined ? fault : { ...fault, fix }, { cause: error });
  }
}

function lineIn(source: Source, where: string): string {
  for (const path = pathParts(where); ; path.pop()) {
    const line = source.lineOf(path);
    if (line !== null) return `:${line}`;
    if (path.length === 0) return "";
  }
}
