import { isId } from "../core/index.ts";
import { readDecimalLong, withoutLeadingBlanks } from "./c-number.ts";
import { type KeptFile, type LineReading, readKept } from "./kept-lines.ts";
import { isNisLine, NIS_FAULT } from "./nis-line.ts";

/** A line of /etc/passwd, as far as ids go. */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A line of /etc/group, as far as ids go. */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  /** The names of users whose further group it is; those whose passwd line names it are not among them. */
  readonly members: readonly string[];
}

/**
 * Read /etc/passwd as programs that look a user up see it, through the `files` source of glibc. A line that gives nobody
 * is kept with its fault; so is one without a name, though glibc finds it by its id.
 *
 * @source  passwd(5), nss(5); vectors/uidmap-4.13/accounts.json
 * @example parsePasswd("ben:x:1000:100::/home/ben:/bin/sh\n").lines[0]?.entry // { name: "ben", uid: 1000, gid: 100 }
 */
export function parsePasswd(text: string, where = "/etc/passwd"): KeptFile<PasswdEntry> {
  return readKept(text, where, (line) =>
    readFields(line, 4, ([name, , uid, gid]) => {
      const ids = [readId(uid), readId(gid)];
      return name === undefined || ids[0] == null || ids[1] == null ? null : { name, uid: ids[0], gid: ids[1] };
    }),
  );
}

/**
 * Read /etc/group as {@link parsePasswd} reads /etc/passwd.
 *
 * @source  group(5), nss(5); vectors/uidmap-4.13/accounts.json
 * @example parseGroup("ben:x:1000:\n").lines[0]?.entry // { name: "ben", gid: 1000, members: [] }
 */
export function parseGroup(text: string, where = "/etc/group"): KeptFile<GroupEntry> {
  return readKept(text, where, (line) =>
    readFields(line, 3, ([name, , gid, ...rest]) => {
      const id = readId(gid);
      if (name === undefined || id === null) return null;
      const members = rest.join(":").split(",").map(withoutLeadingBlanks);
      return { name, gid: id, members: members.filter((member) => member !== "") };
    }),
  );
}

function readFields<T>(text: string, least: number, read: (fields: readonly string[]) => T | null): LineReading<T> {
  const line = withoutLeadingBlanks(text);
  if (line.startsWith("#") || line === "") return { entry: null, fault: null };
  if (isNisLine(line)) return { entry: null, fault: NIS_FAULT };
  const fields = line.split(":");
  if (fields.length < least) return { entry: null, fault: `${fields.length} fields; expected ${least} or more` };
  const entry = fields[0] === "" ? null : read(fields);
  return entry === null ? { entry, fault: "no name, or an id that is no decimal number" } : { entry, fault: null };
}

function readId(text: string | undefined): number | null {
  const id = text === undefined ? null : readDecimalLong(text);
  return id !== null && isId(Number(id)) ? Number(id) : null;
}

/** The entries of a file that could be read, in order. */
export function entriesOf<T>(file: KeptFile<T>): readonly T[] {
  return file.lines.flatMap(({ entry }) => (entry === null ? [] : [entry]));
}
