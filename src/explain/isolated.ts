import { CLASSICAL, type Engine, type Kuid64, NO_ID, type PlacedId } from "../core/index.ts";
import {
  createRoute,
  ISOLATED,
  intoKernel,
  type KernelRoute,
  type Mount,
  makeKid,
  makeVfsid,
  mapOf,
  mountView,
  type NamedMap,
  noteUnknownNumber,
  type OwnerKind,
  outOfKernel,
  type Profile,
  readerMap,
  statRoute,
  type UserNamespace,
  type Verdict,
  type World,
} from "../kernel/index.ts";
import { type Explanation, explain } from "./explain.ts";
import { type IsolatedMount, inNest, type NestedNamespace, PLAIN_MOUNT } from "./isolated-nest.ts";

/** Who an id is, and who it is from where. */
export interface IsolatedExplanation {
  /** From the id used inside to the kernel id, or to the disk; null where neither was asked about. */
  readonly down: Explanation | null;
  /**
   * Back from the kernel id or the disk: first for the innermost namespace, and where creators are told for each around
   * it. Nothing where the disk was asked for.
   */
  readonly seen: readonly SeenFrom[];
}

export interface SeenFrom {
  /** `ns2` for isolated namespace 2, else `init` or how deep the namespace is: `level 1`. */
  readonly namespace: string;
  readonly explanation: Explanation;
  /** Where the sources would have stopped the kernel on the way. */
  readonly bugs: readonly string[];
}

/** What is asked about. */
export type AskedIsolated =
  /** An id used in the innermost namespace. */
  | { readonly from: "inside"; readonly kind: OwnerKind; readonly id: number }
  /** A kernel id, with the number of an isolated namespace or 0. */
  | { readonly from: "kernel"; readonly kind: OwnerKind; readonly id: number; readonly number: number }
  /** An id kept on the disk. */
  | { readonly from: "disk"; readonly kind: OwnerKind; readonly id: number }
  /** The filesystem id of a task in the innermost namespace that creates something. */
  | { readonly from: "creator"; readonly kind: OwnerKind; readonly id: number };

/**
 * Follow an id of nested namespaces, some of them isolated, into the kernel or to a disk, and back to whoever looks at
 * it.
 *
 * The namespaces are made in the model, and every step is one of its routes.
 *
 * @param nest     outermost first; every map lies within the one before, and what is in an isolated namespace is isolated
 * @param profile  with isolated namespaces; its switches decide where the sources differ
 * @returns        the kernel's refusal, where it would not make such a mount
 * @source         isolated user namespaces, 29d2f6c3: make_kuid, from_kuid_munged, make_vfsuid, from_vfsuid;
 *                 vectors/isolated K01 to K07, M01, M04
 */
export function explainIsolated(
  nest: readonly NestedNamespace[],
  asked: readonly AskedIsolated[],
  engine: Engine,
  profile: Profile = ISOLATED,
  given: IsolatedMount = PLAIN_MOUNT,
): Verdict<readonly IsolatedExplanation[]> {
  const isTold = nest.every(({ creator }) => creator !== null);
  return inNest(nest, given, engine, profile, ({ world, inner, mount }) =>
    asked.map((one) => explainOne(world, inner, mount, one, isTold)),
  );
}

function explainOne(
  world: World,
  inner: UserNamespace,
  mount: Mount,
  asked: AskedIsolated,
  isTold: boolean,
): IsolatedExplanation {
  const { kind, id } = asked;
  const used = { id, number: CLASSICAL };
  if (asked.from === "creator") {
    const view = { ...mountView(world, mount, kind, []), caller: [mapOf(inner, kind)] };
    return { down: explain(kind, createRoute(view), used), seen: [] };
  }
  const readers: UserNamespace[] = [inner];
  for (let ns = inner.parent; isTold && ns; ns = ns.parent) readers.push(ns);
  if (asked.from === "disk") {
    const held = makeKid(world, mount.superblock.userNs, kind, id);
    const shown = makeVfsid(world, mount, kind, held);
    const view = mountView(world, mount, kind, [held.number]);
    const routeFor = (reader: NamedMap) => statRoute({ ...view, caller: [reader] });
    return { down: null, seen: readers.map((ns) => seenFrom(world, ns, kind, shown, routeFor, used)) };
  }
  const down = asked.from === "inside" ? explain(kind, intoKernel([mapOf(inner, kind)]), used) : null;
  const kid = asked.from === "inside" ? makeKid(world, inner, kind, id) : { id, number: asked.number };
  const routeFor = (reader: NamedMap) => outOfKernel([reader], "shown");
  const seen = kid.id === NO_ID ? [] : readers.map((ns) => seenFrom(world, ns, kind, kid, routeFor, kid));
  return { down, seen };
}

/** @param shown  the id that the reader is shown as its namespace has it: its number says whose creator may stand for it */
function seenFrom(
  world: World,
  reader: UserNamespace,
  kind: OwnerKind,
  shown: Kuid64,
  routeFor: (reader: NamedMap) => KernelRoute,
  from: PlacedId,
): SeenFrom {
  const before = world.bugs.length;
  noteUnknownNumber(world, kind, shown);
  const route = routeFor(readerMap(world, reader, kind, [shown.number]));
  return { namespace: reader.name, explanation: explain(kind, route, from), bugs: world.bugs.slice(before) };
}
