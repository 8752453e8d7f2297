import { CLASSICAL, type Engine, NO_ID } from "../core/index.ts";
import {
  childUserNamespace,
  createWorld,
  FULL_MACHINE,
  freeWorld,
  ISOLATED,
  idSlot,
  installMap,
  intoKernel,
  makeKid,
  mapOf,
  type OwnerKind,
  outOfKernel,
  readerMap,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import { type Explanation, explain } from "./explain.ts";
import type { OwnerMaps } from "./file-question.ts";

/** A namespace of a nest, some of which are isolated. */
export interface NestedNamespace {
  /** The number that its isolated ids carry; 0: it is not isolated. */
  readonly number: number;
  /** Its maps, lower ids counted in the namespace before; null: none is written. */
  readonly maps: OwnerMaps | null;
  /** The ids of who made it, counted in the namespace before; null: not told. */
  readonly creator: { readonly [K in OwnerKind]: number } | null;
}

/** Who an id is, and who it is from where. */
export interface IsolatedExplanation {
  /** From the id used inside to the kernel id; null where a kernel id was asked about. */
  readonly down: Explanation | null;
  /** Back from the kernel id: first for the innermost namespace, and where creators are told for each around it. */
  readonly seen: readonly SeenFrom[];
}

export interface SeenFrom {
  /** `ns2` for isolated namespace 2, else `init` or how deep the namespace is: `level 1`. */
  readonly namespace: string;
  readonly explanation: Explanation;
}

/** What is asked about. */
export type AskedIsolated =
  /** An id used in the innermost namespace. */
  | { readonly from: "inside"; readonly kind: OwnerKind; readonly id: number }
  /** A kernel id, with the number of an isolated namespace or 0. */
  | { readonly from: "kernel"; readonly kind: OwnerKind; readonly id: number; readonly number: number };

/**
 * Follow an id of nested namespaces, some of them isolated, into the kernel, and back to whoever looks at it.
 *
 * The namespaces are made in the model, as the newest revision of isolated namespaces has them, and every step is one of
 * its routes.
 *
 * @param nest  outermost first; every map lies within the one before, and what is in an isolated namespace is isolated
 * @source      isolated user namespaces, 29d2f6c3: make_kuid, from_kuid_munged; vectors/isolated K01 to K07
 */
export function explainIsolated(
  nest: readonly NestedNamespace[],
  asked: readonly AskedIsolated[],
  engine: Engine,
): readonly IsolatedExplanation[] {
  const world = createWorld(engine, FULL_MACHINE, ISOLATED);
  try {
    const numbers = numbersOf(nest);
    const inner = nest.reduce(
      (parent, one, index) => makeNamespace(world, parent, one, index + 1, numbers[index]),
      world.initUserNs,
    );
    const isTold = nest.every(({ creator }) => creator !== null);
    return asked.map((one) => explainOne(world, inner, one, isTold));
  } finally {
    freeWorld(world);
  }
}

/** A number for each namespace; one that is not isolated has one too, and no id carries it. */
function numbersOf(nest: readonly NestedNamespace[]): readonly number[] {
  const taken = new Set(nest.map(({ number }) => number));
  let free = 1;
  return nest.map(({ number }) => {
    if (number !== CLASSICAL) return number;
    while (taken.has(free)) free++;
    taken.add(free);
    return free;
  });
}

function makeNamespace(
  world: World,
  parent: UserNamespace,
  one: NestedNamespace,
  level: number,
  claimed: number | undefined,
): UserNamespace {
  const { number, maps, creator } = one;
  const ownerOf = <K extends OwnerKind>(kind: K) => makeKid(world, parent, kind, creator?.[kind] ?? NO_ID);
  const name = number === CLASSICAL ? `level ${level}` : `ns${number}`;
  const owner = { uid: ownerOf("uid"), gid: ownerOf("gid") };
  const ns = childUserNamespace(world, parent, name, owner, true, claimed);
  ns.isIsolated = number !== CLASSICAL;
  for (const kind of ["uid", "gid"] as const) {
    const installed = maps ? installMap(world, ns, idSlot(kind), maps[kind].extents) : null;
    if (installed && !installed.ok) throw new Error(`${kind}_map of ${name}: ${installed.because}`);
  }
  return ns;
}

function explainOne(world: World, inner: UserNamespace, asked: AskedIsolated, isTold: boolean): IsolatedExplanation {
  const { kind, id } = asked;
  const down =
    asked.from === "inside" ? explain(kind, intoKernel([mapOf(inner, kind)]), { id, number: CLASSICAL }) : null;
  const kid = asked.from === "inside" ? makeKid(world, inner, kind, id) : { id, number: asked.number };
  const readers: UserNamespace[] = [inner];
  for (let ns = inner.parent; isTold && ns; ns = ns.parent) readers.push(ns);
  const seen = readers.map((ns): SeenFrom => {
    const route = outOfKernel([readerMap(world, ns, kind, [kid.number])], "shown");
    return { namespace: ns.name, explanation: explain(kind, route, kid) };
  });
  return { down, seen: kid.id === NO_ID ? [] : seen };
}
