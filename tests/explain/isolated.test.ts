/** The explanation of isolated ids, against the formulas and against the engines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { follow, MAX_ID, NO_ID, OVERFLOW_ID, type Route, showKuid64 } from "../../src/core/index.ts";
import {
  type AskedIsolated,
  explainIsolated,
  type IsolatedMount,
  type MapsFrom,
  type NestedNamespace,
} from "../../src/explain/index.ts";
import {
  childUserNamespace,
  createRoute,
  createWorld,
  FULL_MACHINE,
  freeWorld,
  ISOLATED,
  idSlot,
  installMap,
  intoKernel,
  type MountView,
  mapOf,
  outOfKernel,
  readerMap,
  statRoute,
  type UserNamespace,
  type World,
} from "../../src/kernel/index.ts";
import { formulasOf, nests } from "../suites/isolated-nests.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** Where lines of any level begin and end, on both sides, and the ends of all ids. */
function edges(nest: readonly NestedNamespace[]): readonly number[] {
  const ends = nest
    .flatMap(({ maps }) => maps?.uid.extents ?? [])
    .flatMap(({ first, lowerFirst, count }) => [first, first + count, lowerFirst, lowerFirst + count]);
  const owners = nest.map(({ creator }) => creator?.uid ?? 0);
  const around = [0, OVERFLOW_ID, MAX_ID, ...ends, ...owners].flatMap((id) => [id - 1, id, id + 1]);
  return [...new Set(around)].filter((id) => id >= 0 && id <= MAX_ID);
}

const runs = { numRuns: 60 };

/** The number that each id of an answer stands for where it is none. */
const idOrNone = (id: number | null) => id ?? NO_ID;

function answersOf(
  nest: readonly NestedNamespace[],
  asked: readonly AskedIsolated[],
  engine: (typeof ENGINES)[number],
  mount?: IsolatedMount,
) {
  const answered = explainIsolated(nest, asked, engine, ISOLATED, mount);
  assert.ok(answered.ok);
  return answered.value;
}

for (const engine of ENGINES) {
  test(`an id goes into the kernel and back to every reader as the formulas say, on ${engine.name}`, () =>
    fc.assert(
      fc.property(nests, (nest) => {
        const formulas = formulasOf(nest);
        const inner = nest.length;
        const ids = edges(nest);
        const asked = ids.map((id): AskedIsolated => ({ from: "inside", kind: "uid", id }));
        for (const [index, { down, seen }] of answersOf(nest, asked, engine).entries()) {
          const id = ids[index] ?? 0;
          const [kernelId, number] = formulas.makeKid(inner, id);
          assert.equal(down?.to, showKuid64({ id: kernelId, number }), `u${id}`);
          const readers = seen.map(({ explanation }) => explanation.shown);
          const expected = nest.map((_, out) => formulas.fromKidMunged(inner - out, [kernelId, number]));
          const init = formulas.fromKidMunged(0, [kernelId, number]);
          assert.deepEqual(readers, kernelId === NO_ID ? [] : [...expected, init], `u${id}`);
        }
      }),
      runs,
    ));

  test(`an id on disk is shown, and one is created, as the formulas say, on ${engine.name}`, () =>
    fc.assert(
      fc.property(nests, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), (nest, mounted, owned) => {
        const formulas = formulasOf(nest);
        const inner = nest.length;
        const numberAt = (place: number) => nest[place - 1]?.number ?? 0;
        const isolated = (place: number) => (numberAt(place) === 0 ? null : place);
        const idmap = isolated(mounted);
        const owner = isolated(owned) === idmap ? null : isolated(owned);
        const from = (place: number | null): MapsFrom | null => (place === null ? null : { number: numberAt(place) });
        const mount = { idmap: from(idmap), filesystem: from(owner) };
        const filesystem = owner ?? 0;
        const ids = edges(nest);
        const disk = ids.map((id): AskedIsolated => ({ from: "disk", kind: "uid", id }));
        const made = ids.map((id): AskedIsolated => ({ from: "creator", kind: "uid", id }));
        const shown = answersOf(nest, disk, engine, mount);
        const kept = answersOf(nest, made, engine, mount);
        for (const [index, id] of ids.entries()) {
          const vfsuid = formulas.makeVfsid({ idmap, filesystem }, formulas.makeKid(filesystem, id));
          const readers = [...nest.map((_, out) => inner - out), 0];
          assert.deepEqual(
            shown[index]?.seen.map(({ explanation }) => explanation.shown),
            readers.map((place) => formulas.fromKidMunged(place, vfsuid)),
            `disk ${id}`,
          );
          const kid = formulas.fromVfsid({ idmap, filesystem }, formulas.makeKid(inner, id));
          assert.equal(idOrNone(kept[index]?.down?.id ?? null), formulas.fromKid(filesystem, kid), `creator ${id}`);
        }
      }),
      runs,
    ));

  test(`a route of isolated namespaces walked, taken one by one and in bulk leads to the same ids, on ${engine.name}`, () =>
    fc.assert(
      fc.property(nests, (nest) => {
        const world = createWorld(engine, FULL_MACHINE, ISOLATED);
        try {
          const made = makeNest(world, nest);
          const numbers = [0, ...nest.map(({ number }) => number), 77];
          for (const route of routesOf(world, made, numbers)) check(world, route, edges(nest), numbers);
        } finally {
          freeWorld(world);
        }
      }),
      runs,
    ));
}

function makeNest(world: World, nest: readonly NestedNamespace[]): readonly UserNamespace[] {
  const made = [world.initUserNs];
  for (const { number, maps } of nest) {
    const parent = made.at(-1) ?? world.initUserNs;
    const zero = { id: 0, number: parent.number };
    const ns = childUserNamespace(world, parent, `ns${number}`, { uid: zero, gid: zero }, true, number || undefined);
    ns.isIsolated = number !== 0;
    if (maps) assert.ok(installMap(world, ns, idSlot("uid"), maps.uid.extents).ok);
    made.push(ns);
  }
  return made;
}

/** Into the kernel, out of it, from a disk and to it, for every namespace and the mounts that it can have. */
function routesOf(world: World, made: readonly UserNamespace[], numbers: readonly number[]): readonly Route[] {
  const views = made.flatMap((owner): MountView[] => [
    { mount: null, filesystem: mapOf(owner, "uid") },
    ...made.map((idmap) => ({
      mount: mapOf(idmap, "uid"),
      filesystem: { ...mapOf(owner, "uid"), bare: owner.parent ? [] : numbers.slice(1) },
      holdsIsolated: owner.parent === null,
    })),
  ]);
  return made.flatMap((ns) => {
    const reader = readerMap(world, ns, "uid", numbers);
    const through = views.flatMap((view) => [
      statRoute({ ...view, caller: [reader] }),
      createRoute({ ...view, caller: [mapOf(ns, "uid")] }),
    ]);
    return [
      intoKernel([mapOf(ns, "uid")]),
      outOfKernel([reader], "shown"),
      outOfKernel([reader], "checked"),
      ...through,
    ];
  });
}

function check(world: World, route: Route, ids: readonly number[], numbers: readonly number[]): void {
  const translator = world.translators.of(route);
  const placed = numbers.flatMap((number) => [...ids, NO_ID].map((id) => ({ id, number })));
  const asked = route[0]?.direction === "down" ? placed.filter(({ number }) => number === 0) : placed;
  const walked = asked.map((from) => follow(route, from));
  const single = asked.map(({ id, number }) => translator.place(id, number));
  const packed = Uint32Array.from(asked.flatMap(({ id, number }) => [id, number]));
  translator.packed(packed);
  const bulk = asked.map((_, index) => ({ id: packed[2 * index], number: packed[2 * index + 1] }));
  const name = route.map((hop) => `${hop.direction} ${hop.name}`).join(", ");
  assert.deepEqual(single, walked, name);
  assert.deepEqual(bulk, walked, name);
}
