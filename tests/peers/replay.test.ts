/** Every case of other tools' suites, as `npm run vectors` replays it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { importPeers, isPeerSuite } from "../../src/cli/peers/import-peers.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const [engine] = ENGINES;
assert.ok(engine);

const folder = new URL("../vectors/peers/", import.meta.url);
const suites = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name): unknown => JSON.parse(readFileSync(new URL(name, folder), "utf8")));

/** Cases in which a missing file and an empty one are the same text. */
const SAYS_TOO_LITTLE = 8;

test("every case is answered as the peer expects, but for those that say too little", () => {
  const outcomes = suites.flatMap((suite) => {
    assert.ok(isPeerSuite(suite));
    return importPeers(suite).flatMap((recorded) => recorded.run(engine));
  });
  const failed = outcomes.flatMap((outcome) =>
    outcome.kind === "failed" ? [outcome.vector.id, ...outcome.lines] : [],
  );
  assert.deepEqual(failed, []);
  const skipped = outcomes.flatMap((outcome) => (outcome.kind === "skipped" ? [outcome.reason] : []));
  assert.deepEqual(
    skipped,
    Array(SAYS_TOO_LITTLE).fill("an empty file and one that is not there are written alike in the case"),
  );
  assert.equal(outcomes.length, 481);
});

test("a case with another answer fails, and says both", () => {
  const cases = [{ id: "x/1", op: "idset.size", given: { set: [[0, 5]] }, expect: { size: 6 } }];
  const [outcome] = importPeers({ suite: "x", cases }).flatMap((recorded) => recorded.run(engine));
  assert.deepEqual(outcome?.kind === "failed" && outcome.lines, ["size: expected 6, got 5"]);
});

test("a case of an operation that nothing answers is skipped by its name; one that cannot be read fails", () => {
  const run = (op: string, given: unknown) =>
    importPeers({ suite: "x", cases: [{ op, given, expect: { size: 1 } }] }).flatMap((recorded) =>
      recorded.run(engine),
    );
  const [unknown, unread] = [run("no.such", {})[0], run("idset.size", { set: 5 })[0]];
  assert.ok(unknown?.kind === "skipped" && unknown.reason.includes("no.such"));
  assert.ok(unread?.kind === "failed" && unread.lines.join(" ").includes("x/1.set"));
});

/** Neighbours of the recorded cases, at the edges of their rules: `[operation, given, expected]`. */
const line = (inside: number, outside: number, count: number) => ({ inside, outside, count });
const WHOLE = "u0:k0:r4294967295";
const PODS = { "pod-1": 65536, "pod-2": 131072 };
const PASSWD = "root:x:0:0::/root:\n9223372036854775808:x:5:5::/:\n-42:x:12:13::/:\n";
const NEIGHBOURS: readonly (readonly [op: string, given: object, expect: object])[] = [
  // A pod without a folder on disk keeps nothing, though it runs.
  [
    "alloc.reconcile",
    { recorded: PODS, on_disk: [], running: ["pod-1"], known: [] },
    { kept: [], freed: ["pod-1", "pod-2"] },
  ],
  ["alloc.reconcile", { recorded: {}, on_disk: ["pod-1"], running: [], known: [] }, { kept: [], freed: [] }],
  // A number that no id can be is nobody's name.
  ["user.resolve", { user: "9223372036854775808", passwd: PASSWD, group: "" }, { error: true }],
  ["user.resolve", { user: "0:9223372036854775808", passwd: PASSWD, group: "" }, { error: true }],
  ["user.resolve", { user: "-42", passwd: PASSWD, group: "" }, { error: true }],
  // Root is 0: a map of another id alone has none.
  ["map.root_ids", { uids: [line(100, 1001, 1)], gids: [line(200, 2002, 1)] }, { error: true }],
  ["map.root_ids", { uids: [line(100, 1001, 1)], gids: null }, { error: true }],
  ["map.fill", { map: [], available: [[0, 10]] }, { map: [line(0, 0, 10)] }],
  ["map.merge", { map: [] }, { map: [] }],
  ["idset.covers", { set: [], start: 0, count: 0 }, { covers: true }],
  ["idset.next_lower", { set: [[500, 500]], below: 500 }, { error: true }],
  ["idmap.up", { idmap: "u0:k10000:r10000", k: 21000 }, { unmapped: true }],
  ["validate.cri_userns", { mode: null, uids: [], gids: [] }, { userns: false }],
  ["parse.subid_for_user", { text: "root:1:2:3\n", user: "root" }, { error: true }],
  [
    "userns.auto_size",
    { mode: "auto:size=8192,uidmapping=0:0:1,gidmapping=0:0:1" },
    { fixed: [line(0, 0, 1)], allocated: 8191 },
  ],
  // Podman knows three options of auto, and a size in digits.
  ["userns.auto_size", { mode: "auto:" }, { error: true }],
  ["userns.auto_size", { mode: "auto:foo=1" }, { error: true }],
  ["userns.auto_size", { mode: "auto:size=x" }, { error: true }],
  // Several owners may be shown as one; one owner is not shown as two.
  ["bindfs.map", { map: "1/2:3/2", disk: { uid: 3 } }, { uid: 2 }],
  ["bindfs.map", { map: "1/2:1/3", disk: { uid: 1 } }, { error: true }],
  // The first range granted, every id as itself.
  [
    "unshare.maps",
    { uid: 1000, subuid: [[100000, 65536]], args: ["--map-subids"] },
    { lines: ["    100000     100000      65536"] },
  ],
  // No map at all is every id as itself; a map without lines holds nothing.
  ["map.to_outside", { uids: null, id: { uid: 7 } }, { uid: 7 }],
  ["map.to_outside", { uids: [], id: { uid: 7 } }, { error: true }],
  ["map.root_ids", { uids: null, gids: null }, { uid: 0, gid: 0 }],
  // Pairs in the order of their lines, the pairs' and each pair's.
  [
    "lint.subid_overlap",
    { subuid: ["a:1:10", "b:10:10", "c:0:100"] },
    {
      pairs: [
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
      ],
    },
  ],
  ["lint.subid_overlap", { subuid: ["a:1:10", "b:11:10"] }, { pairs: [] }],
  // 4294967295 is no id: no range has it.
  ["alloc.capacity", { min: 2147483648, max: 4294967295, count: 65536 }, { users: 32767 }],
  ["alloc.sequential", { first: 2147483648, slot: 65536, index: 32767 }, { error: true }],
  ["idmap.cross", { first: "u0:k10000:r10000", second: "u0:k20000:r10000", u: 1000 }, { k: 11000, unmapped: true }],
  ["idmap.cross", { first: "u0:k10000:r10", second: "u0:k20000:r10000", u: 1000 }, { unmapped: true }],
  ["vfs.stat", { disk_id: 65534, caller: WHOLE, filesystem: WHOLE, mount: null }, { id: 65534 }],
  [
    "idmapped_mount.stat",
    { disk: { gid: 1 }, mount_map: { gid: [line(0, 5, 10)] }, caller_map: "initial" },
    { gid: 6, overflow: false },
  ],
  // Maps come with a user namespace, and a user namespace with both.
  ["validate.userns", { userns: false, uids: [], gids: [] }, { valid: true }],
  ["validate.userns", { userns: false, uids: [], gids: [line(0, 1000, 1)] }, { valid: false }],
  ["validate.rootless", { userns: false, uids: [], gids: [] }, { valid: false }],
  // An owner that is no account is left out, and one of two lines named once.
  ["subid.owners", { lines: ["foo:3:10", "ghost:3:5", "foo:4:1"], users: { foo: 1000 }, id: 4 }, { owners: [1000] }],
  // Adjacent ranges of one user count together for newuidmap.
  [
    "newuidmap.allowed",
    {
      user: "u",
      uid: 1000,
      ranges: [
        [100, 10],
        [110, 5],
      ],
      maps: [line(0, 105, 10)],
    },
    { allowed: true },
  ],
  // Who stands in the parent without capabilities maps its own id alone.
  [
    "proc_map.write",
    { text: "0 1001 1", written_by: "parent, no capability", parent_map: [line(0, 0, 4294967295)], writer_id: 1000 },
    { errno: "EPERM" },
  ],
  [
    "proc_map.write",
    { text: "0 1000 1", written_by: "parent, no capability", parent_map: null, writer_id: 1000 },
    { ok: true },
  ],
  // Linux lets no line span two of the parent's, whoever writes.
  [
    "proc_map.write",
    {
      text: "0 0 2",
      written_by: "parent with CAP_SETUID",
      parent_map: [line(0, 100, 1), line(1, 200, 1)],
      writer_id: 1000,
    },
    { errno: "EPERM" },
  ],
];

test("the one id of a map of one is root for containers/storage alone, each map by itself", () => {
  const cases = [
    { uids: [line(100, 1001, 1)], gids: [line(200, 2002, 1)], root: { uid: 1001, gid: 2002 } },
    { uids: [line(100, 1001, 1)], gids: [line(0, 2002, 9)], root: { uid: 1001, gid: 2002 } },
    { uids: [line(100, 1001, 1)], gids: null, root: { uid: 1001, gid: 0 } },
    { uids: [line(100, 1001, 2)], gids: null, root: { error: true } },
  ].map(({ root, ...given }) => ({ op: "map.root_ids", given, expect: root }));
  const outcomes = importPeers({ suite: "x", source: { repo: "containers/storage" }, cases }).flatMap((recorded) =>
    recorded.run(engine),
  );
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    cases.map(() => "passed"),
  );
});

test("neighbours of the cases, at the edges of their rules, are answered too", () => {
  const cases = NEIGHBOURS.map(([op, given, expect]) => ({ op, given, expect }));
  const outcomes = importPeers({ suite: "neighbours", cases }).flatMap((recorded) => recorded.run(engine));
  assert.deepEqual(
    outcomes.flatMap((outcome) => (outcome.kind === "passed" ? [] : [outcome])),
    [],
  );
  assert.equal(outcomes.length, NEIGHBOURS.length);
});
