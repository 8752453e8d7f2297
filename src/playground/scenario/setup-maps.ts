import { type Extent, fits, lowerOf } from "../../core/index.ts";
import type { PathPart } from "../../scenario/index.ts";
import { parseSource } from "../../source/index.ts";
import { attempt } from "../page/attempt.ts";

/** A map that a scenario's setup writes, and where in the scenario it stands. */
export interface SetupMap {
  /** Of the namespace. */
  readonly name: string;
  readonly file: "uid_map" | "gid_map";
  readonly path: readonly PathPart[];
  /** Not yet known to be a map: they may share ids. */
  readonly lines: readonly Extent[];
}

/**
 * The maps of the namespaces of a scenario's text whose lines are of numbers and of the scenario's names for ids. What
 * else is wrong with the text is no matter: lines that overlap are to be seen.
 *
 * @returns none for a text that is neither JSON nor YAML
 */
export function setupMaps(text: string): readonly SetupMap[] {
  const json = attempt(() => parseSource(text, "scenario").json).value;
  const names = entriesOf(entriesOf(json).get("names"));
  const namespaces = entriesOf(entriesOf(json).get("setup")).get("namespaces");
  const extentOf = (line: unknown): Extent | null => {
    const [first, lowerFirst, count] = listOf(line).map((value) =>
      typeof value === "string" ? names.get(value) : value,
    );
    if (typeof first !== "number" || typeof lowerFirst !== "number" || typeof count !== "number") return null;
    const extent = { first, lowerFirst, count };
    if (![first, lowerFirst, count].every((number) => Number.isInteger(number) && number >= 0)) return null;
    return fits(extent) && fits(lowerOf(extent)) ? extent : null;
  };
  return listOf(namespaces).flatMap((item, index) =>
    (["uid_map", "gid_map"] as const).flatMap((file): SetupMap[] => {
      const fields = entriesOf(item);
      const list = fields.get(file) ?? [];
      const lines = listOf(list).flatMap((line) => extentOf(line) ?? []);
      if (!fields.has("name") || !Array.isArray(list) || lines.length !== list.length) return [];
      return [{ name: String(fields.get("name")), file, path: ["setup", "namespaces", index, file], lines }];
    }),
  );
}

function entriesOf(json: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof json === "object" && json !== null ? Object.entries(json) : []);
}

function listOf(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [];
}
