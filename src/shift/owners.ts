import { type Kind, NO_ID, showExtent, UsernsError } from "../core/index.ts";
import type { Place } from "./id-counts.ts";
import { type ShiftMaps, shiftId, unmappedIn } from "./shift-maps.ts";
import { smallestFit } from "./smallest-fit.ts";
import { type IdTally, type Met, Tally } from "./tally.ts";
import { showPlace } from "./tar-fault.ts";
import type { Stop } from "./tar-walk.ts";

/** What becomes of an id that the map does not hold. */
export type Unmapped =
  /** Nothing more is written, and the rest is read to say which ids they all are. */
  | { readonly mode: "refuse" }
  /** It becomes one id. */
  | { readonly mode: "squash"; readonly uid: number; readonly gid: number }
  /** It stays. */
  | { readonly mode: "keep" };

/** Gives the id that takes the place of each one met. */
export interface Owners {
  translate(kind: Kind, id: number, place: Place, met: Met): number;
  /** Where an id goes, without counting it. */
  peek(kind: Kind, id: number): number;
  /** Times that an id was met which the maps do not hold. */
  readonly unmappedCount: number;
  /** Has an id been met that keeps the archive from being written? */
  readonly isRefused: boolean;
}

/** Takes ids through maps, and counts those that are not in them. */
export class ShiftedOwners implements Owners {
  readonly unmapped = new Tally();
  readonly #maps: ShiftMaps;
  readonly #rule: Unmapped;
  #unmappedCount = 0;

  constructor(maps: ShiftMaps, rule: Unmapped) {
    this.#maps = maps;
    this.#rule = rule;
  }

  translate(kind: Kind, id: number, place: Place, met: Met): number {
    const to = shiftId(this.#maps, kind, id);
    if (to !== NO_ID) return to;
    this.#unmappedCount++;
    this.unmapped.count(kind, id, place, met);
    return this.#unmapped(kind, id);
  }

  peek(kind: Kind, id: number): number {
    const to = shiftId(this.#maps, kind, id);
    return to === NO_ID ? this.#unmapped(kind, id) : to;
  }

  #unmapped(kind: Kind, id: number): number {
    return this.#rule.mode !== "squash" ? id : kind === "gid" ? this.#rule.gid : this.#rule.uid;
  }

  get unmappedCount(): number {
    return this.#unmappedCount;
  }

  get isRefused(): boolean {
    return this.#rule.mode === "refuse" && this.#unmappedCount > 0;
  }
}

/** Counts every id, those that the maps do not hold once more, and changes none. */
export class CountedOwners implements Owners {
  readonly all = new Tally();
  readonly unmapped = new Tally();
  readonly isRefused = false;
  readonly #maps: ShiftMaps | null;
  #unmappedCount = 0;

  /** @param maps  null: hold every id */
  constructor(maps: ShiftMaps | null) {
    this.#maps = maps;
  }

  translate(kind: Kind, id: number, place: Place, met: Met): number {
    this.all.count(kind, id, place, met);
    if (this.#maps && shiftId(this.#maps, kind, id) === NO_ID) {
      this.#unmappedCount++;
      this.unmapped.count(kind, id, place, met);
    }
    return id;
  }

  get unmappedCount(): number {
    return this.#unmappedCount;
  }

  peek(_kind: Kind, id: number): number {
    return id;
  }
}

/** The smallest maps that hold some ids too; null for a kind that no map can hold, or whose ids are not all known. */
export interface FittingMaps {
  readonly uids: ShiftMaps["uids"] | null;
  readonly gids: ShiftMaps["gids"] | null;
}

/**
 * The smallest maps that hold all ids of a tally.
 *
 * @param unlisted  how many ids the tally has no room for
 */
export function fittingMaps(ids: readonly IdTally[], maps: ShiftMaps, unlisted = 0): FittingMaps {
  if (unlisted > 0) return { uids: null, gids: null };
  const missing = (kind: Kind) =>
    unmappedIn(ids, maps)
      .filter((tally) => tally.kind === kind)
      .map(({ id }) => id);
  return {
    uids: smallestFit(maps.uids, missing("uid"), maps.reverse),
    gids: smallestFit(maps.gids, missing("gid"), maps.reverse),
  };
}

/** Ids that a message names. */
const MOST_SHOWN = 8;

/** Some ids of the archive are not in the map, and the answer was no. The input itself may be without a fault. */
export class UnmappedError extends UsernsError {
  /** The ids, each with how often and where it was met. */
  readonly unmapped: readonly IdTally[];
  /** Times that further ids were met, beyond the number that is kept. */
  readonly unlisted: number;
  readonly fit: FittingMaps;

  /** The first entry of which nothing was written. */
  readonly stop: Stop;

  constructor(name: string, stop: Stop, unmapped: readonly IdTally[], unlisted: number, fit: FittingMaps) {
    const shown = unmapped.slice(0, MOST_SHOWN).map(showTally);
    const more = unmapped.length > MOST_SHOWN ? [`and ${unmapped.length - MOST_SHOWN} more`] : [];
    super("ERR_UNMAPPED", {
      where: showPlace({ name, ...stop }),
      expected: "a map that holds every id of the archive",
      got: [...shown, ...more].join(", "),
      fix: fixOf(unmapped, fit),
    });
    this.stop = stop;
    this.unmapped = unmapped;
    this.unlisted = unlisted;
    this.fit = fit;
  }
}

function showTally({ kind, id, owner, acl, capability, examples }: IdTally): string {
  const example = examples[0] === undefined ? "" : `, such as ${JSON.stringify(examples[0])}`;
  return `${kind} ${id} (${owner + acl + capability}×${example})`;
}

function fixOf(unmapped: readonly IdTally[], fit: FittingMaps): string {
  const text = (map: ShiftMaps["uids"] | ShiftMaps["gids"]) => map.extents.map(showExtent).join(",");
  const isMissing = (kind: Kind) => unmapped.some((tally) => tally.kind === kind);
  const maps = [
    ...(isMissing("uid") && fit.uids ? [`${text(fit.uids)} for users`] : []),
    ...(isMissing("gid") && fit.gids ? [`${text(fit.gids)} for groups`] : []),
  ];
  const others = "squash them to one id, or keep them";
  return maps.length > 0 ? `the smallest map that fits is ${maps.join(" and ")}; or ${others}` : others;
}
