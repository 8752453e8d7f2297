import {
  type Extent,
  type IdSet,
  idSet,
  lowerOf,
  type Range,
  sizeOf,
  subtract,
  takeFirst,
  zip,
} from "../core/index.ts";
import type { NamedId } from "./account-overlap.ts";

/** What `--userns=auto` makes a map of one kind from. */
export interface AutoUserns {
  /** How many ids the map holds. */
  readonly size: number;
  /** What may be used: the lines of `containers` in subuid. */
  readonly available: IdSet;
  /** Maps that others have. */
  readonly used: readonly Extent[];
  /** Lines that the map has in any case, and behind the others. */
  readonly additional: readonly Extent[];
}

/**
 * The map that Podman makes for `--userns=auto`: the lowest ids that nobody uses, in as many pieces as it takes.
 *
 * @returns null where there are too few
 * @source containers/storage; vectors/peers/storage-auto-userns.json
 * @example autoUsernsMap({ size: 5, available: [{ first: 100, count: 9 }], used: [{ first: 0, lowerFirst: 102, count: 3 }], additional: [] })
 *          // [{ first: 0, lowerFirst: 100, count: 2 }, { first: 2, lowerFirst: 105, count: 3 }]
 */
export function autoUsernsMap({ size, available, used, additional }: AutoUserns): readonly Extent[] | null {
  const inside = subtract(takeFirst([{ first: 0, count: size }], size), idSet(additional));
  const free = subtract(subtract(available, idSet(used.map(lowerOf))), idSet(additional.map(lowerOf)));
  const outside = takeFirst(free, sizeOf(inside));
  return sizeOf(outside) < sizeOf(inside) ? null : [...zip(inside, outside), ...additional];
}

/** Images give these ids to nobody in particular, and so no map is made larger for them. */
const NOBODIES: ReadonlySet<string> = new Set(["nobody", "nogroup"]);
const NOBODY_ID = 65534;

/**
 * How many ids an image needs by its own passwd and group: up to the largest, nobody's left out.
 *
 * @param accounts  users by uid and by gid, and groups
 * @source podman-run(1), "--userns=auto"; vectors/peers/storage-auto-userns.json
 * @example autoUsernsSize([{ name: "web", id: 4000 }, { name: "nogroup", id: 65533 }]) // 4001
 */
export function autoUsernsSize(accounts: readonly NamedId[]): number {
  const ids: readonly Range[] = accounts
    .filter(({ name, id }) => !NOBODIES.has(name) && id !== NOBODY_ID)
    .map(({ id }) => ({ first: 0, count: id + 1 }));
  return sizeOf(idSet(ids));
}
