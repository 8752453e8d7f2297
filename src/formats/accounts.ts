import { isId } from "../core/index.ts";
import { type KeptFile, type LineReading, readKept } from "./kept-lines.ts";

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
 * Read /etc/passwd. A line that cannot be read is kept with its fault.
 *
 * @source  passwd(5)
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
 * Read /etc/group. A line that cannot be read is kept with its fault.
 *
 * @source  group(5)
 * @example parseGroup("ben:x:1000:\n").lines[0]?.entry // { name: "ben", gid: 1000, members: [] }
 */
export function parseGroup(text: string, where = "/etc/group"): KeptFile<GroupEntry> {
  return readKept(text, where, (line) =>
    readFields(line, 3, ([name, , gid, members = ""]) => {
      const id = readId(gid);
      if (name === undefined || id === null) return null;
      return { name, gid: id, members: members.split(",").filter((member) => member !== "") };
    }),
  );
}

function readFields<T>(line: string, least: number, read: (fields: readonly string[]) => T | null): LineReading<T> {
  if (line.startsWith("#") || line.trim() === "") return { entry: null, fault: null };
  const fields = line.split(":");
  if (fields.length < least) return { entry: null, fault: `${fields.length} fields; expected ${least} or more` };
  const entry = fields[0] === "" ? null : read(fields);
  return entry === null ? { entry, fault: "no name, or an id that is no decimal number" } : { entry, fault: null };
}

function readId(text: string | undefined): number | null {
  if (text === undefined || !/^\d+$/.test(text)) return null;
  const id = Number(text);
  return isId(id) ? id : null;
}

/** The entries of a file that could be read, in order. */
export function entriesOf<T>(file: KeptFile<T>): readonly T[] {
  return file.lines.flatMap(({ entry }) => (entry === null ? [] : [entry]));
}
