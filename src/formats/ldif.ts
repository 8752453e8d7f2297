import { isId } from "../core/index.ts";
import type { GroupEntry, PasswdEntry } from "./accounts.ts";
import type { KeptFile, KeptLine } from "./kept-lines.ts";

/** An entry of a directory: the values of each attribute, by its name in small letters and without its options. */
interface LdifEntry {
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Why it cannot be read; null where it can. */
  readonly fault: string | null;
}

/**
 * Is this a directory's dump, rather than lines of accounts? It begins with its version or with a name.
 *
 * @source RFC 2849
 */
export function isLdif(text: string): boolean {
  for (let at = 0; at < text.length; at = text.indexOf("\n", at) + 1 || text.length) {
    const line = text.slice(at, at + 64);
    if (!/^(?:#|\s)/.test(line)) return /^(?:version: *\d|dn::? )/i.test(line);
  }
  return false;
}

/**
 * The users of a directory, as a passwd file would have them: posixAccount, by uid (sAMAccountName where there is none),
 * uidNumber and gidNumber. Entries of other kinds are none; one whose number is no id is kept with its fault.
 *
 * @source  RFC 2307, posixAccount
 * @example entriesOf(usersOfLdif("dn: uid=ben\nuid: ben\nuidNumber: 1000\ngidNumber: 100\n")) // [{ name: "ben", uid: 1000, gid: 100 }]
 */
export function usersOfLdif(text: string, where = "LDIF"): KeptFile<PasswdEntry> {
  return keptOf(text, where, "uidnumber", (value) => {
    const name = value("uid") ?? value("samaccountname");
    const [uid, gid] = [idOf(value("uidnumber")), idOf(value("gidnumber") ?? value("uidnumber"))];
    return name === undefined || uid === null || gid === null ? null : { name, uid, gid };
  });
}

/**
 * The groups of a directory, as a group file would have them: by cn, gidNumber and memberUid. A user's own gidNumber
 * makes no group.
 *
 * @source RFC 2307, posixGroup
 */
export function groupsOfLdif(text: string, where = "LDIF"): KeptFile<GroupEntry> {
  return keptOf(text, where, "gidnumber", (value, values) => {
    const [name, gid] = [value("cn"), idOf(value("gidnumber"))];
    if (values.has("uidnumber")) return "other";
    return name === undefined || gid === null ? null : { name, gid, members: values.get("memberuid") ?? [] };
  });
}

function keptOf<T>(
  text: string,
  where: string,
  number: string,
  read: (value: (name: string) => string | undefined, values: LdifEntry["values"]) => T | null | "other",
): KeptFile<T> {
  const lines = readEntries(text).flatMap((entry): readonly KeptLine<T>[] => {
    const { values, fault } = entry;
    const place = { text: entry.text, line: entry.line };
    if (fault !== null) return [{ ...place, entry: null, fault }];
    if (!values.has(number)) return [];
    const found = read((name) => values.get(name)?.[0], values);
    if (found === "other") return [];
    return [{ ...place, entry: found, fault: found === null ? `no name, or a ${number} that is no id` : null }];
  });
  return { where, lines, endsInNewline: true };
}

function idOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) && isId(Number(text)) ? Number(text) : null;
}

/** Entries stand apart by blank lines; a line that begins with a blank goes on with the one before; `#` is a comment. */
function readEntries(text: string): readonly LdifEntry[] {
  const entries: LdifEntry[] = [];
  let lines: string[] = [];
  let begin = 1;
  const close = (): void => {
    if (lines.some((line) => /^dn:/i.test(line))) entries.push(entryOf(lines, begin));
    lines = [];
  };
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (line === "") close();
    else if (line.startsWith(" ") && lines.length > 0) lines.push(`${lines.pop()}${line.slice(1)}`);
    else {
      if (lines.length === 0) begin = index + 1;
      lines.push(line);
    }
  }
  close();
  return entries;
}

function entryOf(lines: readonly string[], line: number): LdifEntry {
  const values = new Map<string, readonly string[]>();
  let fault: string | null = null;
  for (const text of lines.filter((one) => !one.startsWith("#"))) {
    const [, attribute = "", kind = "", rest = ""] = /^([A-Za-z][\w.;-]*):([:<]?) *(.*)$/.exec(text) ?? [];
    const value = kind === ":" ? decoded(rest) : rest;
    if (attribute === "" || value === null) fault ??= `expected attribute: value (got ${JSON.stringify(text)})`;
    const name = (attribute.split(";")[0] ?? "").toLowerCase();
    values.set(name, [...(values.get(name) ?? []), value ?? ""]);
  }
  return { text: lines.join("\n"), line, values, fault };
}

/** The bytes of a value in base64, each a character; null for what is none. */
function decoded(base64: string): string | null {
  try {
    return atob(base64);
  } catch {
    return null;
  }
}
