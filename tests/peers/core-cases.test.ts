/** What other tools' suites expect of maps and sets of ids, asked of the core. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as core from "../../src/core/index.ts";
import { type Extent, type IdMap, type IdSet, NO_ID, type Range } from "../../src/core/index.ts";

interface PeerCase {
  readonly id: string;
  readonly op: string;
  readonly given: Given;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface PeerLine {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
  readonly kind?: "uid" | "gid" | "both";
}
type Pair = readonly [number, number];

/** The keys that the operations below read; a case has those of its operation. */
interface Given {
  readonly map: readonly PeerLine[];
  readonly uids: readonly PeerLine[] | null;
  readonly gids: readonly PeerLine[] | null;
  readonly inner: readonly PeerLine[];
  readonly outer: readonly PeerLine[];
  readonly base: readonly PeerLine[];
  readonly hole: PeerLine;
  readonly add: PeerLine;
  readonly entries: readonly PeerLine[];
  readonly with: PeerLine;
  readonly a: Pair & readonly PeerLine[];
  readonly b: Pair & readonly PeerLine[];
  readonly id: number & { readonly uid?: number; readonly gid?: number };
  readonly overflow: number;
  readonly uid: number;
  readonly ranges: readonly Pair[];
  readonly intervals: readonly Pair[];
  readonly available: readonly Pair[];
  readonly set: readonly Pair[] | null;
  readonly x: readonly Pair[] | null;
  readonly y: readonly Pair[] | null;
  readonly inside: readonly Pair[] | null;
  readonly outside: readonly Pair[] & number;
  readonly n: number;
  readonly start: number;
  readonly count: number;
  readonly below: number;
  readonly text: string;
  readonly idmap: string;
  readonly first: string;
  readonly second: string;
  readonly from: string;
  readonly to: string;
  readonly mount: string;
  readonly filesystem: string;
  readonly u: number;
  readonly k: number;
}

const extentOf = (line: PeerLine): Extent => ({ first: line.inside, lowerFirst: line.outside, count: line.count });
const lineOf = (extent: Extent): PeerLine => ({
  inside: extent.first,
  outside: extent.lowerFirst,
  count: extent.count,
});
/** No lines at all means that no user namespace is asked for: every id is itself. */
const mapOf = (lines: readonly PeerLine[] | null): IdMap =>
  lines?.length ? core.idMap(lines.map(extentOf)) : core.IDENTITY;
const linesOf = (map: IdMap): PeerLine[] => map.extents.map(lineOf);

/** A half-open interval `[first, end)`, as containers/storage counts; empty when it ends where it begins or before. */
const fromInterval = ([first, end]: Pair): Range => ({ first, count: Math.max(0, end - first) });
const toInterval = (range: Range): Pair => [range.first, range.first + range.count];
const fromIntervals = (pairs: readonly Pair[] | null): IdSet => core.idSet((pairs ?? []).map(fromInterval));
const fromCounts = (pairs: readonly Pair[] | null): IdSet =>
  core.idSet((pairs ?? []).map(([first, count]) => ({ first, count })));
const toCounts = (set: IdSet): Pair[] => set.map(({ first, count }) => [first, count]);
const intervalOrNull = (range: Range | null | undefined): Pair | null =>
  range && range.count > 0 ? toInterval(range) : null;

/** `u22:k10000:r3`, the notation of the kernel's idmappings document. */
function documentMap(text: string): IdMap {
  const parts = /^u(\d+):k(\d+):r(\d+)$/.exec(text);
  assert.ok(parts, text);
  return core.idMap([{ first: Number(parts[1]), lowerFirst: Number(parts[2]), count: Number(parts[3]) }]);
}

function translatePair(given: Given, translate: (map: IdMap, id: number) => number): Record<string, unknown> {
  const answer: Record<string, unknown> = {};
  for (const kind of ["uid", "gid"] as const) {
    const id = given.id[kind];
    if (id === undefined) continue;
    const mapped = core.isId(id) ? translate(mapOf(kind === "uid" ? given.uids : given.gids), id) : NO_ID;
    if (mapped === NO_ID && given.overflow === undefined) return { error: true };
    answer[kind] = mapped === NO_ID ? given.overflow : mapped;
  }
  return answer;
}

function remap(from: IdMap, to: IdMap, k: number): Record<string, unknown> {
  const answer = core.follow(
    [
      { direction: "up", map: from, name: "from" },
      { direction: "down", map: to, name: "to" },
    ],
    { id: k, number: 0 },
  );
  return answer.id === NO_ID ? { unmapped: true } : { k: answer.id };
}

/** Whether an entry of Incus' maps speaks of a kind. */
const speaksOf = (line: PeerLine, kind: "uid" | "gid"): boolean => line.kind === kind || line.kind === "both";

/** Lay one entry over the entries of each kind that it speaks of, and list the result as Incus does. */
function overrideEntries({ entries, add }: Given): Record<string, unknown> {
  let isAddListed = false;
  const answer: PeerLine[] = [];
  for (const kind of ["uid", "gid"] as const) {
    const lines = entries.filter((line) => speaksOf(line, kind));
    if (!speaksOf(add, kind)) {
      answer.push(...lines);
      continue;
    }
    const laid = core.override(core.idMap(lines.map(extentOf)), extentOf(add));
    for (const extent of laid.extents) {
      const isAdd = extent.first === add.inside;
      if (!isAdd || !isAddListed) answer.push({ ...lineOf(extent), kind: isAdd && add.kind ? add.kind : kind });
      isAddListed ||= isAdd;
    }
  }
  return { entries: answer };
}

function relations([firstA, endA]: Pair, [firstB, endB]: Pair): Record<string, unknown> {
  const a = fromInterval([firstA, endA]);
  const b = fromInterval([firstB, endB]);
  // Before, in containers/storage, means with a gap between.
  const isBefore = (x: Range, y: Range) => x.count > 0 && y.count > 0 && core.lastOf(x) + 1 < y.first;
  // The pieces of x below and above y, as containers/storage lists them.
  const minus = (x: Range, y: Range) => {
    const pieces = core.cutOut({ ...x, lowerFirst: x.first }, y);
    const [left, right] =
      y.count === 0
        ? [pieces[0], undefined]
        : [pieces.find((p) => p.first < y.first), pieces.find((p) => p.first >= y.first)];
    return [intervalOrNull(left), intervalOrNull(right)];
  };
  const joined = core.idSet([a, b]);
  const isAdjoined = core.adjoins(a, b) || core.adjoins(b, a);
  const both = [a, b].filter((range) => range.count > 0);
  const first = Math.min(...both.map((range) => range.first));
  const last = Math.max(...both.map(core.lastOf));
  return {
    intersect: intervalOrNull(core.overlapOf(a, b)),
    a_before_b: isBefore(a, b),
    b_before_a: isBefore(b, a),
    a_minus_b: minus(a, b),
    b_minus_a: minus(b, a),
    adjoin: isAdjoined ? intervalOrNull(joined[0]) : null,
    encompass: both.length === 0 ? null : intervalOrNull(core.rangeBetween(first, last)),
  };
}

const OPERATIONS: Readonly<Record<string, (given: Given) => unknown>> = {
  "idmap.down": ({ idmap, u }) => ({ k: core.mapDown(documentMap(idmap), u) }),
  "idmap.up": ({ idmap, k }) => ({ u: core.mapUp(documentMap(idmap), k) }),
  "idmap.cross": ({ first, second, u }) => {
    const k: number = core.mapDown(documentMap(first), u);
    return { k, u: core.mapUp(documentMap(second), k) };
  },
  "idmap.remap": ({ from, to, k }) => remap(documentMap(from), documentMap(to), k),
  "idmap.into_mount": ({ filesystem, mount, k }) => remap(documentMap(filesystem), documentMap(mount), k),
  "idmap.from_mount": ({ filesystem, mount, k }) => remap(documentMap(mount), documentMap(filesystem), k),
  "map.to_outside": (given) => translatePair(given, core.mapDown),
  "map.to_outside_overflow": (given) => translatePair(given, core.mapDown),
  "map.to_inside": (given) => translatePair(given, core.mapUp),
  "map.root_ids": ({ uids, gids }) => {
    const [uid, gid] = [uids, gids].map((lines) => core.mapDown(mapOf(lines), 0));
    return uid === NO_ID || gid === NO_ID ? { error: true } : { uid, gid };
  },
  "map.contains_inside": ({ map, id }) => ({ contains: core.mapDown(mapOf(map), id) !== NO_ID }),
  "map.is_contiguous": ({ map }) => ({ contiguous: core.isContiguous(mapOf(map)) }),
  "map.merge": ({ map }) => ({ map: linesOf(core.merge(mapOf(map))) }),
  "map.override_merged": ({ map, add }) => ({ map: linesOf(core.merge(core.override(mapOf(map), extentOf(add)))) }),
  "map.fill": ({ map, available }) => ({ map: linesOf(core.fill(mapOf(map), fromIntervals(available))) }),
  "map.id_sets": ({ map }) => ({
    inside: core.idSet(map.map(extentOf)).map(toInterval),
    outside: core.idSet(map.map((line) => core.lowerOf(extentOf(line)))).map(toInterval),
  }),
  "map.translate_sequence": ({ a, b }) => {
    const [first, second] = [mapOf(a), mapOf(b)];
    const last = core.mapDown(first, 65535);
    const next = core.mapDown(second, 0);
    return {
      a_inside_65535_outside: last,
      b_inside_0_outside: next,
      b_minus_a: next - last,
      a_inside_65536: core.mapDown(first, 65536) === NO_ID ? "unmapped" : core.mapDown(first, 65536),
    };
  },
  "compose.nested": ({ inner, outer }) => ({ flat: linesOf(core.compose(mapOf(inner), mapOf(outer))) }),
  "compose.hole": ({ base, hole }) => ({
    map: linesOf(core.override(mapOf(base), extentOf(hole))),
    subuid_needed: [`root:${hole.outside}:${hole.count}`],
  }),
  "compose.rootless": ({ uid, ranges }) => ({
    map: [
      { inside: 0, outside: uid, count: 1 },
      ...core.zip([{ first: 1, count: NO_ID - 1 }], fromCounts(ranges)).map(lineOf),
    ],
  }),
  "set.override": overrideEntries,
  "set.intersects": ({ entries, with: other }) => ({
    intersects: entries.some((line) =>
      (["uid", "gid"] as const).some(
        (kind) =>
          speaksOf(line, kind) &&
          speaksOf(other, kind) &&
          core.findMapFault([line, other].map(extentOf))?.code === "ERR_EXTENT_OVERLAP",
      ),
    ),
  }),
  "lint.overlap": ({ map }) => ({ overlapping: core.findMapFault(map.map(extentOf))?.code === "ERR_EXTENT_OVERLAP" }),
  "idset.normalise": ({ intervals }) => ({ intervals: core.idSet(intervals.map(fromInterval)).map(toInterval) }),
  "idset.coalesce": ({ ranges }) => ({ set: toCounts(fromCounts(ranges)) }),
  "idset.union": ({ x, y }) => ({ set: core.union(fromIntervals(x), fromIntervals(y)).map(toInterval) }),
  "idset.subtract": ({ x, y }) => ({ set: core.subtract(fromIntervals(x), fromIntervals(y)).map(toInterval) }),
  "idset.size": ({ set }) => ({ size: core.sizeOf(fromIntervals(set)) }),
  "idset.take_first": ({ set, n }) => {
    const taken = core.takeFirst(fromIntervals(set), n);
    return core.sizeOf(taken) < n ? { error: true } : { set: taken.map(toInterval) };
  },
  "idset.zip": ({ inside, outside }) => ({ map: core.zip(fromIntervals(inside), fromIntervals(outside)).map(lineOf) }),
  "idset.contains": ({ set, id }) => ({ contains: fromCounts(set).some((range) => core.contains(range, id)) }),
  "idset.covers": ({ set, start, count }) => ({ covers: core.holds(fromCounts(set), { first: start, count }) }),
  "idset.next_lower": ({ set, below }) => ({ id: core.nextLower(fromCounts(set), below) }),
  "idset.add_text": ({ set, text }) => {
    const bounds = /^(\d+)(?:-(\d+))?$/.exec(text);
    const range = bounds && core.rangeBetween(Number(bounds[1]), Number(bounds[2] ?? bounds[1]));
    return range && core.fits(range) ? { set: toCounts(core.union(fromCounts(set), [range])) } : { error: true };
  },
  "interval.relations": ({ a, b }) => relations(a, b),
};

/** A case that must be refused is refused where its map is made, by an error of ours and no other. */
function answerOf(operation: (given: Given) => unknown, given: Given): unknown {
  try {
    return operation(given);
  } catch (error) {
    if (error instanceof core.UsernsError) return { error: true };
    throw error;
  }
}

const folder = new URL("../vectors/peers/", import.meta.url);
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name): PeerCase[] => JSON.parse(readFileSync(new URL(name, folder), "utf8")).cases);

/** Operations of the vectors that this package has nothing for: a row that computed them here would test itself. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ["range.aligned_parts", "systemd cuts a uid into a base of 65536 and the rest; no part of userns asks that"],
]);

test("an operation that is left out is one of the vectors, and is answered nowhere", () => {
  for (const [op, why] of LEFT_OUT)
    assert.ok(cases.some((each) => each.op === op) && !Object.hasOwn(OPERATIONS, op), `${op}: ${why}`);
});

for (const [op, answer] of Object.entries(OPERATIONS)) {
  const ofOp = cases.filter((peerCase) => peerCase.op === op);
  test(`${op}: ${ofOp.length} cases of other tools' suites`, () => {
    assert.ok(ofOp.length > 0);
    for (const { id, given, expect } of ofOp) assert.deepEqual(answerOf(answer, given), expect, id);
  });
}
