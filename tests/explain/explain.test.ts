import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contains, follow, idMap, lastOf, lowerOf, NO_ID, OVERFLOW_ID, UNWRITTEN } from "../../src/core/index.ts";
import { explain, explanationLines, TEXT_WIDTH } from "../../src/explain/index.ts";
import { parseMap } from "../../src/formats/index.ts";
import {
  createRoute,
  initialNamespace,
  intoKernel,
  type KernelRoute,
  type NamedMap,
  outOfKernel,
  statRoute,
} from "../../src/kernel/index.ts";
import { anyMap } from "../suites/formats.ts";

const named = (name: string, text: string): NamedMap => ({ name, map: parseMap(text) });
const ROOTLESS = named("uid_map", "0:1000:1,1:100000:65536");
const NESTED = named("uid_map of nested 1", "0:10:5,90:200:5,100:200000:99");
const SHIFTED = named("mount map", "0:100000:65536");
const home = { caller: [], mount: named("mount map", "1000:1125:1"), filesystem: initialNamespace() };

interface Golden {
  readonly rule: string;
  readonly route: KernelRoute;
  readonly id: number;
  readonly lines: readonly string[];
}

const GOLDEN: readonly Golden[] = [
  {
    rule: "a mapped id names the line that holds it",
    route: intoKernel([ROOTLESS]),
    id: 42,
    lines: ["uid u42 → k100041", "  u42 → k100041  uid_map, line 2: 1:100000:65536"],
  },
  {
    rule: "a kernel id is looked up among the lower ids",
    route: outOfKernel([ROOTLESS], "shown"),
    id: 1000,
    lines: ["uid k1000 → u0", "  k1000 → u0  uid_map, line 1: 0:1000:1"],
  },
  {
    rule: "above the last line: where that line ends",
    route: intoKernel([ROOTLESS]),
    id: 65537,
    lines: [
      "uid u65537 → not mapped, shown as 65534",
      "  u65537 → none  uid_map, no line holds u65537: line 2 (1:100000:65536) ends at",
      "                 u65536",
    ],
  },
  {
    rule: "in a hole: the lines on both sides; and the steps after it say so",
    route: intoKernel([ROOTLESS, NESTED]),
    id: 95,
    lines: [
      "uid u95 → not mapped, shown as 65534",
      "  u95 → none   uid_map of nested 1, no line holds u95: line 2 (90:200:5) ends at",
      "               u94, line 3 (100:200000:99) begins at u100",
      "  none → none  uid_map, not looked up: the step before mapped nothing",
    ],
  },
  {
    rule: "nested namespaces are gone through from the innermost out",
    route: intoKernel([ROOTLESS, NESTED]),
    id: 90,
    lines: [
      "uid u90 → k100199",
      "  u90 → u200      uid_map of nested 1, line 2: 90:200:5",
      "  u200 → k100199  uid_map, line 2: 1:100000:65536",
    ],
  },
  {
    rule: "an idmapped mount takes the disk's id to one seen through it",
    route: statRoute({ caller: [ROOTLESS], mount: SHIFTED, filesystem: initialNamespace() }),
    id: 1000,
    lines: [
      "uid u1000 → u1001",
      "  u1000 → k1000    initial namespace, line 1: 0:0:4294967295",
      "  k1000 → u1000    initial namespace, line 1: 0:0:4294967295",
      "  u1000 → v101000  mount map, line 1: 0:100000:65536",
      "  v101000 → u1001  uid_map, line 2: 1:100000:65536",
    ],
  },
  {
    rule: "what the caller's map does not hold is shown as the overflow id",
    route: statRoute({ caller: [ROOTLESS], mount: null, filesystem: initialNamespace() }),
    id: 33,
    lines: [
      "uid u33 → not mapped, shown as 65534",
      "  u33 → k33     initial namespace, line 1: 0:0:4294967295",
      "  k33 → u65534  uid_map, no line holds k33: line 1 (0:1000:1) begins at k1000;",
      "                the overflow id is shown",
    ],
  },
  {
    rule: "creating goes through the mount the other way",
    route: createRoute(home),
    id: 1125,
    lines: [
      "uid u1125 → u1000",
      "  u1125 → k1125  initial namespace, line 1: 0:0:4294967295",
      "  k1125 → u1000  mount map, line 1: 1000:1125:1",
      "  u1000 → k1000  initial namespace, line 1: 0:0:4294967295",
      "  k1000 → u1000  initial namespace, line 1: 0:0:4294967295",
    ],
  },
  {
    rule: "a map that was not written has no line",
    route: intoKernel([{ name: "uid_map", map: UNWRITTEN }]),
    id: 0,
    lines: ["uid u0 → not mapped, shown as 65534", "  u0 → none  uid_map, the map has no line"],
  },
];

for (const { rule, route, id, lines } of GOLDEN)
  test(rule, () => assert.deepEqual(explanationLines(explain("uid", route, { id, number: 0 })), lines));

test("an id that is mapped to 65534 is told from one that is shown as 65534", () => {
  const route = outOfKernel([named("uid_map", "65534:5:1")], "shown");
  assert.deepEqual(pick(explain("uid", route, { id: 5, number: 0 })), { isMapped: true, id: 65534, shown: 65534 });
  assert.deepEqual(pick(explain("uid", route, { id: 6, number: 0 })), { isMapped: false, id: null, shown: 65534 });
});

const pick = ({ isMapped, id, shown }: ReturnType<typeof explain>) => ({ isMapped, id, shown });

test("an isolated namespace keeps the id under its number, and shows its own ids as they stand", () => {
  const map = idMap([{ first: 0, lowerFirst: 1000, count: 1 }]);
  const down: KernelRoute = [{ direction: "down", map, name: "uid_map", number: 3, from: "u", to: "k" }];
  const kept = explain("uid", down, { id: 7, number: 0 });
  assert.equal(kept.to, "k7@ns3");
  assert.match(
    kept.steps[0]?.why ?? "",
    /^no line holds u7: line 1 \(0:1000:1\) ends at u0, and the namespace is isolated/,
  );
  const up: KernelRoute = [{ direction: "up", map, name: "uid_map", number: 3, from: "k", to: "u" }];
  assert.equal(explain("uid", up, { id: 7, number: 3 }).to, "u7");
  const foreign = explain("uid", up, { id: 7, number: 4 });
  assert.equal(foreign.to, "none");
  assert.match(foreign.steps[0]?.why ?? "", /isolated namespace 4/);
});

const anyRoute: fc.Arbitrary<KernelRoute> = fc.oneof(
  fc.array(anyMap, { minLength: 1, maxLength: 3 }).map((maps) => intoKernel(maps.map((map) => ({ name: "m", map })))),
  anyMap.map((map) => outOfKernel([{ name: "m", map }], "shown")),
  fc.record({ caller: anyMap, mount: anyMap, fs: anyMap }).map(({ caller, mount, fs }) =>
    statRoute({
      caller: [{ name: "caller", map: caller }],
      mount: { name: "mount", map: mount },
      filesystem: { name: "fs", map: fs },
    }),
  ),
);
const anyId = fc.oneof(fc.constantFrom(0, 65534, 65536, 4294967294), fc.nat(200000));

test("an explanation ends where following the route ends, and its steps hang together", () => {
  fc.assert(
    fc.property(anyRoute, anyId, (route, id) => {
      const explanation = explain("gid", route, { id, number: 0 });
      const end = follow(route, { id, number: 0 }).id;
      assert.equal(explanation.shown, end === NO_ID ? OVERFLOW_ID : end);
      assert.equal(explanation.steps.length, route.length);
      for (const [index, step] of explanation.steps.entries())
        assert.equal(step.from, index === 0 ? explanation.from : explanation.steps[index - 1]?.to);
      assert.equal(explanation.steps.at(-1)?.to, explanation.to);
    }),
    { seed: 11 },
  );
});

test("the line that a step names holds the id, and the lines named where none does lie next to it", () => {
  fc.assert(
    fc.property(anyRoute, anyId, (route, id) => {
      for (const [index, step] of explain("uid", route, { id, number: 0 }).steps.entries()) {
        const hop = route[index];
        assert.ok(hop);
        if (step.from === "none") continue;
        const from = Number(step.from.slice(1));
        const ranges = hop.map.extents.map((extent) => (hop.direction === "down" ? extent : lowerOf(extent)));
        if (step.line !== null) {
          const held = ranges[step.line - 1];
          assert.ok(held && contains(held, from));
          continue;
        }
        const ends = /ends at [uvk](\d+)/.exec(step.why)?.[1];
        const begins = /begins at [uvk](\d+)/.exec(step.why)?.[1];
        const below = ranges.map(lastOf).filter((last) => last < from);
        const above = ranges.map(({ first }) => first).filter((first) => first > from);
        assert.equal(ends, below.length > 0 ? String(Math.max(...below)) : undefined);
        assert.equal(begins, above.length > 0 ? String(Math.min(...above)) : undefined);
      }
    }),
    { seed: 12 },
  );
});

test("text keeps to the width of a terminal where its words allow", () => {
  fc.assert(
    fc.property(anyRoute, anyId, (route, id) => {
      for (const line of explanationLines(explain("uid", route, { id, number: 0 })))
        assert.ok(line.length <= TEXT_WIDTH, line);
    }),
    { seed: 13 },
  );
});
