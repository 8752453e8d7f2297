import { type Engine, type IdMap, idMap } from "../../src/core/index.ts";
import { shiftTar } from "../../src/shift/index.ts";

/** Our way: the owners of a stream shifted with one map for both kinds. */
export function shifter(
  engine: Engine,
  { extents }: IdMap,
): (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array> {
  return (source) => shiftTar(source, { uids: idMap(extents), gids: idMap(extents), engine });
}
