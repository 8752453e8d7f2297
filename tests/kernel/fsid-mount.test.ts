/**
 * For each fs map there is an idmapped mount that does the same for one tree: owners, access and what a set-id program gives
 * are alike through both, on a kernel with fsid mappings and on Linux.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compose, type Extent, idMap, invert, isSameMap, showExtent } from "../../src/core/index.ts";
import { fsidToMountMap } from "../../src/kernel/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const LINES: readonly (readonly [rule: string, fs: string[], ids: string[], mount: string[]])[] = [
  ["the maps of the seed", ["0:300000:100000"], ["0:100000:100000"], ["300000:100000:100000"]],
  ["another container on the same tree", ["0:300000:100000"], ["0:500000:100000"], ["300000:500000:100000"]],
  [
    "lines end where a line of either map ends",
    ["0:300000:10", "10:400000:10"],
    ["0:100000:5", "5:200000:15"],
    ["300000:100000:5", "300005:200000:5", "400000:200005:10"],
  ],
  ["an id that one map alone holds is in none", ["0:300000:10"], ["5:100005:10"], ["300005:100005:5"]],
  ["domains that have nothing in common", ["100000:0:1000"], ["0:100000:1000"], []],
];

const mapOf = (lines: readonly string[]) =>
  idMap(
    lines.map((line) => {
      const [first = 0, lowerFirst = 0, count = 0] = line.split(":").map(Number);
      return { first, lowerFirst, count };
    }),
  );

for (const [rule, fs, ids, mount] of LINES)
  test(`${rule}: the mount's map is ${mount.join(" ") || "empty"}`, () => {
    assert.deepEqual(fsidToMountMap(mapOf(fs), mapOf(ids)).extents.map(showExtent), mount);
  });

/** How many ids there are inside: few, so that edges are met. */
const INSIDE = 12;

/** The ids inside cut into lines, which lie apart below, in another order. */
const cutInto = (base: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: INSIDE - 1 }), { maxLength: 3 }).chain((cuts) => {
    const starts = [0, ...[...cuts].sort((a, b) => a - b)];
    const parts = starts.map((first, index) => ({ first, count: (starts[index + 1] ?? INSIDE) - first }));
    return fc
      .shuffledSubarray(
        parts.map((_, index) => index),
        { minLength: parts.length },
      )
      .map((order) =>
        parts.map(
          ({ first, count }, index): Extent => ({ first, count, lowerFirst: base + (order[index] ?? 0) * 100 }),
        ),
      );
  });

const id = fc.integer({ min: 0, max: INSIDE - 1 });
const caps = fc.constantFrom("all", "none");

interface Asked {
  readonly fs: readonly Extent[];
  readonly ids: readonly Extent[];
  /** Owners as the container counts them. */
  readonly owner: readonly [number, number];
  readonly mode: string;
  readonly as: readonly [number, number];
  readonly group: number;
  readonly to: readonly [number, number];
  readonly caps: string;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  fs: cutInto(300000),
  ids: cutInto(100000),
  owner: fc.tuple(id, id),
  mode: fc.constantFrom("0000", "0600", "0640", "0604", "0660", "0777", "4755", "2755", "6711", "4700"),
  as: fc.tuple(id, id),
  group: id,
  to: fc.tuple(id, id),
  caps,
});

const lines = (extents: readonly Extent[]) => extents.map(({ first, lowerFirst, count }) => [first, lowerFirst, count]);

/** The same calls: through an fs map, or through an idmapped mount on Linux. */
function scenario(question: Asked, isMount: boolean) {
  const { fs, ids, owner, mode, as, group, to } = question;
  const files = idMap(fs);
  const processes = idMap(ids);
  const onDisk = (inside: number) => downThrough(files, inside);
  const kid = (inside: number) => downThrough(processes, inside);
  const plain = { name: "c", parent: "init", owner: [kid(0), kid(0)], uid_map: lines(ids), gid_map: lines(ids) };
  const mountMap = lines(fsidToMountMap(files, processes).extents);
  const namespaces = isMount
    ? [plain, { name: "map", parent: "init", owner: [0, 0], uid_map: mountMap, gid_map: mountMap }]
    : [{ ...plain, fsuid_map: lines(fs), fsgid_map: lines(fs) }];
  const step = (call: string, more: object = {}) => ({ task: "t", call, ...more });
  return loadScenario({
    version: 1,
    profile: isMount ? "linux-6.18" : "linux-6.18+fsid",
    setup: {
      namespaces,
      filesystems: [{ name: "disk", type: "ext4", root: { uid: onDisk(0), gid: onDisk(0), mode: "0777" } }],
      files: [
        { fs: "disk", path: "file", type: "exe", mode, uid: onDisk(owner[0]), gid: onDisk(owner[1]) },
        { fs: "disk", path: "foreign", type: "file", mode: "0644", uid: 999, gid: 999 },
      ],
      mounts: [{ name: "m", fs: "disk", ...(isMount ? { idmap: "map" } : {}) }],
      tasks: [
        { name: "t", ns: "c", uid: kid(as[0]), gid: kid(as[1]), groups: [kid(group)], caps: question.caps },
        { name: "u", ns: "c", uid: kid(as[0]), gid: kid(as[1]), groups: [kid(group)], caps: question.caps },
      ],
    },
    steps: [
      step("stat", { path: "m:file" }),
      step("stat", { path: "m:foreign" }),
      step("open", { path: "m:foreign", acc: "r" }),
      step("open", { path: "m:file", acc: "r" }),
      step("open", { path: "m:file", acc: "rw" }),
      step("access", { path: "m:file", mode: "x", eff: false }),
      { task: "u", call: "exec", path: "m:file" },
      { task: "u", call: "getuid" },
      { task: "u", call: "creds" },
      step("open", { path: "m:new", acc: "w", flags: ["creat"] }),
      step("disk_ids", { path: "disk:new" }),
      step("chmod", { path: "m:file", mode: "0755" }),
      step("chown", { path: "m:file", uid: to[0], gid: to[1] }),
      step("chown", { path: "m:new", uid: null, gid: group }),
      step("disk_ids", { path: "disk:file" }),
      step("disk_ids", { path: "disk:new" }),
      step("stat", { path: "m:file" }),
      step("fcap_set", { path: "m:new", fcap: { v: 3, eff: true, perm: ["kill"], inh: "none", rootid: 0 } }),
      { task: "@root", call: "fcap_get", path: "disk:new" },
      step("setresuid", { r: to[0], e: to[1], s: to[0] }),
      step("creds"),
      step("unlink", { path: "m:file" }),
    ],
  });
}

function downThrough(map: ReturnType<typeof idMap>, inside: number): number {
  const [only] = compose(idMap([{ first: 0, lowerFirst: inside, count: 1 }]), map).extents;
  assert.ok(only);
  return only.lowerFirst;
}

/** Host root is asked through the plain mount, where there is no map of the mount: it has numbers of the disk in both. */
for (const engine of ENGINES)
  test(`an fs map and the mount that it stands for give the same answers, on ${engine.name}`, () => {
    fc.assert(
      fc.property(asked, (question) => {
        const answers = [false, true].map((isMount) =>
          replay(scenario(question, isMount), engine).map(({ step, result }) => [step.call, result]),
        );
        assert.deepEqual(answers[0], answers[1]);
      }),
      { numRuns: 300 },
    );
  });

test("the mount's map read the other way leads from processes to files, as kuid_to_kfsuid does", () => {
  fc.assert(
    fc.property(cutInto(300000), cutInto(100000), (fs, ids) => {
      const back = invert(fsidToMountMap(idMap(fs), idMap(ids)));
      assert.ok(isSameMap(back, compose(invert(idMap(ids)), idMap(fs))));
    }),
  );
});
