/** What every engine must do; run for Wasm, for its twin, and for the engine of the package as it is published. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { type Engine, flattenRoute, HEADER, idMap, NO_ID, type Translator } from "../../src/core/index.ts";
import { edgesOf, routes } from "../core/arbitraries.ts";
import { accessSuite } from "./access.ts";
import { checkIds, checkKuids, checkRoute, evenMap, ROUTES } from "./engine-checks.ts";
import { CHECKSUM_FORMS, FORMS, headerOf, UNTOUCHED } from "./header-checks.ts";

/** Printed by fast-check on failure; set USERNS_SEED to run another. */
const SEED = Number(process.env.USERNS_SEED ?? 20241124);

/** Lengths below and about those of a vector, a block, a stretch, a window and a call. */
const SHORT = Array.from({ length: 71 }, (_, k) => k);
const LONG = [1023, 1024, 1040, 4097, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537];

const NUMBERS = [0, 1, 0, 2, 3, 0, 4, 5, 4026531837];

const isCode = (code: string) => (error: unknown) => error instanceof Error && "code" in error && error.code === code;

export function engineSuite(name: string, load: () => Promise<{ readonly initSync: () => Engine }>): void {
  accessSuite(name, load);

  let engine: Engine;
  let shift: Translator;

  before(async () => {
    engine = (await load()).initSync();
    shift = engine.load(flattenRoute([{ direction: "down", map: evenMap(1, 65_536, 0), name: "uid_map" }]));
  });

  for (const [what, route] of Object.entries(ROUTES))
    test(`${name}: ${what}: bulk, one by one and the flat route agree, at every length`, () => {
      for (const length of SHORT) checkRoute(engine, route, length, length % 2 === 0 ? "few" : "many");
      for (const length of [1030, 16_385]) checkRoute(engine, route, length, "few");
      for (const length of LONG) checkRoute(engine, route, length, "many");
    });

  test(`${name}: any route: bulk, one by one and the flat route agree at all edges, for every namespace number`, () => {
    fc.assert(
      fc.property(routes, fc.nat(70), (route, more) => {
        const flat = flattenRoute(route);
        const edges = edgesOf(route);
        const ids = Uint32Array.from([...edges, ...edges.slice(0, more)]);
        const numbers = ids.map((_, k) => NUMBERS[(k + more) % NUMBERS.length] ?? 0);
        for (const use of ["few", "many"] as const) {
          checkIds(engine, flat, ids, use);
          checkKuids(engine, flat, { ids, numbers }, use);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test(`${name}: a number that is no id is not mapped: 2³² is not taken for root`, () => {
    for (const id of [2 ** 32, -1, 0.5, Number.NaN, -(2 ** 32)]) {
      assert.equal(shift.one(id), NO_ID);
      assert.deepEqual(shift.place(id, 0), { id: NO_ID, number: 0 });
    }
  });

  test(`${name}: several translators, columns among them, live side by side and are given back in any order`, () => {
    const kept = [3, 40, 340, 7, 90].map((n) => ({
      n,
      flat: flattenRoute([{ direction: "down", map: evenMap(n, 300, 4), name: "map" }]),
    }));
    const loaded = kept.map(({ flat }) => ({ flat, translator: engine.load(flat), column: engine.alloc(30_000) }));
    for (const { translator, column } of loaded) translator.ids(column);
    for (const [k, { translator, column }] of loaded.entries()) {
      if (k % 2 === 0) translator.free();
      else column.free();
    }
    for (const [k, { flat, translator, column }] of loaded.entries()) {
      if (k % 2 === 0) {
        assert.equal(column.view()[29_999], flat.tables.get(0)?.[0]?.pin === 0 ? 100_000 : NO_ID);
        column.free();
      } else {
        const ids = Uint32Array.from({ length: 20_000 }, (_, id) => id);
        translator.ids(ids);
        ids.forEach((to, id) => {
          assert.equal(to, translator.one(id));
        });
        translator.free();
      }
    }
  });

  test(`${name}: a new column is all zeros, also where another one was`, () => {
    for (const length of [0, 1, 15, 4096, 300_000]) {
      const column = engine.alloc(length);
      assert.equal(column.view().length, length);
      assert.ok(column.view().every((word) => word === 0));
      column.view().fill(7);
      column.free();
    }
  });

  test(`${name}: columns of ten million ids`, () => {
    const size = 10_000_000;
    const columns = [engine.alloc(size), engine.alloc(size), engine.alloc(size)];
    const [from, to, more] = columns;
    assert.ok(from && to && more);
    from
      .view()
      .fill(65_535)
      .set([65_536], size - 1);
    assert.equal(shift.ids(from, to), 1);
    assert.deepEqual([to.view()[0], to.view()[size - 2], to.view()[size - 1]], [165_535, 165_535, NO_ID]);
    assert.ok(more.view().every((word) => word === 0));
    for (const column of columns) column.free();
  });

  test(`${name}: more memory than there can be is an error with a code, and the engine goes on`, () => {
    assert.throws(() => engine.alloc(2 ** 40), isCode("ERR_ENGINE_MEMORY"));
    assert.throws(() => engine.alloc(-1), isCode("ERR_COLUMN"));
    assert.equal(shift.one(1), 100_001);
    const ids = Uint32Array.of(1, 70_000);
    assert.equal(shift.ids(ids), 1);
  });

  test(`${name}: operands of other lengths, of other engines, freed or overlapping are refused`, () => {
    const words = new Uint32Array(100);
    const own = engine.alloc(4);
    const foreign = { length: 4, view: () => new Uint32Array(4), free: () => {} };
    const freed = engine.alloc(4);
    freed.free();
    const gone = engine.load(flattenRoute([]));
    gone.free();
    const isolated = engine.load(
      flattenRoute([{ direction: "down", map: evenMap(1, 9, 0), name: "uid_map", number: 3 }]),
    );
    const refused: readonly (() => unknown)[] = [
      () => shift.ids(words, new Uint32Array(99)),
      () => shift.ids(own, foreign),
      () => shift.ids(foreign),
      () => shift.ids(freed),
      () => freed.view(),
      () => gone.ids(words),
      () => gone.packed(words),
      () => shift.ids(words.subarray(0, 50), words.subarray(1, 51)),
      () => shift.ids(words.subarray(1, 51), words.subarray(0, 50)),
      () => shift.packed(words.subarray(0, 51)),
      () => shift.split(words, new Uint32Array(99)),
      () => shift.split(words, new Uint32Array(100), words, words),
      () => shift.split(words.subarray(0, 50), words.subarray(50), words.subarray(25, 75)),
      () => isolated.split(words, new Uint32Array(100)),
      () => engine.pack(words.subarray(0, 50), words.subarray(50), words),
      () => engine.pack(words, new Uint32Array(100), new Uint32Array(100)),
      () => engine.unpack(words, words.subarray(0, 50), new Uint32Array(50)),
      () => engine.headers(shift, { ...shift, one: (id) => id }),
    ];
    for (const [k, call] of refused.entries()) assert.throws(call, isCode("ERR_COLUMN"), `case ${k}`);
    assert.equal(shift.ids(words.subarray(0, 50), words.subarray(50)), 0, "neighbours are taken");
    own.free();
  });

  test(`${name}: arrays may be parts of others, and views of columns`, () => {
    const words = Uint32Array.from({ length: 40_000 }, (_, k) => k);
    const column = engine.alloc(40_000);
    column.view().set(words);
    shift.ids(words.subarray(3, 39_999));
    assert.deepEqual([words[2], words[3], words[39_998], words[39_999]], [2, 100_003, 139_998, 39_999]);
    shift.ids(column.view().subarray(3, 39_999), words.subarray(3, 39_999));
    assert.deepEqual([words[3], words[39_998], column.view()[3]], [100_003, 139_998, 3]);
    column.free();
  });

  test(`${name}: a tar header keeps the form of its owners and of its checksum, and comes back when shifted back`, () => {
    const back = engine.load(flattenRoute([{ direction: "up", map: evenMap(1, 65_536, 0), name: "uid_map" }]));
    const [forth, reverse] = [engine.headers(shift, shift), engine.headers(back, back)];
    for (const [what, from, to] of FORMS)
      for (const [sums, checksum] of CHECKSUM_FORMS)
        for (const offset of [0, 512, 5]) {
          const bytes = new Uint8Array(1600).fill(255);
          const before = headerOf({ ...from, checksum });
          bytes.set(before, offset);
          assert.equal(forth.shift(bytes, offset), HEADER.shifted, `${what}; ${sums}`);
          const want = new Uint8Array(1600).fill(255);
          want.set(headerOf({ ...to, checksum }), offset);
          assert.deepEqual(bytes, want, `${what}; ${sums}`);
          assert.equal(reverse.shift(bytes, offset), HEADER.shifted);
          assert.deepEqual(bytes.slice(offset, offset + 512), before, `${what}; ${sums}: back`);
        }
    back.free();
  });

  test(`${name}: uid and gid of a header go through maps of their own`, () => {
    const other = engine.load(
      flattenRoute([{ direction: "down", map: idMap([{ first: 1000, lowerFirst: 5, count: 1 }]), name: "gid_map" }]),
    );
    const bytes = headerOf({ uid: "0000000\0", gid: "0001750\0" });
    assert.equal(engine.headers(shift, other).shift(bytes, 0), HEADER.shifted);
    assert.deepEqual(bytes, headerOf({ uid: "0303240\0", gid: "0000005\0" }));
    other.free();
  });

  test(`${name}: headers that cannot be shifted in their form stay untouched, and the code says why`, () => {
    const headers = engine.headers(shift, shift);
    for (const [what, code, header] of UNTOUCHED) {
      const bytes = header.slice();
      const codes = Object.entries(HEADER).find(([, value]) => value === headers.shift(bytes, 0));
      assert.equal(codes?.[0], code, what);
      assert.deepEqual(bytes, header, what);
    }
    assert.throws(() => headers.shift(new Uint8Array(600), 100), isCode("ERR_TAR"));
    assert.throws(() => headers.shift(new Uint8Array(600), -1), isCode("ERR_TAR"));
  });
}
