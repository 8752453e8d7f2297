import { toBase64 } from "../core/index.ts";
import { showMode } from "../kernel/index.ts";
import type { ManifestEntry } from "./entry.ts";
import type { Manifest } from "./manifest.ts";
import { LINK_TAG, MTREE_TYPES, XATTR_TAG } from "./mtree-keywords.ts";
import { ROOT_PATH } from "./path-text.ts";
import { showTime } from "./time.ts";
import { escapeName } from "./vis.ts";
import { xattrsOfFields } from "./xattr-fields.ts";

/** Who is to read it: `bsdtar` learns of hard links by `inode`, a keyword at which NetBSD's mtree stops. */
export type MtreeDialect = "bsdtar" | "netbsd";

/**
 * A manifest as an mtree: a line for each path, in canonical order, that says all of it, so that one owner changed is one
 * line changed. The same manifest is the same text.
 *
 * ACLs, capabilities and other attributes, which mtree has no keyword for, are tags.
 *
 * @source mtree(5)
 */
export function writeMtree(manifest: Manifest, dialect: MtreeDialect = "bsdtar"): string {
  return [...mtreeText(manifest, dialect)].join("");
}

/** The same text line by line, newlines and all, for whoever writes it out. */
export function* mtreeText(manifest: Manifest, dialect: MtreeDialect = "bsdtar"): Generator<string> {
  const links = new Map<number, number>();
  for (const { linkGroup } of manifest.entries)
    if (linkGroup !== null) links.set(linkGroup, (links.get(linkGroup) ?? 0) + 1);
  yield "#mtree\n";
  for (const entry of manifest.entries) yield `${line(entry, links.get(entry.linkGroup ?? 0) ?? null, dialect)}\n`;
}

function line(entry: ManifestEntry, links: number | null, dialect: MtreeDialect): string {
  const { path, type, device, target, linkGroup, sizeBytes, mtime, sha256 } = entry;
  const isKeyword = dialect === "bsdtar";
  const tags = [
    ...(linkGroup === null || isKeyword ? [] : [`${LINK_TAG}${linkGroup}`]),
    ...[...xattrsOfFields(entry)].map(([name, value]) => `${XATTR_TAG}${escapeName(name, ":,")}:${toBase64(value)}`),
  ];
  const words = [
    path === ROOT_PATH ? ROOT_PATH : `./${escapeName(path)}`,
    `type=${MTREE_TYPES[type]}`,
    `mode=${showMode(entry.mode)}`,
    `uid=${entry.uid}`,
    `gid=${entry.gid}`,
    ...(device ? [`device=native,${device.major},${device.minor}`] : []),
    ...(target === null ? [] : [`link=${escapeName(target)}`]),
    ...(links === null ? [] : [`nlink=${links}`]),
    ...(linkGroup !== null && isKeyword ? [`inode=${linkGroup}`] : []),
    ...(sizeBytes === null ? [] : [`size=${sizeBytes}`]),
    ...(mtime ? [`time=${showTime(mtime)}`] : []),
    ...(sha256 === null ? [] : [`sha256digest=${sha256}`]),
    ...(tags.length > 0 ? [`tags=${tags.join(",")}`] : []),
    ...[...entry.keywords].map(([keyword, value]) => (value === null ? keyword : `${keyword}=${value}`)).sort(),
  ];
  return words.join(" ");
}
