import { isId, NO_ID, type OwnerKind } from "../core/index.ts";
import { entriesOf, type GroupEntry, type KeptFile, type PasswdEntry } from "../formats/index.ts";

/** A user of an image, and every group that counts for him. */
export interface Person {
  readonly name: string;
  readonly uid: number;
  /** The group of his passwd line, and those that name him. */
  readonly gids: ReadonlySet<number>;
}

/** The accounts of an image: names for its ids. */
export interface People {
  /** The id of a name, or of a number, which needs no account; null for a name that nobody has. */
  idOf(kind: OwnerKind, name: string): number | null;
  /** Who has this name or number; a number without an account is somebody without a group. Null for other names. */
  person(name: string): Person | null;
}

/**
 * The people of an image.
 *
 * @param passwd  the first line that has a name counts, as for every program that reads it
 * @source passwd(5), group(5)
 */
export function peopleOf(passwd: KeptFile<PasswdEntry>, group: KeptFile<GroupEntry>): People {
  const users = new Map(
    entriesOf(passwd)
      .toReversed()
      .map((entry) => [entry.name, entry]),
  );
  const byUid = new Map(
    entriesOf(passwd)
      .toReversed()
      .map((entry) => [entry.uid, entry]),
  );
  const groups = new Map(
    entriesOf(group)
      .toReversed()
      .map((entry) => [entry.name, entry.gid]),
  );
  const idOf = (kind: OwnerKind, name: string): number | null =>
    numberIn(name) ?? (kind === "uid" ? users.get(name)?.uid : groups.get(name)) ?? null;
  return {
    idOf,
    person(name) {
      const uid = idOf("uid", name);
      if (uid === null) return null;
      const account = users.get(name) ?? byUid.get(uid);
      if (!account) return { name, uid, gids: new Set() };
      const further = entriesOf(group).filter(({ members }) => members.includes(account.name));
      return { name: account.name, uid, gids: new Set([account.gid, ...further.map(({ gid }) => gid)]) };
    },
  };
}

function numberIn(text: string): number | null {
  const id = Number(text);
  return /^\d+$/.test(text) && isId(id) && id !== NO_ID ? id : null;
}
