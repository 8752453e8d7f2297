import { type Extent, type Fault, findMapFault, isId, MAX_ID, quoted } from "../core/index.ts";
import { sha256 } from "./sha256.ts";

/** The kinds of id that an image has owners of. */
const KINDS = ["uid", "gid"] as const;
type ImageKind = (typeof KINDS)[number];

/** Where the ids of an image rest on disk, and which of them it uses. */
export interface ImageManifest {
  /** Lines of each kind: the id in the image, the id on disk, how many. At least one of uid; gid follows it where it has none. */
  readonly extents: { readonly [K in ImageKind]: readonly Extent[] };
  /** Ids of the image that own something in it; none where the manifest does not say. */
  readonly owners: { readonly [K in ImageKind]: readonly number[] };
}

/** Why a text is no manifest: the line, from 1, and what is wrong with it. */
export interface ManifestFault extends Fault {
  readonly line: number;
}

export type ManifestReading =
  | { readonly ok: true; readonly manifest: ImageManifest }
  | { readonly ok: false; readonly fault: ManifestFault };

/** The name of the manifest beside an image's root directory: `/srv/debian` has `/srv/debian.idmanifest`. */
export const MANIFEST_SUFFIX = ".idmanifest";

/** What each kind of line is made of, for messages and for who writes one. */
export const MANIFEST_LINES = {
  version: "userns-image-ids 1",
  extent: "uid IMAGE-ID DISK-ID COUNT (or gid)",
  owners: "owners uid ID… (or gid)",
  digest: "digest sha256:HEX, of every byte before this line",
} as const;

const EVERY_LINE = `one of: ${Object.values(MANIFEST_LINES).join("; ")}`;

interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  readonly words: readonly string[];
}

class BadLine extends Error {
  readonly fault: Omit<ManifestFault, "where">;
  constructor(fault: Omit<ManifestFault, "where">) {
    super(fault.expected);
    this.fault = fault;
  }
}

function bad(line: number, expected: string, got: string, fix?: string): BadLine {
  return new BadLine({ line, expected, got, ...(fix === undefined ? {} : { fix }) });
}

/**
 * Read an image's id manifest. Lines are words with blanks between them; `#` begins a comment line. The first line that
 * says something names the format; the last is the digest, so that a manifest that was cut or changed is found.
 *
 * @param where  the name of the file, for faults
 * @returns      the manifest, or the first line that is wrong, with what to do
 * @source       a proposal: tests/vectors/proposals/tables.json (H15, H16)
 * @example      readManifest("userns-image-ids 1\nuid 0 300000\n").ok // false
 */
export function readManifest(text: string, where = "manifest"): ManifestReading {
  try {
    return { ok: true, manifest: readLines(text) };
  } catch (error) {
    if (!(error instanceof BadLine)) throw error;
    return { ok: false, fault: { ...error.fault, where: `${where}:${error.fault.line}` } };
  }
}

function readLines(text: string): ImageManifest {
  const lines = text
    .split("\n")
    .map((line, index): Line => ({ text: line, number: index + 1, words: line.trim().split(/\s+/) }));
  const said = lines.filter((line) => line.text.trim() !== "" && !line.text.startsWith("#"));
  const [head, ...rest] = said;
  if (head?.text.trim() !== MANIFEST_LINES.version)
    throw bad(head?.number ?? 1, `the line "${MANIFEST_LINES.version}"`, shown(head), "begin the manifest with it");
  const last = rest.at(-1);
  checkDigest(text, lines, last ?? head);
  const placed: { readonly [K in ImageKind]: { readonly extent: Extent; readonly line: Line }[] } = {
    uid: [],
    gid: [],
  };
  const owners: { readonly [K in ImageKind]: number[] } = { uid: [], gid: [] };
  for (const line of rest.slice(0, -1)) {
    const [first = "", second = ""] = line.words;
    const kind = KINDS.find((known) => known === (first === "owners" ? second : first));
    if (!kind) throw bad(line.number, EVERY_LINE, shown(line));
    if (first === "owners") owners[kind].push(...line.words.slice(2).map((word) => readId(word, line)));
    else placed[kind].push({ extent: readExtent(line), line });
  }
  for (const kind of KINDS) checkMap(placed[kind]);
  if (placed.uid.length === 0) throw bad(head.number, `a line "${MANIFEST_LINES.extent}" behind it`, "none of uid");
  const extents = { uid: placed.uid.map(({ extent }) => extent), gid: placed.gid.map(({ extent }) => extent) };
  return { extents: { ...extents, gid: extents.gid.length > 0 ? extents.gid : extents.uid }, owners };
}

function shown(line: Line | undefined): string {
  return line ? quoted(line.text) : "nothing";
}

function readId(word: string, line: Line): number {
  const id = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!isId(id) || id > MAX_ID) throw bad(line.number, `ids in decimal digits, at most ${MAX_ID}`, quoted(word));
  return id;
}

function readExtent(line: Line): Extent {
  const [, first, lowerFirst, count, ...surplus] = line.words;
  if (first === undefined || lowerFirst === undefined || count === undefined || surplus.length > 0)
    throw bad(line.number, MANIFEST_LINES.extent, shown(line));
  return { first: readId(first, line), lowerFirst: readId(lowerFirst, line), count: readId(count, line) };
}

function checkMap(placed: readonly { readonly extent: Extent; readonly line: Line }[]): void {
  const fault = findMapFault(placed.map(({ extent }) => extent));
  const at = fault && placed[fault.line - 1]?.line;
  if (!fault || !at) return;
  const other = fault.otherLine === undefined ? undefined : placed[fault.otherLine - 1]?.line;
  const got = other ? `${quoted(at.text)}, which shares an id with line ${other.number}` : quoted(at.text);
  const fix = other ? `make one of lines ${other.number} and ${at.number} shorter` : undefined;
  throw bad(at.number, fault.expected, got, fix);
}

function checkDigest(text: string, lines: readonly Line[], last: Line): void {
  const digest = /^digest sha256:([0-9a-f]{64})$/.exec(last.text.trim())?.[1];
  const before = lines.slice(0, last.number - 1).map((line) => `${line.text}\n`);
  const actual = manifestDigest(digest === undefined ? withNewline(text) : before.join(""));
  if (digest === undefined)
    throw bad(last.number, `${MANIFEST_LINES.digest}, as the last line`, shown(last), `add the line "${actual}"`);
  if (`digest sha256:${digest}` !== actual)
    throw bad(
      last.number,
      `the digest of the lines before it, ${actual.slice("digest ".length)}`,
      digest,
      "ask where the manifest comes from; if it was meant to change, write the new digest",
    );
}

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/**
 * The line that ends a manifest.
 *
 * @param text  every line before it, each with its newline
 * @example     manifestDigest("").slice(0, 22) // "digest sha256:e3b0c442"
 */
export function manifestDigest(text: string): string {
  return `digest sha256:${sha256(new TextEncoder().encode(text))}`;
}
