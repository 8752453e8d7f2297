import type { IdTally, NameTally } from "../shift/index.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

/** Columns of a terminal that the tables keep to. */
const WIDTH = 80;

/** A column before the example: what stands in it, whether it is there when all is empty or 0, and its side. */
interface Column {
  readonly heading: string;
  readonly cell: (tally: IdTally) => string;
  readonly isAlways?: true;
  readonly isLeft?: true;
}

const COLUMNS: readonly Column[] = [
  { heading: "", cell: ({ kind }) => kind, isAlways: true, isLeft: true },
  { heading: "id", cell: ({ id }) => String(id), isAlways: true },
  { heading: "name", cell: ({ names }) => shownNames(names), isLeft: true },
  { heading: "entries", cell: ({ owner }) => String(owner), isAlways: true },
  { heading: "in ACLs", cell: ({ acl }) => String(acl) },
  { heading: "capabilities", cell: ({ capability }) => String(capability) },
];

/** Columns of names that leave room for the rest. */
const NAMES_WIDTH = 20;

/** Ids, the names beside them and where they were met, a line an id. */
export function ownerTable(ids: readonly IdTally[], terminal: Terminal): string[] {
  const shown = COLUMNS.flatMap(({ heading, cell, isAlways, isLeft }) => {
    const cells = ids.map(cell);
    if (!isAlways && cells.every((text) => text === "" || text === "0")) return [];
    const width = Math.max(heading.length, ...cells.map((text) => text.length));
    const pad = (text: string) => (isLeft ? text.padEnd(width) : text.padStart(width));
    return [{ heading: pad(heading), cells: cells.map(pad) }];
  });
  const line = (texts: readonly string[], example: string): string => {
    const start = `  ${texts.join("  ")}  `;
    return `${start}${shortenedPath(example, WIDTH - start.length)}`;
  };
  const head = line(
    shown.map(({ heading }) => heading),
    "example",
  );
  const rows = ids.map(({ examples }, at) =>
    line(
      shown.map(({ cells }) => cells[at] ?? ""),
      examples[0] ?? "",
    ),
  );
  return [terminal.colors.dim(head), ...rows];
}

/** Ids that a person is shown; `--json` lists them all. */
const MOST_LISTED = 40;

/**
 * The first ids in a table, and how many there are besides.
 *
 * @param unlisted  times that ids were met which are not among `ids`
 */
export function shortTable(ids: readonly IdTally[], unlisted: number, terminal: Terminal): string[] {
  const lines = ownerTable(ids.slice(0, MOST_LISTED), terminal);
  if (ids.length > MOST_LISTED) lines.push(`  and ${ids.length - MOST_LISTED} more ids (--json lists them)`);
  if (unlisted > 0) lines.push(`  and further ids, met ${unlisted} times, that are too many to keep`);
  return lines;
}

/** The names of an id in a few columns, the most frequent first. */
function shownNames(names: readonly NameTally[]): string {
  const [first, ...others] = names.map(({ name }) => withoutControls(name));
  if (first === undefined) return "";
  const more = others.length > 0 ? ` +${others.length}` : "";
  const width = NAMES_WIDTH - more.length;
  return `${first.length <= width ? first : `${first.slice(0, width - 1)}…`}${more}`;
}

/** A path in at most `width` columns: its end, which tells most. */
function shortenedPath(path: string, width: number): string {
  const safe = withoutControls(path);
  return safe.length <= width ? safe : `…${safe.slice(safe.length - width + 1)}`;
}
