import { quoted } from "../core/index.ts";
import { manifestFault } from "./manifest.ts";
import { canonicalPath, folderOf, isTooLong, MOST_PATH_BYTES, ROOT_PATH } from "./path-text.ts";
import { unescapeName } from "./vis.ts";

/** What a line says, by keyword; null: a keyword without a value. */
export type Keywords = ReadonlyMap<string, string | null>;

/** A path of an mtree, and all that is said of it: by its line, and by the `/set` lines before. */
export interface MtreeLine {
  readonly path: string;
  readonly said: Keywords;
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** The file and that line. */
  readonly where: string;
}

/** How a type is spelled of which names that follow are the folder's. */
const FOLDER = "dir";

/**
 * The paths of an mtree, in its order.
 *
 * A name with a slash in it is a path from the root; one without stands in the folder that the lines before it led to:
 * a folder's line leads into it, `..` out of it.
 *
 * @param lines  without their ends
 * @throws UsernsError ERR_MANIFEST
 * @source mtree(5)
 */
export function* mtreeLines(lines: Iterable<string>, name: string): Generator<MtreeLine> {
  const set = new Map<string, string | null>();
  // Null behind the `..` that leads out of the root itself, which FreeBSD's mtree ends with.
  let folder: string | null = ROOT_PATH;
  for (const { words, line } of wordsOf(lines)) {
    const where = `${name}:${line}`;
    const [first = "", ...rest] = words;
    if (first === "/set") for (const [keyword, value] of keywordsOf(rest)) set.set(keyword, value);
    else if (first === "/unset") unset(set, rest);
    else if (first === "..") {
      if (folder === null) throw manifestFault(where, "a path inside the tree", '".." outside its root');
      folder = folderOf(folder);
    } else {
      const path = pathOf(first, folder ?? ROOT_PATH, where);
      const said = new Map([...set, ...keywordsOf(rest)]);
      if (said.get("type") === FOLDER && !first.includes("/")) folder = path;
      yield { path, said, line, where };
    }
  }
}

function unset(set: Map<string, string | null>, keywords: readonly string[]): void {
  for (const keyword of keywords) {
    if (keyword === "all") set.clear();
    else set.delete(keyword);
  }
}

interface Words {
  readonly words: readonly string[];
  /** Where they begin. */
  readonly line: number;
}

/** The words of lines that say something; a line that ends with a backslash goes on in the next. */
function* wordsOf(lines: Iterable<string>): Generator<Words> {
  let held = "";
  let begin = 1;
  let number = 0;
  for (const part of lines) {
    number++;
    if (held === "") begin = number;
    const line = part.replace(/\r$/, "");
    const backslashes = /\\*$/.exec(line)?.[0].length ?? 0;
    // An even number of them is a name that ends with backslashes.
    if (backslashes % 2 === 1) {
      held += `${line.slice(0, -1)} `;
      continue;
    }
    const words = `${held}${line}`.split(/[ \t]+/).filter((word) => word !== "");
    held = "";
    if (words[0] !== undefined && !words[0].startsWith("#")) yield { words, line: begin };
  }
}

function keywordsOf(words: readonly string[]): (readonly [string, string | null])[] {
  return words.map((word) => {
    const equals = word.indexOf("=");
    return equals < 0 ? [word, null] : [word.slice(0, equals), word.slice(equals + 1)];
  });
}

function pathOf(word: string, folder: string, where: string): string {
  const name = unescapeName(word);
  const path = name === null ? null : canonicalPath(word.includes("/") ? name : `${folder}/${name}`);
  if (path === null) throw manifestFault(where, "a path inside the tree, in the escapes of vis(3)", quoted(word));
  if (isTooLong(path)) throw manifestFault(where, `a path of at most ${MOST_PATH_BYTES} bytes`, quoted(path));
  return path;
}
