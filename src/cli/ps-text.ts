import { type Extent, showExtent } from "../core/index.ts";
import { hang } from "../explain/index.ts";
import type { IdmappedMount, Machine, SeenNamespace } from "../live/index.ts";
import { type Terminal, withoutControls } from "./terminal.ts";

/** How many processes of a namespace, and lines of a map, are shown; `--json` has all. */
const MOST_SHOWN = 4;

/** The tree of namespaces, for people: each below the one that it was made in. */
export function psText({ own, others, unseen }: Machine, colors: Terminal["colors"]): string {
  const known = new Set(others.map(({ inode }) => inode));
  const below = (parent: number) => others.filter((each) => each.inode !== parent && parentOf(each) === parent);
  // One whose parent no process is in, or is not known, stands at the first level.
  const parentOf = ({ parent }: SeenNamespace) => (parent !== null && known.has(parent) ? parent : own.inode);
  const isEmpty = (inode: number | null) => inode !== null && inode !== own.inode && !known.has(inode);
  const branch = (namespace: SeenNamespace, indent: string): string[] => [
    ...namespaceLines(namespace, indent, colors, isEmpty(namespace.parent)),
    ...below(namespace.inode).flatMap((child) => branch(child, `${indent}  `)),
  ];
  const lines = [
    `${colors.bold(String(own.inode))}  yours; all ids are counted in it`,
    ...own.mounts.flatMap((mount) => mountLines(mount, "  ")),
    ...below(own.inode).flatMap((child) => branch(child, "  ")),
    "",
    "Not seen:",
    ...unseen.flatMap((what) => hang("  ", what)),
  ];
  return `${lines.join("\n")}\n`;
}

function namespaceLines(
  { inode, parent, owner, uid, gid, processes, mounts }: SeenNamespace,
  indent: string,
  colors: Terminal["colors"],
  isInEmpty: boolean,
): string[] {
  const made = owner === null ? "" : `  made by ${owner}`;
  const where = isInEmpty ? ` in ${parent}, which no process is in` : "";
  const shown = processes.slice(0, MOST_SHOWN).map(({ pid, name }) => `${pid} ${withoutControls(name)}`);
  const more = processes.length > MOST_SHOWN ? [`and ${processes.length - MOST_SHOWN} more`] : [];
  return [
    `${indent}${colors.bold(String(inode))}${made}${where}`,
    ...hang(`${indent}  tasks  `, [...shown, ...more].join(", ")),
    `${indent}  uid    ${mapText(uid)}`,
    `${indent}  gid    ${mapText(gid)}`,
    ...mounts.flatMap((mount) => mountLines(mount, `${indent}  `)),
  ];
}

function mapText(extents: readonly Extent[]): string {
  if (extents.length === 0) return "none: every id is nobody";
  const more = extents.length > MOST_SHOWN ? `,… ${extents.length - MOST_SHOWN} more` : "";
  return extents.slice(0, MOST_SHOWN).map(showExtent).join(",") + more;
}

function mountLines({ at, type, map }: IdmappedMount, indent: string): string[] {
  const head = `${indent}mount  ${withoutControls(at)} (${type}), idmapped`;
  if (map === null) return [`${head}: its map is not seen`];
  return [head, `${indent}       uid ${mapText(map.uid)}`, `${indent}       gid ${mapText(map.gid)}`];
}
