import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { dirname, relative, resolve, sep } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { quoted, UsernsError } from "../core/index.ts";
import { imageOfLayer } from "../image/index.ts";
import { type Manifest, mtreeText } from "../manifest/index.ts";
import { packTar, type TreeContents } from "../pack/index.ts";
import type { Compression } from "../shift/index.ts";
import { packer, throughStream } from "./compression.ts";
import { isSystemError, usageFault } from "./fault.ts";
import { withDigests } from "./file-digests.ts";
import { imageHost } from "./image-host.ts";
import { ImageStage } from "./image-stage.ts";
import { hostArchitecture } from "./layer-image.ts";
import { put, type Terminal } from "./terminal.ts";
import { inPieces } from "./text-pieces.ts";
import { makeWhole, writeWhole } from "./whole-file.ts";

/** What a tree is packed as. */
export type PackForm = "tar" | "oci" | "mtree" | "squashfs";

/** Where a tree is packed to. */
export interface PackTarget {
  readonly form: PackForm;
  /** `-` for stdout. */
  readonly path: string;
  /** Of a tar. */
  readonly packing: Compression;
}

export const OUT_HELP = "layer.tar, layer.tar.gz, oci:FOLDER, tree.mtree, image.squashfs; mtree: to stdout";

const SUFFIXES: readonly (readonly [suffix: RegExp, form: PackForm, packing: Compression])[] = [
  [/\.tar$/, "tar", "none"],
  [/\.(?:tar\.gz|tgz)$/, "tar", "gzip"],
  [/\.mtree$/, "mtree", "none"],
  [/\.(?:squashfs|sqfs|sfs)$/, "squashfs", "none"],
];

/** Of what mksquashfs says, so many characters are kept. */
const MOST_WORDS = 2000;

/** The image's name in a layout. */
const IMAGE_NAME = "latest";

/**
 * @param out  a path whose ending says what it is, or `FORM:PATH`
 * @throws UsernsError ERR_USAGE
 * @example packTarget("oci:app").form // "oci"
 */
export function packTarget(out: string): PackTarget {
  if (out === "mtree") return { form: "mtree", path: "-", packing: "none" };
  const [, form = "", path = ""] = /^(tar|oci|mtree|squashfs):(.+)$/s.exec(out) ?? [];
  if (form === "tar" || form === "oci" || form === "mtree" || form === "squashfs")
    return { form, path, packing: "none" };
  const known = SUFFIXES.find(([suffix]) => suffix.test(out));
  if (!known) throw usageFault("--output", OUT_HELP, JSON.stringify(out));
  return { form: known[1], path: out, packing: known[2] };
}

/**
 * An output in the folder that is packed would be packed with it the next time: the same files, and other bytes.
 *
 * @throws UsernsError ERR_USAGE; places that are not there are left to whoever opens them
 */
export async function requireOutside({ path }: PackTarget, folder: string): Promise<void> {
  if (path === "-") return;
  const tree = await realPathOf(folder);
  const place = await realPathOf(dirname(resolve(path)));
  if (tree === null || place === null) return;
  const way = relative(tree, place);
  if (way === ".." || way.startsWith(`..${sep}`)) return;
  throw usageFault("--output", `a place outside of ${folder}, which is packed`, path);
}

async function realPathOf(path: string): Promise<string | null> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

/** What is packed. */
export interface Packed {
  /** Its entries in the order of their paths, owners of the image. */
  readonly manifest: Manifest;
  readonly contents: TreeContents;
}

/**
 * Write a tree in one of the forms; the output appears whole or not at all.
 *
 * @throws UsernsError ERR_FILE; ERR_USAGE where mksquashfs is not there or cannot keep what the tree has
 */
export async function writePacked(packed: Packed, target: PackTarget, terminal: Terminal): Promise<void> {
  const { form, path } = target;
  if (form === "mtree") {
    const manifest = await withDigests(packed.manifest, packed.contents, path);
    const write = async (sink: Writable): Promise<void> => {
      for (const piece of inPieces(mtreeText(manifest))) await put(sink, piece);
    };
    await (path === "-" ? write(terminal.stdout) : writeWhole(path, write));
  } else if (form === "squashfs") await writeSquashfs(packed, path);
  else if (form === "oci") await writeOci(packed, path);
  else await writeTar(packed, target);
}

async function writeTar({ manifest, contents }: Packed, { path, packing }: PackTarget): Promise<void> {
  const tar = packTar(manifest, contents);
  const stream = packer(packing, path);
  await writeWhole(path, async (sink) => {
    for await (const piece of stream ? throughStream(tar, stream) : tar) await put(sink, piece);
  });
}

async function writeOci({ manifest, contents }: Packed, folder: string): Promise<void> {
  const stage = await ImageStage.open(folder, "folder");
  try {
    const { digest, sizeBytes } = await stage.blobs.put(packTar(manifest, contents), "sha256");
    const layer = { blob: digest, diffId: digest, sizeBytes, packing: "none" } as const;
    const files = imageOfLayer({ ...layer, architecture: hostArchitecture(), name: IMAGE_NAME }, imageHost());
    await stage.place(files, "folder");
  } catch (error) {
    // A tree that was packed in part is of no use to the next run.
    await stage.discard();
    throw error;
  }
}

/** What mksquashfs cannot keep: squashfs has no ACLs, and of a tar's root it takes neither owner nor time. */
function checkSquashfs({ entries }: Manifest): void {
  const fail = (expected: string, got: string): UsernsError =>
    new UsernsError("ERR_USAGE", { where: "--output", expected, got, fix: "pack it as a tar or oci:FOLDER" });
  const [root] = entries;
  if (root && (root.uid !== 0 || root.gid !== 0))
    throw fail("a tree whose root is 0:0, which mksquashfs makes of every tar's", `${root.uid}:${root.gid}`);
  const withAcls = entries.filter(({ acls }) => acls.access !== null || acls.default !== null);
  if (withAcls.length > 0)
    throw fail(
      "a tree without ACLs, which squashfs has not",
      `ACLs of ${withAcls.length}, ${quoted(withAcls[0]?.path ?? "")} first`,
    );
}

/** Through mksquashfs, which takes a tar; every time is the latest one in the tree, for it would ask the clock for some. */
async function writeSquashfs({ manifest, contents }: Packed, path: string): Promise<void> {
  checkSquashfs(manifest);
  const latest = manifest.entries.reduce((time, { mtime }) => Math.max(time, mtime?.seconds ?? 0), 0);
  const { SOURCE_DATE_EPOCH: _epoch, ...env } = process.env;
  await makeWhole(path, async (beside) => {
    const root = (manifest.entries[0]?.mode ?? 0).toString(8);
    const times = ["-mkfs-time", String(latest), "-all-time", String(latest)];
    const args = ["-", beside, "-tar", "-no-progress", "-quiet", "-noappend", ...times, "-root-mode", root];
    const child = spawn("mksquashfs", args, { stdio: ["pipe", "ignore", "pipe"], env });
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = `${words}${text}`.slice(-MOST_WORDS);
    });
    // That it stopped reading is told of by its exit, with its own words.
    const feeding = pipeline(Readable.from(packTar(manifest, contents)), child.stdin).then(
      () => null,
      (error: unknown) => (error instanceof UsernsError ? error : null),
    );
    const code = await exitOf(child);
    const fault = await feeding;
    if (fault) throw fault;
    if (code !== 0) throw squashfsFault(path, words.trim().split("\n").at(-1) ?? `exit ${code}`);
  });
}

/** @throws UsernsError ERR_USAGE where there is no such program */
async function exitOf(child: ChildProcess): Promise<number | null> {
  try {
    await once(child, "close");
    return child.exitCode;
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT")
      throw squashfsFault("mksquashfs", "no such program; install squashfs-tools 4.5 or newer");
    throw error;
  }
}

function squashfsFault(where: string, got: string): UsernsError {
  return new UsernsError("ERR_USAGE", { where, expected: "mksquashfs to make the image", got });
}
