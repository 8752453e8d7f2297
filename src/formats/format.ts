import type { IdMap, Kind } from "../core/index.ts";

/** One way to write an id map as text: one file, and one line in `registry.ts`. */
export interface MapFormat {
  /** Named in messages and in `--json`: `triples`. */
  readonly name: string;
  /** What a good text looks like, for the "expected" of an error. */
  readonly example: string;
  /** Does the text begin like this format? A text that begins so and goes wrong later is an error, not another format. */
  recognises(text: string): boolean;
  /**
   * Read a text.
   *
   * @param where  the name of the input; errors say `where:line:column`, both from 1
   * @throws UsernsError ERR_MAP_TEXT, ERR_ID_RANGE, and what `idMap` throws
   */
  parse<K extends Kind = Kind>(text: string, where: string): IdMap<K>;
  /** Write a map; `parse` reads the same map back, line for line, if it has a line. */
  print(map: IdMap): string;
}
