import { UsernsError } from "../core/index.ts";

/** A step from an object to a value of it, or from a list to an item. */
export type PathPart = string | number;

/** A place in a text, both counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** A scenario's file: what it holds, and where in its text each value stands. A parser of JSON or YAML is the caller's. */
export interface Source {
  /** The name of the file, for errors. */
  readonly name: string;
  /** What the text holds. */
  readonly json: unknown;
  /** Where the key or item at a path stands; null where the parser does not know. */
  readonly placeOf: (path: readonly PathPart[]) => TextPlace | null;
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
 * Do something with a source, and say in its errors where in the file they are: `map.yaml:7:5: $.setup.tasks[0].uid`.
 *
 * A key that is not there has no place; then the place of what should hold it is given.
 */
export function inSource<T>(source: Source, run: (json: unknown) => T): T {
  try {
    return run(source.json);
  } catch (error) {
    if (!(error instanceof UsernsError) || !error.where.startsWith("$")) throw error;
    const { where, expected, got, fix } = error;
    const fault = { where: `${source.name}${placeIn(source, where)}: ${where}`, expected, got };
    throw new UsernsError(error.code, fix === undefined ? fault : { ...fault, fix }, { cause: error });
  }
}

function placeIn(source: Source, where: string): string {
  for (const path = pathParts(where); ; path.pop()) {
    const place = source.placeOf(path);
    if (place) return `:${place.line}:${place.column}`;
    if (path.length === 0) return "";
  }
}
