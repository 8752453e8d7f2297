import { getPile, type PileAnswer, setPile } from "../setusers.ts";
import { allow, type Verdict } from "../verdict.ts";
import { type Argument, flag, id, int, natural, oneOf, optional, scenarioError } from "./argument.ts";
import { type CallTable, defineCall, plain, type Values } from "./call.ts";
import { idRanges } from "./id-ranges.ts";

/** In the place of a list: a pointer that leads nowhere. */
const BAD = "bad";
const badPointer = oneOf(BAD);
const ids = idRanges(
  id,
  (first) => first,
  (_, other) => other,
);

/** The ids of a list, or a pointer that leads nowhere. */
const list: Argument<readonly number[] | typeof BAD> = {
  schema: { anyOf: [ids.schema, badPointer.schema] },
  isOptional: false,
  read: (value, where, world) => (value === BAD ? BAD : ids.read(value, where, world)),
};

/** `size`: how many of the list, all of them where it is left out. */
const SET = { list, size: optional(natural, undefined) };
/** `size`: how many ids there is room for. */
const GET = { size: int, list: optional(badPointer, undefined) };

interface GivenList {
  readonly list: readonly number[] | typeof BAD;
  readonly size: number | undefined;
}

function requestOf({ list, size }: GivenList, where: string) {
  if (list === BAD) return { ids: null, size: size ?? 1 };
  if (size !== undefined && size > list.length)
    throw scenarioError(`${where}.size`, `at most ${list.length}, as many as the list has`, size);
  return { ids: list, size: size ?? list.length };
}

function told(answer: Verdict<PileAnswer>): Verdict<Values> {
  if (!answer.ok) return answer;
  const { count, ids } = answer.value;
  return allow(ids ? { n: count, list: ids } : { n: count }, answer.rule);
}

/** setusers() and getusers(), and their twins for the pile of group ids. */
export const PILE_CALLS: CallTable = [
  defineCall("setusers", SET, (world, task, given, where) =>
    plain(setPile(world, task, "uid", requestOf(given, where))),
  ),
  defineCall("getusers", GET, (world, task, { size, list }) => told(getPile(world, task, "uid", size, list !== BAD))),
  defineCall("setsubgroups", { ...SET, droppable: optional(flag, false) }, (world, task, given, where) =>
    plain(setPile(world, task, "gid", { ...requestOf(given, where), isDroppable: given.droppable })),
  ),
  defineCall("getsubgroups", GET, (world, task, { size, list }) =>
    told(getPile(world, task, "gid", size, list !== BAD)),
  ),
];
