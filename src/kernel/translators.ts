import type { Engine, Translator } from "../core/engine.ts";
import { flattenRoute } from "../core/flat-route.ts";
import type { Kind } from "../core/id.ts";
import type { IdMap } from "../core/id-map.ts";
import type { Hop, PlacedId, Route } from "../core/route.ts";
import type { KernelRoute } from "./routes.ts";

/** One id that was taken along a route. */
export interface Translation {
  readonly kind: Kind;
  readonly route: KernelRoute;
  readonly from: PlacedId;
  readonly to: PlacedId;
}

/**
 * Routes loaded into one engine. A route is flattened and loaded once: two routes over the same maps, in the same
 * directions and with the same things shown, are one.
 */
export class Translators {
  readonly #engine: Engine;
  readonly #mapKeys = new WeakMap<IdMap, number>();
  #nextMapKey = 0;
  readonly #loaded = new Map<string, Translator>();
  /** Told of every id that {@link place} takes; null: nobody asks. */
  watcher: ((taken: Translation) => void) | null = null;

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

  /** Take one id along a route. Every answer about a single id comes from here, so whoever watches sees its way. */
  place<K extends Kind>(kind: K, route: KernelRoute<K>, from: PlacedId<K>): PlacedId {
    const to = this.of(route).place(from.id, from.number);
    this.watcher?.({ kind, route, from, to });
    return to;
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
    const bare = hop.bare?.length ? `~${hop.bare.join()}` : "";
    return `${hop.direction}${map}.${hop.number ?? 0}${bare}${shown}`;
  }
}
