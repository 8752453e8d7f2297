/** Texts that are nearly maps, and readers that must answer each with maps or with an error of ours. */
import { UsernsError } from "../../src/core/index.ts";
import { MAP_FORMATS, type MapFormat } from "../../src/formats/index.ts";

const PIECES = [
  ..."0123456789:;,-+@#=/\"'\\ \t\n{}[]()._ugbx",
  "4294967295",
  "4294967296",
  "65536",
  "-1",
  "\0",
  "\u{1f600}",
  "--map-users",
  "idmap=",
  "uids=",
  "\\040",
  "null",
  "true",
];

/** A small generator of numbers, seeded: the same texts every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutated(text: string, next: (below: number) => number): string {
  let result = text;
  for (let edits = next(6); edits >= 0; edits--) {
    const at = next(result.length + 1);
    const piece = PIECES[next(PIECES.length)] ?? "";
    result = result.slice(0, at) + piece + result.slice(at + next(4));
  }
  return result;
}

/** @returns how many texts were read as maps, of all; throws what is no UsernsError, with the text */
export function fuzz(inputs: number, seed: number): { readonly read: number; readonly refused: number } {
  const next = numbers(seed);
  const counts = { read: 0, refused: 0 };
  for (let index = 0; index < inputs; index++) {
    const [format, other] = [MAP_FORMATS[index % MAP_FORMATS.length], MAP_FORMATS[next(MAP_FORMATS.length)]];
    if (!format || !other) continue;
    // Now and then a text of one form is given to the reader of another.
    const source: MapFormat = next(5) === 0 ? other : format;
    const text = mutated(source.example, next);
    try {
      format.recognises(text);
      format.parse(text, { where: "fuzz" });
      counts.read++;
    } catch (error) {
      if (!(error instanceof UsernsError)) throw new Error(`${format.name}: ${JSON.stringify(text)}`, { cause: error });
      counts.refused++;
    }
  }
  return counts;
}
