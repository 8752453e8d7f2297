import { isId, NO_ID, quoted, UsernsError } from "../core/index.ts";
import { canonicalPath } from "../manifest/index.ts";

/** What can be done to a file. */
export const VERBS = ["read", "write", "execute"] as const;
export type Verb = (typeof VERBS)[number];

/** A question about a tree and its people. */
export type Question =
  | { readonly ask: "who can"; readonly verb: Verb; readonly path: string }
  /** Who comes to run as a user, or gets a program's owner or capabilities, if need be by several programs in turn. */
  | { readonly ask: "who reaches"; readonly uid: number }
  | { readonly ask: "who runs"; readonly path: string }
  | { readonly ask: "what can"; readonly verb: Verb; readonly user: string };

/** The forms of a question, as they are typed. */
export const QUESTION_FORMS = [
  "who can read|write|execute PATH",
  "who reaches uid N",
  "who reaches PATH",
  "what can USER read|write|execute",
] as const;

/**
 * Read a question: words with blanks between them, a path that holds blanks in quotes; a question mark may end it.
 *
 * @throws UsernsError ERR_USAGE
 * @example readQuestion("who can write /etc/passwd?") // { ask: "who can", verb: "write", path: "etc/passwd" }
 */
export function readQuestion(text: string): Question {
  const words = wordsOf(text.trim().replace(/\s*\?$/, ""));
  const [first = "", second = "", third = "", fourth = ""] = words;
  const head = `${first} ${second}`.toLowerCase();
  if (head === "who can" && words.length === 4) return { ask: "who can", verb: verbOf(third), path: pathOf(fourth) };
  if (head === "who reaches" && third.toLowerCase() === "uid" && words.length === 4)
    return { ask: "who reaches", uid: uidOf(fourth) };
  if (head === "who reaches" && words.length === 3) return { ask: "who runs", path: pathOf(third) };
  if (head === "what can" && words.length === 4) return { ask: "what can", verb: verbOf(fourth), user: third };
  throw fault(`one of: ${QUESTION_FORMS.join("; ")}`, text);
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, inQuotes, bare]) => inQuotes ?? bare ?? "");
}

function verbOf(word: string): Verb {
  const verb = VERBS.find((one) => one === word.toLowerCase());
  if (!verb) throw fault(`one of: ${VERBS.join(", ")}`, word);
  return verb;
}

function pathOf(word: string): string {
  const path = canonicalPath(word.replace(/^\/+(?=.)/, "").replace(/^\/$/, "."));
  if (path === null) throw fault("a path inside the tree, such as /etc/passwd", word);
  return path;
}

function uidOf(word: string): number {
  const uid = Number(word);
  if (!/^\d+$/.test(word) || !isId(uid) || uid === NO_ID) throw fault(`a number from 0 to ${NO_ID - 1}`, word);
  return uid;
}

function fault(expected: string, got: string): UsernsError {
  return new UsernsError("ERR_USAGE", { where: "QUESTION", expected, got: quoted(got) });
}
