import type { Engine, Translator } from "../core/engine.ts";
import { flattenRoute } from "../core/flat-route.ts";
import type { IdMap } from "../core/id-map.ts";
import type { Hop, Route } from "../core/route.ts";

/**
 * Routes loaded into one engine. A route is flattened and loaded once: two routes over the same maps, in the same
 * directions and with the same things shown, are one.
 */
export class Translators {
  readonly #engine: Engine;
  readonly #mapKeys = new WeakMap<IdMap, number>();
  #nextMapKey = 0;
  readonly #loaded = new Map<string, Translator>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  of(route: Route): Translator {
    const key = route.map((hop) => this.#keyOf(hop)).join("/");
    const found = this.#loaded.get(key);
    if (found) return found;
    const translator = this.#engine.load(flattenRoute(route));
    this.#loaded.set(key, translator);
    return translator;
  }

  free(): void {
    for (const translator of this.#loaded.values()) translator.free();
    this.#loaded.clear();
  }

  #keyOf(hop: Hop): string {
    let map = this.#mapKeys.get(hop.map);
    if (map === undefined) {
      map = this.#nextMapKey++;
      this.#mapKeys.set(hop.map, map);
    }
    const shown = hop.shown ? `=${hop.shown.overflow},${[...hop.shown.creators].join()}` : "";
    return `${hop.direction}${map}.${hop.number ?? 0}${shown}`;
  }
}
