/** The routes of stat and create, against the worked examples of the kernel's idmappings document. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  flattenRoute,
  follow,
  followFlat,
  IDENTITY,
  type IdMap,
  idMap,
  mapDown,
  mapUp,
  NO_ID,
} from "../../src/core/index.ts";
import {
  createRoute,
  intoKernel,
  type KernelRoute,
  type NamedMap,
  outOfKernel,
  statRoute,
  type View,
} from "../../src/kernel/index.ts";
import { anyMap } from "../suites/formats.ts";

interface Case {
  readonly id: string;
  readonly op: string;
  readonly given: {
    readonly caller: string;
    readonly filesystem: string;
    readonly mount: string | null;
    readonly caller_id: number;
    readonly disk_id: number;
  };
  readonly expect: unknown;
}

const cases: readonly Case[] = JSON.parse(readFileSync("tests/vectors/peers/kernel-idmappings.json", "utf8")).cases;

function named(text: string): NamedMap {
  const parts = /^u(\d+):k(\d+):r(\d+)$/.exec(text);
  assert.ok(parts, text);
  const map = idMap([{ first: Number(parts[1]), lowerFirst: Number(parts[2]), count: Number(parts[3]) }]);
  return { name: text, map };
}

const viewOf = ({ caller, filesystem, mount }: Case["given"]): View => ({
  caller: [named(caller)],
  filesystem: named(filesystem),
  mount: mount === null ? null : named(mount),
});

const ANSWERS: Readonly<Record<string, (given: Case["given"]) => unknown>> = {
  "vfs.stat": (given) => {
    const route = statRoute(viewOf(given));
    const { id } = follow(route, { id: given.disk_id, number: 0 });
    return id === 65534 ? { overflow: true } : { id };
  },
  "vfs.create": (given) => {
    const { id } = follow(createRoute(viewOf(given)), { id: given.caller_id, number: 0 });
    return id === NO_ID ? { errno: "EOVERFLOW" } : { disk_id: id };
  },
};

for (const { id, op, given, expect } of cases) {
  const answer = ANSWERS[op];
  if (answer) test(`${id} (${op})`, () => assert.deepEqual(answer(given), expect));
}

test("the document's examples of stat and create were read", () => {
  assert.equal(cases.filter(({ op }) => op in ANSWERS).length, 9);
});

const anyId = fc.oneof(fc.constantFrom(0, 1, 65534, 4294967294, NO_ID), fc.nat(200000), fc.nat(NO_ID));
const view = fc.record({
  caller: fc.array(anyMap, { minLength: 1, maxLength: 3 }).map((maps) => maps.map((map) => ({ name: "ns", map }))),
  mount: fc.option(anyMap.map((map) => ({ name: "mount", map }))),
  filesystem: fc.oneof(anyMap, fc.constant(IDENTITY)).map((map) => ({ name: "fs", map })),
});

/** The document's functions, composed by hand. */
function statByHand({ caller, mount, filesystem }: View, disk: number): number {
  const down = (map: IdMap, id: number): number => mapDown(map, id);
  const up = (map: IdMap, id: number): number => mapUp(map, id);
  const kernel = down(filesystem.map, disk);
  const seen = mount ? down(mount.map, up(filesystem.map, kernel)) : kernel;
  const shown = caller.reduce((id, { map }) => up(map, id), seen);
  return shown === NO_ID ? 65534 : shown;
}

test("stat is the document's functions in their order, whatever the maps", () => {
  fc.assert(
    fc.property(view, anyId, (view, disk) => {
      assert.equal(follow(statRoute(view), { id: disk, number: 0 }).id, statByHand(view, disk));
    }),
    { seed: 7 },
  );
});

/** A map of few ids in blocks of ten, so that what one map gives another is likely to hold. */
const denseMap = fc
  .tuple(
    fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
    fc.array(fc.integer({ min: 4, max: 10 }), { minLength: 5 }),
  )
  .map(([blocks, counts]) =>
    idMap(blocks.map((block, index) => ({ first: index * 10, lowerFirst: block * 10, count: counts[index] ?? 1 }))),
  );
const denseView = fc.record({
  caller: fc.array(denseMap, { minLength: 1, maxLength: 3 }).map((maps) => maps.map((map) => ({ name: "ns", map }))),
  mount: fc.option(denseMap.map((map) => ({ name: "mount", map }))),
  filesystem: denseMap.map((map) => ({ name: "fs", map })),
});

test("a created file is shown to its creator as the creator's own", () => {
  fc.assert(
    fc.property(denseView, fc.nat(50), (view, id) => {
      const disk = follow(createRoute(view), { id, number: 0 }).id;
      fc.pre(disk !== NO_ID);
      assert.equal(follow(statRoute(view), { id: disk, number: 0 }).id, id);
    }),
    { seed: 8 },
  );
});

test("every hop begins in the space where the one before ended", () => {
  const connected = (route: KernelRoute) =>
    route.every((hop, index) => {
      const next = route[index + 1];
      return !next || next.from === hop.to || (next.from === "u" && hop.to === "u");
    });
  fc.assert(
    fc.property(view, (view) => {
      for (const route of [statRoute(view), intoKernel(view.caller), outOfKernel(view.caller, "shown")])
        assert.ok(connected(route));
    }),
    { seed: 9 },
  );
});

test("routes of any view flatten to the same answers", () => {
  fc.assert(
    fc.property(view, anyId, (view, id) => {
      for (const route of [
        statRoute(view),
        createRoute(view),
        intoKernel(view.caller),
        outOfKernel(view.caller, "checked"),
      ])
        assert.deepEqual(followFlat(flattenRoute(route), { id, number: 0 }), follow(route, { id, number: 0 }));
    }),
    { seed: 10 },
  );
});
