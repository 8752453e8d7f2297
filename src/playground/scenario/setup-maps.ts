import type { Extent } from "../../core/index.ts";
import type { PathPart, Scenario } from "../../scenario/index.ts";

export type SetupLine = Extent;

/** A map that a scenario's setup writes, and where in the scenario it stands. */
export interface SetupMap {
  /** Of the namespace. */
  readonly name: string;
  readonly file: "uid_map" | "gid_map";
  readonly path: readonly PathPart[];
  readonly lines: readonly SetupLine[];
}

/** The maps of a scenario's namespaces: those of numbers and of the scenario's names for ids. */
export function setupMaps({ setup, names }: Scenario): readonly SetupMap[] {
  const idOf = (value: unknown): number | null =>
    typeof value === "number" ? value : typeof value === "string" ? (names[value] ?? null) : null;
  return (setup.namespaces ?? []).flatMap((item, index) => {
    if (typeof item !== "object" || item === null) return [];
    const fields = new Map<string, unknown>(Object.entries(item));
    return (["uid_map", "gid_map"] as const).flatMap((file) => {
      const list = fields.get(file) ?? [];
      if (!Array.isArray(list)) return [];
      const lines = list.flatMap((line: unknown): SetupLine[] => {
        const [first, lowerFirst, count] = Array.isArray(line) ? line.map(idOf) : [];
        return typeof first === "number" && typeof lowerFirst === "number" && typeof count === "number"
          ? [{ first, lowerFirst, count }]
          : [];
      });
      if (lines.length !== list.length) return [];
      const path = ["setup", "namespaces", index, file];
      return [{ name: String(fields.get("name")), file, path, lines }];
    });
  });
}
