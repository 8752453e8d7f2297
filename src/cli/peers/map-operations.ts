import * as core from "../../core/index.ts";
import {
  extentOf,
  fromInterval,
  type Given,
  type PeerAnswer,
  type PeerLine,
  peerLine,
  peerLines,
  REFUSED,
  toInterval,
} from "./given.ts";
import type { Operations } from "./operation.ts";

const KINDS = ["uid", "gid"] as const;

/** One id of each kind through its map. */
function translated(given: Given, translate: (map: core.IdMap, id: number) => number): PeerAnswer {
  const answer: { [key: string]: number } = {};
  const ids = given.object("id");
  for (const kind of KINDS) {
    if (!ids.has(kind)) continue;
    const id = ids.number(kind);
    const mapped = core.isId(id) ? translate(given.mapOrIdentity(`${kind}s`), id) : core.NO_ID;
    if (mapped === core.NO_ID && !given.has("overflow")) return REFUSED;
    answer[kind] = mapped === core.NO_ID ? given.number("overflow") : mapped;
  }
  return answer;
}

/** Whether an entry of Incus' maps speaks of a kind. */
function speaksOf(line: PeerLine, kind: (typeof KINDS)[number]): boolean {
  return line.kind === kind || line.kind === "both";
}

/** Lay entries over others, kind by kind, as Incus lists the result: an entry for both stands once. */
export function laidOver(base: readonly PeerLine[], add: PeerLine): readonly PeerLine[] {
  let isListed = false;
  return KINDS.flatMap((kind) => {
    const lines = base.filter((line) => speaksOf(line, kind));
    if (!speaksOf(add, kind)) return lines;
    return core.override(core.idMap(lines.map(extentOf)), extentOf(add)).extents.flatMap((extent): PeerLine[] => {
      const isAdd = extent.first === add.inside;
      if (isAdd && isListed) return [];
      isListed ||= isAdd;
      return [{ ...peerLine(extent), kind: isAdd && add.kind ? add.kind : kind }];
    });
  });
}

/**
 * Who is root outside: who 0 is. For containers/storage the one id of a map of one is root whatever its number; for moby
 * and containerd such a map has no root.
 *
 * @source GetRootUIDGID of containers/storage 1bbeb127b940, pkg/idtools/idtools.go; vectors/peers/containerd.json
 */
function rootIds(given: Given, repository: string): PeerAnswer {
  const [uid, gid] = KINDS.map((kind) => {
    const map = given.mapOrIdentity(`${kind}s`);
    const [line, ...more] = map.extents;
    const isRoot = repository === "containers/storage" && line?.count === 1 && more.length === 0;
    return isRoot ? line.lowerFirst : core.mapDown(map, 0);
  });
  return uid === core.NO_ID || gid === core.NO_ID ? REFUSED : { uid, gid };
}

function intervalOrNull(range: core.Range | null | undefined): readonly [number, number] | null {
  return range && range.count > 0 ? toInterval(range) : null;
}

/** The relations of two intervals as containers/storage names them; before means with a gap between. */
function relations(a: core.Range, b: core.Range): PeerAnswer {
  const isBefore = (x: core.Range, y: core.Range) => x.count > 0 && y.count > 0 && core.lastOf(x) + 1 < y.first;
  const minus = (x: core.Range, y: core.Range) => {
    const pieces = core.cutOut({ ...x, lowerFirst: x.first }, y);
    const [left, right] =
      y.count === 0
        ? [pieces[0], undefined]
        : [pieces.find((piece) => piece.first < y.first), pieces.find((piece) => piece.first >= y.first)];
    return [intervalOrNull(left), intervalOrNull(right)];
  };
  const both = [a, b].filter((range) => range.count > 0);
  const first = Math.min(...both.map((range) => range.first));
  const last = Math.max(...both.map(core.lastOf));
  return {
    intersect: intervalOrNull(core.overlapOf(a, b)),
    a_before_b: isBefore(a, b),
    b_before_a: isBefore(b, a),
    a_minus_b: minus(a, b),
    b_minus_a: minus(b, a),
    adjoin: core.adjoins(a, b) || core.adjoins(b, a) ? intervalOrNull(core.idSet([a, b])[0]) : null,
    encompass: both.length === 0 ? null : intervalOrNull(core.rangeBetween(first, last)),
  };
}

const toCounts = (set: core.IdSet) => set.map(({ first, count }) => [first, count]);

/** Maps, sets of ids and intervals: what the core answers by itself. */
export const MAP_OPERATIONS: Operations = {
  "map.to_outside": (given) => translated(given, core.mapDown),
  "map.to_outside_overflow": (given) => translated(given, core.mapDown),
  "map.to_inside": (given) => translated(given, core.mapUp),
  "map.root_ids": (given, _expect, _engine, repository) => rootIds(given, repository),
  "map.contains_inside": (given) => ({ contains: core.mapDown(given.map("map"), given.number("id")) !== core.NO_ID }),
  "map.is_contiguous": (given) => ({ contiguous: core.isContiguous(given.map("map")) }),
  "map.merge": (given) => ({ map: peerLines(core.merge(given.ownMap("map")).extents) }),
  "map.override_merged": (given) => ({
    map: peerLines(core.merge(core.override(given.ownMap("map"), extentOf(given.line("add")))).extents),
  }),
  "map.fill": (given) => ({ map: peerLines(core.fill(given.ownMap("map"), given.intervals("available")).extents) }),
  "map.id_sets": (given) => {
    const extents = given.lines("map").map(extentOf);
    return {
      inside: core.idSet(extents).map(toInterval),
      outside: core.idSet(extents.map(core.lowerOf)).map(toInterval),
    };
  },
  "map.translate_sequence": (given) => {
    const [first, second] = [given.map("a"), given.map("b")];
    const [last, next, past] = [core.mapDown(first, 65535), core.mapDown(second, 0), core.mapDown(first, 65536)];
    return {
      a_inside_65535_outside: last,
      b_inside_0_outside: next,
      b_minus_a: next - last,
      a_inside_65536: past === core.NO_ID ? "unmapped" : past,
    };
  },
  "compose.nested": (given) => ({ flat: peerLines(core.compose(given.map("inner"), given.map("outer")).extents) }),
  "compose.hole": (given) => {
    const hole = given.line("hole");
    return {
      map: peerLines(core.override(given.map("base"), extentOf(hole)).extents),
      subuid_needed: [`root:${hole.outside}:${hole.count}`],
    };
  },
  "set.override": (given) => ({ entries: laidOver(given.lines("entries"), given.line("add")) }),
  "set.intersects": (given) => {
    const other = given.line("with");
    return {
      intersects: given
        .lines("entries")
        .some((line) =>
          KINDS.some(
            (kind) =>
              speaksOf(line, kind) &&
              speaksOf(other, kind) &&
              core.findMapFault([line, other].map(extentOf))?.code === "ERR_EXTENT_OVERLAP",
          ),
        ),
    };
  },
  "lint.overlap": (given) => ({
    overlapping: core.findMapFault(given.lines("map").map(extentOf))?.code === "ERR_EXTENT_OVERLAP",
  }),
  "idset.normalise": (given) => ({ intervals: given.intervals("intervals").map(toInterval) }),
  "idset.coalesce": (given) => ({ set: toCounts(given.counts("ranges")) }),
  "idset.union": (given) => ({ set: core.union(given.intervals("x"), given.intervals("y")).map(toInterval) }),
  "idset.subtract": (given) => ({ set: core.subtract(given.intervals("x"), given.intervals("y")).map(toInterval) }),
  "idset.intersect": (given) => ({ set: core.intersect(given.intervals("x"), given.intervals("y")).map(toInterval) }),
  "idset.size": (given) => ({ size: core.sizeOf(given.intervals("set")) }),
  "idset.take_first": (given) => {
    const taken = core.takeFirst(given.intervals("set"), given.number("n"));
    return core.sizeOf(taken) < given.number("n") ? REFUSED : { set: taken.map(toInterval) };
  },
  "idset.zip": (given) => ({ map: peerLines(core.zip(given.intervals("inside"), given.intervals("outside"))) }),
  "idset.contains": (given) => ({
    contains: given.counts("set").some((range) => core.contains(range, given.number("id"))),
  }),
  "idset.covers": (given) => ({
    covers: core.holds(given.counts("set"), { first: given.number("start"), count: given.number("count") }),
  }),
  "idset.next_lower": (given) => {
    const id = core.nextLower(given.counts("set"), given.number("below"));
    return id === null ? { ...REFUSED, id } : { id };
  },
  "idset.add_text": (given) => {
    const bounds = /^(\d+)(?:-(\d+))?$/.exec(given.text("text"));
    const range = bounds && core.rangeBetween(Number(bounds[1]), Number(bounds[2] ?? bounds[1]));
    return range && core.fits(range) ? { set: toCounts(core.union(given.counts("set"), [range])) } : REFUSED;
  },
  "interval.relations": (given) => relations(fromInterval(given.pair("a")), fromInterval(given.pair("b"))),
  "range.aligned_parts": (given) => {
    const inside = given.number("outside") % 65536;
    return { base: given.number("outside") - inside, inside };
  },
};
