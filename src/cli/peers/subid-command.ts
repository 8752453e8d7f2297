import { parseSubid, type SubidEntry, type SubidFile } from "../../formats/index.ts";
import {
  addSubid,
  giveSubid,
  lowestFreeRange,
  removeOwner,
  type SubIdDefaults,
  takeSubid,
} from "../../policy/index.ts";
import { type Given, type PeerAnswer, REFUSED } from "./given.ts";

const KINDS = ["uid", "gid"] as const;

const fileOf = (lines: readonly string[]): SubidFile =>
  parseSubid(
    lines
      .filter((line) => line !== "")
      .map((line) => `${line}\n`)
      .join(""),
  );
const textsOf = (file: SubidFile): readonly string[] => file.lines.map(({ text }) => text);

/** The settings of login.defs that a case states. */
export function shadowDefaults(min: number, max: number, count: number): SubIdDefaults {
  return { min: BigInt(min), max: BigInt(max), count: BigInt(count) };
}

/** shadow sorts what it read before it looks for a gap: by first id, count and owner; other lines go behind, last first. */
function sorted(file: SubidFile): SubidFile {
  const entries = file.lines.flatMap((line) => (line.entry ? [{ line, entry: line.entry }] : []));
  const others = file.lines.filter(({ entry }) => entry === null);
  const order = (a: SubidEntry, b: SubidEntry) =>
    Number(a.first - b.first) || Number(a.count - b.count) || (a.owner < b.owner ? -1 : a.owner > b.owner ? 1 : 0);
  entries.sort((a, b) => order(a.entry, b.entry));
  return { ...file, lines: [...entries.map(({ line }) => line), ...others.reverse()] };
}

/** A new user's block. Null where the settings are none, or there is no room. */
function withNewUser(file: SubidFile, owner: string, defaults: SubIdDefaults): SubidFile | null {
  if (defaults.count === 0n) return file;
  const choice = lowestFreeRange(file, defaults);
  if (!choice.ok) return null;
  const ordered = file.lines.some(({ entry }) => entry) ? sorted(file) : file;
  return addSubid(ordered, { owner, first: BigInt(choice.range.first), count: BigInt(choice.range.count) });
}

/** The largest number that usermod takes. */
const LARGEST_LONG = 2n ** 63n - 1n;

/** `110000-120500`; null for what usermod calls invalid. */
function rangeOf(text: string): Pick<SubidEntry, "first" | "count"> | null {
  const [, first, last] = /^\s*\+?(\d+)-(\d+)$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return null;
  const [from, to] = [BigInt(first), BigInt(last)];
  return from <= to && to <= LARGEST_LONG ? { first: from, count: to - from + 1n } : null;
}

/** The options of usermod that edit a file: for which kind, and whether they give or take. */
const EDITS: { readonly [option: string]: { readonly kind: "uid" | "gid"; readonly gives: boolean } } = {
  "-v": { kind: "uid", gives: true },
  "--add-subuids": { kind: "uid", gives: true },
  "-V": { kind: "uid", gives: false },
  "--del-subuids": { kind: "uid", gives: false },
  "-w": { kind: "gid", gives: true },
  "--add-subgids": { kind: "gid", gives: true },
  "-W": { kind: "gid", gives: false },
  "--del-subgids": { kind: "gid", gives: false },
};

/** The kinds whose files an usermod's options edit. */
export function editedKinds(args: readonly string[]): readonly ("uid" | "gid")[] {
  return KINDS.filter((kind) => args.some((word) => EDITS[word]?.kind === kind));
}

/** What useradd, usermod, userdel and newusers make of both files. @source vectors/peers/shadow-subids.json */
export function subidCommand(given: Given): PeerAnswer {
  const [command = "", ...args] = given.texts("argv");
  const files = { uid: fileOf(given.texts("subuid")), gid: fileOf(given.texts("subgid")) };
  if (command === "userdel") {
    const owner = args.at(-1) ?? "";
    return { subuid: textsOf(removeOwner(files.uid, owner)), subgid: textsOf(removeOwner(files.gid, owner)) };
  }
  if (command === "usermod") return modified(files, args);
  const owners =
    command === "newusers" ? given.texts("newusers").map((line) => line.split(":")[0] ?? "") : args.slice(-1);
  for (const kind of KINDS) {
    const values = given.object(`${kind}_policy`);
    const defaults = shadowDefaults(values.number("min"), values.number("max"), values.number("count"));
    for (const owner of owners) {
      const next = withNewUser(files[kind], owner, defaults);
      if (!next) return REFUSED;
      files[kind] = next;
    }
  }
  return { subuid: textsOf(files.uid), subgid: textsOf(files.gid) };
}

function modified(given: { readonly uid: SubidFile; readonly gid: SubidFile }, args: readonly string[]): PeerAnswer {
  const files = { ...given };
  const owner = args.at(-1) ?? "";
  const edits = args.flatMap((word, at) => {
    const edit = EDITS[word];
    return edit ? [{ ...edit, range: rangeOf(args[at + 1] ?? "") }] : [];
  });
  if (edits.some(({ range }) => range === null)) return REFUSED;
  // What is taken is taken first; of several options the last one comes first.
  for (const { kind, gives, range } of [...edits].reverse().sort((a, b) => Number(a.gives) - Number(b.gives)))
    if (range) files[kind] = (gives ? giveSubid : takeSubid)(files[kind], { owner, ...range });
  return { subuid: textsOf(files.uid), subgid: textsOf(files.gid) };
}
