import { type KeptFile, type LineReading, readKept } from "./kept-lines.ts";
import { readSubidLine, type SubidEntry } from "./subid.ts";

/** What a line of /etc/subfsuid or /etc/subfsgid grants: the ids that an image rests at, which nobody runs as. */
export interface SubfsidEntry extends SubidEntry {
  /** The path of the image's root directory; `*` for every image. The owner may be `*` too: every user. */
  readonly image: string;
}

/** /etc/subfsuid or /etc/subfsgid, with comments, order and lines that cannot be read. */
export type SubfsidFile = KeptFile<SubfsidEntry>;

/** Stands for every user, or for every image. */
export const ANY = "*";

/**
 * Read /etc/subfsuid or /etc/subfsgid: `owner:first:count:image` a line, numbers as in /etc/subuid. Nothing is dropped
 * and nothing thrown: a line that grants nothing has a fault.
 *
 * @param where   the name of the file, for messages
 * @source        a proposal: tests/vectors/proposals/tables.json (H02); no system has this file
 * @example       parseSubfsid("ben:2147352576:65536:/srv/debian\n").lines[0]?.entry?.image // "/srv/debian"
 */
export function parseSubfsid(text: string, where = "/etc/subfsuid"): SubfsidFile {
  return readKept(text, where, readSubfsidLine);
}

function readSubfsidLine(text: string): LineReading<SubfsidEntry> {
  const { entry, fault } = readSubidLine(text);
  if (entry === null) return { entry, fault };
  const image = text.split(":").slice(3).join(":");
  if (image === "") return { entry: null, fault: "no image; expected owner:first:count:image" };
  return { entry: { ...entry, image }, fault: null };
}
