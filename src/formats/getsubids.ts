import type { Range } from "../core/index.ts";
import { fieldsOf, readNumber, textFault } from "./fields.ts";

/**
 * The output of getsubids(1): `0: ben 100000 65536`.
 *
 * @throws UsernsError with `where:line:column`
 * @source getsubids(1); vectors/peers/rootlesskit.json
 * @example readGetsubids("0: ben 100000 65536\n") // [{ first: 100000, count: 65536 }]
 */
export function readGetsubids(text: string, where = "getsubids"): readonly Range[] {
  return fieldsOf(text, /\S.*/g).map((line) => {
    const [, , first, count, ...surplus] = Array.from(line.text.matchAll(/\S+/g), (match) => ({
      text: match[0],
      line: line.line,
      column: line.column + match.index,
    }));
    if (!/^\d+:\s/.test(line.text) || !first || !count || surplus.length > 0)
      throw textFault(line, where, "index: owner first count, as in 0: ben 100000 65536");
    return { first: readNumber(first, where), count: readNumber(count, where) };
  });
}
