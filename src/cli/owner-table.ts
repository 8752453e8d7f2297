import type { IdTally } from "../shift/index.ts";
import type { Terminal } from "./terminal.ts";

/** Columns of a terminal that the tables keep to. */
const WIDTH = 80;

const HEADINGS = ["", "id", "entries", "in ACLs", "capabilities", "example"] as const;

/** Ids and where they were met, a line an id. */
export function ownerTable(ids: readonly IdTally[], terminal: Terminal): string[] {
  const cells = ids.map(({ kind, id, owner, acl, capability }) => [kind, id, owner, acl, capability].map(String));
  const hasColumn = HEADINGS.slice(0, -1).map((_, column) => column < 3 || cells.some((row) => row[column] !== "0"));
  const shown = HEADINGS.slice(0, -1).flatMap((heading, column) => (hasColumn[column] ? [{ heading, column }] : []));
  const widths = shown.map(({ heading, column }) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[], example: string): string => {
    const head = texts.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)));
    const start = `  ${head.join("  ")}  `;
    return `${start}${shortenedPath(example, WIDTH - start.length)}`;
  };
  return [
    terminal.colors.dim(
      line(
        shown.map(({ heading }) => heading),
        "example",
      ),
    ),
    ...cells.map((row, at) =>
      line(
        shown.map(({ column }) => row[column] ?? ""),
        ids[at]?.examples[0] ?? "",
      ),
    ),
  ];
}

/** A path in at most `width` columns: its end, which tells most. What could move a terminal's cursor is written out. */
function shortenedPath(path: string, width: number): string {
  const safe = path.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
  return safe.length <= width ? safe : `…${safe.slice(safe.length - width + 1)}`;
}
