import { constants } from "node:fs";
import { copyFile, type FileHandle, open, realpath, stat } from "node:fs/promises";
import { formatTriples } from "../formats/index.ts";
import { isSquashfs, type SquashfsPatch, type SquashfsRules, shiftSquashfs } from "../image/index.ts";
import { unpackBlock } from "./compression.ts";
import { fileFault } from "./fault.ts";
import { readAt } from "./image-input.ts";
import { countOf } from "./image-layers.ts";
import { answerJson, EXIT, type Exit, type Terminal, talk } from "./terminal.ts";
import { makeWhole } from "./whole-file.ts";

/** The `--json` of `userns image shift` for a squashfs image. */
export type SquashfsShiftAnswer =
  | {
      readonly shifted: true;
      readonly form: "squashfs";
      readonly in: string;
      readonly out: string;
      /** Ids in the image's table, users and groups alike, and what each became. */
      readonly ids: SquashfsPatch["ids"];
      readonly bytesWritten: number;
    }
  | {
      readonly shifted: false;
      readonly form: "squashfs";
      readonly in: string;
      readonly out: string;
      /** Ids that the map does not hold, of users, groups or both. */
      readonly unmapped: readonly number[];
      readonly fit: { readonly map: string | null };
    };

const READABLE = "an image that can be read";

/** Is it a squashfs image? Any other file, and none at all, is for others to tell. */
export async function isSquashfsFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => null);
  if (!stats?.isFile()) return false;
  return withFile(path, "r", READABLE, async (file) => isSquashfs(await readAt(file, 0, 4)));
}

async function withFile<T>(
  path: string,
  flags: "r" | "r+",
  expected: string,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  try {
    const file = await open(path, flags);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileFault(error, path, expected);
  }
}

/** Shift a squashfs image: into a new file, or in place where both paths are one file. */
export async function runSquashfsShift(
  from: string,
  to: string,
  rules: SquashfsRules,
  isJson: boolean,
  terminal: Terminal,
): Promise<Exit> {
  const patch = await withFile(from, "r", READABLE, async (file) => {
    const { size: sizeBytes } = await file.stat();
    const read = (offset: number, length: number) => readAt(file, offset, length);
    return shiftSquashfs({ name: from, sizeBytes, read }, rules, unpackBlock);
  });
  const head = { form: "squashfs", in: from, out: to } as const;
  if (!patch.isShifted) {
    const fit = { map: patch.fit && formatTriples(patch.fit) };
    const result: SquashfsShiftAnswer = { ...head, shifted: false, unmapped: patch.unmapped, fit };
    if (isJson) await answerJson(terminal, result);
    else sayRefused(from, patch.unmapped, fit.map, terminal);
    return EXIT.no;
  }
  if (await isSameFile(from, to)) await apply(patch, to);
  else
    await makeWhole(to, async (beside) => {
      await copyFile(from, beside, constants.COPYFILE_FICLONE).catch((error: unknown) => {
        throw fileFault(error, to, "a file that can be written, in a folder where files can be made");
      });
      await apply(patch, beside);
    });
  const { ids, tail, superblock } = patch;
  const bytesWritten = tail.bytes.length + superblock.length;
  const result: SquashfsShiftAnswer = { ...head, shifted: true, ids, bytesWritten };
  if (isJson) await answerJson(terminal, result);
  else
    talk(terminal, `${countOf(ids.length, "id", "ids")} of the image's table shifted, ${bytesWritten} bytes written`);
  return EXIT.yes;
}

async function isSameFile(from: string, to: string): Promise<boolean> {
  const [a, b] = await Promise.all([from, to].map((path) => realpath(path).catch(() => null)));
  return a === b && a !== null;
}

/** Until the superblock is written, and the tables rest on disk before it, the image is the one that it was. */
async function apply({ tail, superblock }: SquashfsPatch, path: string): Promise<void> {
  await withFile(path, "r+", "an image that can be written", async (file) => {
    await file.write(tail.bytes, 0, tail.bytes.length, tail.offset);
    await file.datasync();
    await file.write(superblock, 0, superblock.length, 0);
    await file.datasync();
  });
}

/** Ids that a person is shown; `--json` lists them all. */
const MOST_SHOWN = 20;

function sayRefused(from: string, unmapped: readonly number[], map: string | null, terminal: Terminal): void {
  const more = unmapped.length > MOST_SHOWN ? ` and ${unmapped.length - MOST_SHOWN} more` : "";
  talk(terminal, `${terminal.talkColors.red("refused")}: ${from} has ids that the map does not hold (nothing written)`);
  talk(terminal, `  ${unmapped.slice(0, MOST_SHOWN).join(", ")}${more}`);
  talk(
    terminal,
    map === null ? "no map of this shape can hold them all" : `the smallest map that holds them:\n  --map ${map}`,
  );
  talk(terminal, "or --unmapped squash=UID:GID to give them to one owner, or --unmapped keep");
}
