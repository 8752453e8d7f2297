import { fits, type IdSet, idSet, MAX_ID, quoted, type Range, rangeBetween, UsernsError } from "../core/index.ts";

/**
 * Ids as people write them: `5`, `5-10` (both ends in it) or `5+6` (six ids from 5).
 *
 * @param where  named in errors: `IDS` or `stdin:3`
 * @throws UsernsError ERR_USAGE or ERR_ID_RANGE
 */
export function readIds(text: string, where: string): Range {
  const match = /^(\d+)(?:([-+])(\d+))?$/.exec(text);
  if (!match)
    throw new UsernsError("ERR_USAGE", {
      where,
      expected: "an id (5) or a range (5-10 or 5+6)",
      got: quoted(text),
    });
  const first = Number(match[1]);
  const other = Number(match[3]);
  const range = match[2] === "-" ? rangeBetween(first, other) : { first, count: match[2] === "+" ? other : 1 };
  if (!range || range.count === 0)
    throw new UsernsError("ERR_ID_RANGE", { where, expected: "a range of at least one id", got: quoted(text) });
  if (!fits(range))
    throw new UsernsError("ERR_ID_RANGE", { where, expected: `ids of at most ${MAX_ID}`, got: quoted(text) });
  return range;
}

/** Ids and ranges with commas between them: `100000+65536,300000-300999`. @throws UsernsError ERR_USAGE or ERR_ID_RANGE */
export function readIdSet(text: string, where: string): IdSet {
  return idSet(text.split(",").map((range) => readIds(range, where)));
}

/** One id. @throws UsernsError ERR_USAGE or ERR_ID_RANGE */
export function readId(text: string, where: string): number {
  if (!/^\d+$/.test(text))
    throw new UsernsError("ERR_USAGE", { where, expected: "an id, in decimal digits", got: quoted(text) });
  return readIds(text, where).first;
}

/** An owner as chown(1) takes it, in numbers: `0:42`. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** @throws UsernsError ERR_USAGE or ERR_ID_RANGE */
export function readOwner(text: string, where: string): Owner {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (!match?.[1] || !match[2])
    throw new UsernsError("ERR_USAGE", {
      where,
      expected: "UID:GID in numbers, as in 0:42",
      got: quoted(text),
    });
  return { uid: readId(match[1], where), gid: readId(match[2], where) };
}

/** One id of a kind, or an owner, which is one of each. */
export function readAsked(
  text: string,
  kind: "uid" | "gid",
  where: string,
): readonly { readonly kind: "uid" | "gid"; readonly id: number }[] {
  if (!text.includes(":")) return [{ kind, id: readId(text, where) }];
  const owner = readOwner(text, where);
  return [
    { kind: "uid", id: owner.uid },
    { kind: "gid", id: owner.gid },
  ];
}
