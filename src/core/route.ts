import { type AnyId, type Kind, NO_ID } from "./id.ts";
import { type IdMap, lineOf, mapDown, mapUp } from "./id-map.ts";
import { CLASSICAL, type NamespaceNumber } from "./kuid64.ts";

/**
 * An id somewhere along a route: inside a namespace, in the kernel or on a mount, with the number of the isolated
 * namespace that it belongs to (0: none). A {@link Kuid64} is one.
 */
export interface PlacedId<K extends Kind = Kind> {
  readonly id: AnyId<K>;
  readonly number: NamespaceNumber;
}

/** What the last hop shows instead of "not mapped". Without it an id that is not mapped stays {@link NO_ID}. */
export interface Shown<K extends Kind = Kind> {
  /** Shown for a classical id that the map does not hold, and for an isolated id of a namespace not listed. */
  readonly overflow: AnyId<K>;
  /** For the numbers of other isolated namespaces: the id shown for all their ids (their creator, as seen here). */
  readonly creators: ReadonlyMap<NamespaceNumber, AnyId<K>>;
}

/**
 * One translation: a map and the direction it is read in.
 *
 * `down` takes ids used inside to kernel ids. An isolated namespace (`number` not 0) keeps an id that its map does not
 * hold, tagged with the number. `up` takes kernel ids back: a classical one through the map, one tagged with this
 * namespace's own number as it stands, one of a `bare` number through the map, any other not at all.
 *
 * @source user_namespaces(7); the isolated-namespace proposal: make_kuid, from_kuid, from_kuid_munged
 */
export interface Hop<K extends Kind = Kind> {
  readonly direction: "down" | "up";
  readonly map: IdMap<K>;
  /** Named in explanations: `uid_map of c1`. */
  readonly name: string;
  /** The number of an isolated namespace; 0, the default, for every other. */
  readonly number?: NamespaceNumber;
  /** Only on a hop up. */
  readonly shown?: Shown<K>;
  /** Numbers whose ids a hop up reads as if they were classical; a hop down takes none of them. */
  readonly bare?: readonly NamespaceNumber[];
}

/** The hops that take an id from one place to another, first to last. */
export type Route<K extends Kind = Kind> = readonly Hop<K>[];

/** Why a hop gave what it gave. */
export type StepReason =
  /** A line of the map holds the id. */
  | "line"
  /** No line holds it, and the namespace is isolated: the id is kept and tagged. */
  | "isolated"
  /** The id carries this namespace's number and stands for itself. */
  | "own"
  /** The number was put aside, and a line of the map holds the id. */
  | "bare"
  /** Not mapped, and the creator of the id's namespace is shown. */
  | "creator"
  /** Not mapped, and the overflow id is shown. */
  | "overflow"
  /** Not mapped. */
  | "unmapped";

/** One hop walked: what came in, what went out and why. */
export interface Step<K extends Kind = Kind> {
  readonly hop: Hop<K>;
  readonly from: PlacedId<K>;
  readonly to: PlacedId<K>;
  readonly reason: StepReason;
  /** The line of the map (from 1, as written) that holds the id; null when none does. */
  readonly line: number | null;
}

/**
 * Take one id through one hop.
 *
 * @returns  `to.id` is NO_ID when the hop does not map the id; never throws
 */
export function stepThrough<K extends Kind>(hop: Hop<K>, from: PlacedId<K>): Step<K> {
  return hop.direction === "down" ? stepDown(hop, from) : stepUp(hop, from);
}

function stepDown<K extends Kind>(hop: Hop<K>, from: PlacedId<K>): Step<K> {
  const number = hop.number ?? CLASSICAL;
  if (from.number !== CLASSICAL || from.id === NO_ID)
    return { hop, from, to: { id: NO_ID, number: CLASSICAL }, reason: "unmapped", line: null };
  const before: number = from.id;
  const id = mapDown(hop.map, before);
  if (id !== NO_ID)
    return { hop, from, to: { id, number: CLASSICAL }, reason: "line", line: lineOf(hop.map, from.id, "inside") };
  if (number !== CLASSICAL) return { hop, from, to: { id: from.id, number }, reason: "isolated", line: null };
  return { hop, from, to: { id: NO_ID, number: CLASSICAL }, reason: "unmapped", line: null };
}

function stepUp<K extends Kind>(hop: Hop<K>, from: PlacedId<K>): Step<K> {
  const isClassical = from.number === CLASSICAL;
  const isOwn = !isClassical && from.number === hop.number;
  const isBare = !isClassical && !isOwn && hop.bare?.includes(from.number) === true;
  const before: number = from.id;
  const id = isClassical || isBare ? mapUp(hop.map, before) : isOwn ? before : NO_ID;
  if (id !== NO_ID) {
    const line = isOwn ? null : lineOf(hop.map, from.id, "lower");
    return { hop, from, to: { id, number: CLASSICAL }, reason: isOwn ? "own" : isBare ? "bare" : "line", line };
  }
  const creator = isClassical ? undefined : hop.shown?.creators.get(from.number);
  if (creator !== undefined)
    return { hop, from, to: { id: creator, number: CLASSICAL }, reason: "creator", line: null };
  if (hop.shown)
    return { hop, from, to: { id: hop.shown.overflow, number: CLASSICAL }, reason: "overflow", line: null };
  return { hop, from, to: { id: NO_ID, number: CLASSICAL }, reason: "unmapped", line: null };
}

/**
 * Walk an id through a route, step by step: what an explanation prints. The engine gives the same answer in one step
 * for any number of ids, from the same value, flattened.
 *
 * @returns  one step a hop; the walk goes on through the rest with NO_ID once an id is not mapped
 * @example  walk([{ direction: "down", map: idMap([{ first: 0, lowerFirst: 100000, count: 9 }]), name: "uid_map" }], { id: 4, number: 0 })[0].to.id // 100004
 */
export function walk<K extends Kind>(route: Route<K>, from: PlacedId<K>): Step<K>[] {
  const steps: Step<K>[] = [];
  let at = from;
  for (const hop of route) {
    const step = stepThrough(hop, at);
    steps.push(step);
    at = step.to;
  }
  return steps;
}

/** Where a route takes an id; the id itself for an empty route. */
export function follow<K extends Kind>(route: Route<K>, from: PlacedId<K>): PlacedId<K> {
  return walk(route, from).at(-1)?.to ?? from;
}
