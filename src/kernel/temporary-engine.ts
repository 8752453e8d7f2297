import type { Column, Engine, Ids, Translator } from "../core/engine.ts";
import { type FlatRoute, followFlat } from "../core/flat-route.ts";
import { NO_ID } from "../core/id.ts";

/* Stands in until the engines of src/core are in this branch; then this file goes. */

const wordsOf = (ids: Ids): Uint32Array => (ids instanceof Uint32Array ? ids : ids.view());

function translator(flat: FlatRoute): Translator {
  const packed = (from: Ids, to: Ids = from): number => {
    const source = wordsOf(from);
    const target = wordsOf(to);
    let unmapped = 0;
    for (let i = 0; i + 1 < source.length; i += 2) {
      const place = followFlat(flat, { id: source[i] ?? NO_ID, number: source[i + 1] ?? 0 });
      target[i] = place.id;
      target[i + 1] = place.number;
      if (place.id === NO_ID) unmapped++;
    }
    return unmapped;
  };
  return {
    one: (id) => followFlat(flat, { id, number: 0 }).id,
    place: (id, number) => followFlat(flat, { id, number }),
    ids: () => 0,
    packed,
    split: () => 0,
    free() {},
  };
}

export function temporaryEngine(): Engine {
  return {
    name: "typescript",
    alloc(length): Column {
      const words = new Uint32Array(length);
      return { length, view: () => words, free() {} };
    },
    load: translator,
    pack() {},
    unpack() {},
    headers: () => ({ shift: () => 1 }),
  };
}
