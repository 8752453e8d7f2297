import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  compose,
  type IdMap,
  type IdSet,
  idMap,
  idSet,
  intersect,
  invert,
  lowerSetOf,
  MAX_MAP_LINES,
  mapDown,
  type OwnerKind,
  sizeOf,
} from "../../src/core/index.ts";
import type { MapPair } from "../../src/formats/index.ts";
import { PAGE_SIZE } from "../../src/kernel/index.ts";
import { BARE_ENTRY, type Manifest, type ManifestEntry, manifestOf } from "../../src/manifest/index.ts";
import { BACKENDS, type Backend, idsUsed, type PlaceRequest, place } from "../../src/place/index.ts";
import { bytesOf } from "../../src/policy/index.ts";

const KINDS = ["uid", "gid"] as const;
const POOL = { uid: [{ first: 100_000, count: 65_536 }], gid: [{ first: 100_000, count: 65_536 }] };

function image(owners: readonly (readonly [uid: number, gid: number])[], more: Partial<ManifestEntry> = {}): Manifest {
  const root: ManifestEntry = { ...BARE_ENTRY, path: ".", type: "dir", mode: 0o755, uid: 0, gid: 0 };
  const files = owners.map(
    ([uid, gid], n): ManifestEntry => ({ ...root, path: `f${n}`, type: "file", mode: 0o644, uid, gid, ...more }),
  );
  return manifestOf([root, ...files]);
}

const asked = (request: Partial<PlaceRequest>): PlaceRequest => ({
  manifest: image([[33, 42]]),
  names: { manifest: "image.mtree", files: "rootfs" },
  isRoot: false,
  ranges: POOL,
  container: null,
  isTransient: false,
  isSparse: false,
  idmap: { can: "yes" },
  hasFsid: true,
  accounts: [],
  mayReachHost: false,
  ...request,
});

const both = (...ranges: readonly (readonly [first: number, count: number])[]) => {
  const set = idSet(ranges.map(([first, count]) => ({ first, count })));
  return { uid: set, gid: set };
};
const inContainer = (lowerFirst: number, count: number): MapPair => ({
  uid: idMap<"uid">([{ first: 0, lowerFirst, count }]),
  gid: idMap<"gid">([{ first: 0, lowerFirst, count }]),
});

const REFUSED: readonly (readonly [rule: string, Backend, Partial<PlaceRequest>, reason: RegExp, option: RegExp])[] = [
  [
    "an id that is too high is told, with what the ranges hold, and that it would fit alone",
    "chunk",
    { manifest: image([[943_802_666, 0]]) },
    /of the image's 2 uids, uid 943802666 does not fit: the ranges hold 65536 ids/,
    /--sparse: .* \(a map of 2 lines\)/,
  ],
  [
    "more owners than ids are counted",
    "chunk",
    { manifest: image(Array.from({ length: 65_536 }, (_, n) => [n + 1, 0])), isSparse: true },
    /uses 65537 uids; the ranges hold 65536 ids/,
    /ranges of 65537 ids/,
  ],
  ["no range, no container", "chunk", { ranges: { uid: [], gid: [] } }, /no range of uids is granted/, /subuid/],
  ["lent ids never end on a disk", "chunk", { isTransient: true }, /the ranges are lent/, /static or mount/],
  [
    "the foreign range has ids below 65536 alone",
    "static",
    { manifest: image([[0, 65_536]]), ranges: both([100_000, 70_000]) },
    /gid 65536 does not fit: systemd's foreign range holds 65536 ids/,
    /chunk --sparse/,
  ],
  ["what cannot be idmapped is not", "static", { idmap: { can: "no", because: "no" } }, /^no$/, /chunk/],
  ["the image's own ids are the host's too", "mount", {}, /files would belong to .*uid 0 \(root\)/, /--host-ids/],
  [
    "no process of a container may become an account of the host",
    "chunk",
    { accounts: [{ kind: "uid", name: "ben", id: 100_500 }] },
    /processes could become accounts of the host: uid 100500 \(ben\)/,
    /ranges without accounts/,
  ],
  [
    "an account is looked for among the ids that the host has, not the container",
    "chunk",
    {
      container: inContainer(99_000, 40_000),
      ranges: both([1000, 900]),
      accounts: [{ kind: "gid", name: "ben", id: 100_500 }],
    },
    /gid 100500 \(ben\)/,
    /ranges without/,
  ],
  ["fsid mappings are in no Linux", "fsid", { hasFsid: false }, /never merged/, /static/],
  ["a container's root did not mount the host's disk", "mount", { container: inContainer(0, 9) }, /container/, /chunk/],
  [
    "no namespace makes a device",
    "chunk",
    { manifest: image([[0, 0]], { type: "chr", device: { major: 1, minor: 3 } }) },
    /no user namespace makes devices, and the image has f0/,
    /leave them out/,
  ],
  [
    "ids that a container lost are no longer in ranges",
    "chunk",
    { container: inContainer(100_000, 20), ranges: both([10, 40]) },
    /gid 42 does not fit: the ranges hold 10 ids|uid 33 does not fit: the ranges hold 10 ids/,
    /--sparse/,
  ],
];

for (const [rule, backend, request, reason, option] of REFUSED)
  test(`place: ${rule}`, () => {
    const found = place(backend, asked(request));
    assert.ok(!found.ok);
    assert.match(found.reason, reason);
    assert.match(found.options.join("\n"), option);
  });

test("place: fsid mappings and the idmapped mount of static are the same ids on the disk and in the kernel", () => {
  const [fsid, fixed] = [place("fsid", asked({})), place("static", asked({}))];
  assert.ok(fsid.ok && fixed.ok);
  assert.deepEqual([fsid.disk, fsid.run], [fixed.disk, fixed.run]);
});

const owners = fc.array(fc.tuple(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 400 })), {
  minLength: 1,
  maxLength: 500,
});
const ranges = fc
  .array(fc.record({ first: fc.integer({ min: 100_000, max: 900_000 }), count: fc.integer({ min: 1, max: 40_000 }) }), {
    minLength: 1,
    maxLength: 5,
  })
  .map(idSet);

test("place: ids come back, no two share one on the disk, all are the caller's, and Linux takes every map", () => {
  const seen = new Set<Backend>();
  fc.assert(
    fc.property(
      fc.tuple(owners, ranges, ranges, fc.boolean(), fc.boolean()),
      ([files, uid, gid, isSparse, isNested]) => {
        const container = isNested ? inContainer(7_000_000, 500_000) : null;
        const request = asked({
          manifest: image(files),
          ranges: { uid, gid },
          isSparse,
          container,
          mayReachHost: true,
        });
        const used = idsUsed(request.manifest);
        for (const backend of BACKENDS) {
          const found = place(backend, request);
          if (!found.ok || !found.disk || !found.run) continue;
          seen.add(backend);
          for (const kind of KINDS) {
            const granted = container ? onHost(request.ranges[kind], container, kind) : request.ranges[kind];
            check(found.disk[kind], used[kind], backend === "chunk" ? granted : null);
            check(found.run[kind], used[kind], granted);
            const view = compose(invert<OwnerKind>(found.disk[kind]), idMap<OwnerKind>(found.run[kind].extents));
            check(view, null, granted);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
  assert.deepEqual([...seen].sort(), ["chunk", "fsid", "mount", "static"]);
});

function onHost(set: IdSet, container: MapPair, kind: OwnerKind): IdSet {
  const map = idMap(container[kind].extents);
  return lowerSetOf(compose(idMap(set.map((range) => ({ ...range, lowerFirst: range.first }))), map));
}

/** @param granted  null: ids that are no one's, which need no grant */
function check(map: IdMap<OwnerKind>, used: IdSet | null, granted: IdSet | null): void {
  assert.ok(map.extents.length <= MAX_MAP_LINES && bytesOf(map.extents) < PAGE_SIZE, "Linux takes it");
  if (granted) assert.deepEqual(intersect(lowerSetOf(map), granted), lowerSetOf(map));
  const [plain, back] = [idMap(map.extents), idMap(invert(map).extents)];
  const below = new Set<number>();
  for (const { first, count } of used ?? [])
    for (let id: number = first; id < first + count; id++) {
      const lower: number = mapDown(plain, id);
      const inside: number = mapDown(back, lower);
      assert.equal(inside, id);
      below.add(lower);
    }
  if (used) assert.equal(below.size, sizeOf(used));
}
