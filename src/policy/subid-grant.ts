import type { Range } from "../core/index.ts";
import {
  entriesOf,
  type KeptFile,
  type KeptLine,
  type PasswdEntry,
  readLineAsTools,
  type SubidEntry,
  type SubidFile,
} from "../formats/index.ts";

/** A line of a subid file, or of a file like it, that could be read. */
export interface SubidGrant<Entry extends SubidEntry = SubidEntry> {
  readonly line: KeptLine<Entry>;
  readonly entry: Entry;
}

/** Every line that grants something, in order. */
export function grantsOf<Entry extends SubidEntry>(file: KeptFile<Entry>): readonly SubidGrant<Entry>[] {
  return file.lines.flatMap((line) => (line.entry === null ? [] : [{ line, entry: line.entry }]));
}

/**
 * Every line that is somebody's to shadow's tools, in order: they know no comments, so that a line that was commented out
 * keeps its ids from a new user, and belongs to an owner whose name begins with `#`.
 *
 * @source asked of Debian's getsubids and useradd 4.13; vectors/uidmap-4.13/asked.json
 */
export function linesToTools(file: SubidFile): readonly SubidGrant[] {
  return file.lines.flatMap((line) => {
    const entry = line.entry ?? readLineAsTools(line.text).entry;
    return entry === null ? [] : [{ line, entry }];
  });
}

/**
 * The lines that newuidmap counts for a user: those of its name, of its user id in digits, and of any other name that
 * passwd gives the same user id.
 *
 * @source vectors/linux-6.18/7_newidmap.json (tag names)
 */
export function grantsTo<Entry extends SubidEntry>(
  file: KeptFile<Entry>,
  user: Pick<PasswdEntry, "name" | "uid">,
  passwd: KeptFile<PasswdEntry>,
): readonly SubidGrant<Entry>[] {
  const accounts = entriesOf(passwd);
  const uidOf = (name: string) => accounts.find((account) => account.name === name)?.uid;
  return grantsOf(file).filter(
    ({ entry: { owner } }) => owner === user.name || owner === String(user.uid) || uidOf(owner) === user.uid,
  );
}

/** The last id that an entry holds. Sums are those of 64-bit longs: `0:0` holds every id, `5:-1` none. */
export function lastHeld({ first, count }: SubidEntry): bigint {
  return BigInt.asUintN(64, first + count - 1n);
}

/** Does the entry hold the id? */
export function holdsId(entry: SubidEntry, id: bigint): boolean {
  return entry.first <= id && id <= lastHeld(entry);
}

/**
 * The lines that together hold a whole range; lines that adjoin or overlap count together, in any order.
 *
 * @returns null when an id of the range is in none of them, or when the range is empty
 * @source  vectors/linux-6.18/7_newidmap.json (tags file, random)
 */
export function grantsThatHold<Grant extends SubidGrant>(
  grants: readonly Grant[],
  range: Range | Pick<SubidEntry, "first" | "count">,
): readonly Grant[] | null {
  const count = BigInt(range.count);
  if (count === 0n) return null;
  const last = BigInt(range.first) + count - 1n;
  const used: Grant[] = [];
  for (let next = BigInt(range.first); next <= last; ) {
    const at = next;
    const grant = grants.find(({ entry }) => holdsId(entry, at));
    if (!grant) return null;
    used.push(grant);
    next = lastHeld(grant.entry) + 1n;
  }
  return used;
}
