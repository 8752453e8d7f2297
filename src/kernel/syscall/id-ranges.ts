import { fits } from "../../core/extent.ts";
import { type Argument, integerIn, objectOf, scenarioError } from "./argument.ts";

/** No list that a call takes is longer than this by more than one, which shows that it is too long. */
const MOST = 65537;

/**
 * Ids of a list: single ones, and ranges `{first, count}`.
 *
 * @param one    how a single id is read
 * @param idOf   its number
 * @param alike  what is read like it, with another number
 */
export function idRanges<T>(
  one: Argument<T>,
  idOf: (given: T) => number,
  alike: (given: T, id: number) => T,
): Argument<readonly T[]> {
  const range = objectOf({ first: one, count: integerIn(1, MOST) });
  return {
    schema: { type: "array", items: { anyOf: [one.schema, range.schema] } },
    isOptional: false,
    read: (value, where, world) => {
      if (!Array.isArray(value)) throw scenarioError(where, "a list of ids and of ranges {first, count}", value);
      const ids = value.flatMap((item: unknown, index): readonly T[] => {
        const at = `${where}[${index}]`;
        if (typeof item !== "object" || item === null) return [one.read(item, at, world)];
        const { first, count } = range.read(item, at, world);
        if (!fits({ first: idOf(first), count }))
          throw scenarioError(at, "a range that ends at 4294967294 or before", item);
        return Array.from({ length: count }, (_, by) => alike(first, idOf(first) + by));
      });
      if (ids.length > MOST) throw scenarioError(where, `at most ${MOST} ids`, ids.length);
      return ids;
    },
  };
}
