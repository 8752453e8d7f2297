/** userns alloc reconcile and adopt: what uses ids on a host is found, told, and entered when that is asked for. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { ClaimAnswer, ReconcileAnswer } from "../../src/cli/answers.ts";
import { startMapped } from "../live/mapped-process.ts";
import { need } from "../need.ts";
import { hasSqlite } from "../store/has-sqlite.ts";
import { folderFor, userns } from "./command.ts";

const MAP = { container_id: 0, host_id: 300000, size: 1000 };
/** A host's files: lines that grant ids, a container, a pod and a container of LXC. */
const FILES: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0::/:\nweb:x:100033:100033::/:\nben:x:1000:1000::/:\n",
  "etc/group": "root:x:0:\n",
  "etc/subuid": "alice:100000:65536\n",
  "etc/subgid": "alice:100000:65536\nbad\n",
  "var/lib/kubelet/pods/u1/userns":
    '{"uidMappings":[{"hostId":655360,"containerId":0,"length":65536}],"gidMappings":[{"hostId":655360,"containerId":0,"length":65536}]}',
  "var/lib/lxc/c1/config": "lxc.idmap = u 0 200000 65536\nlxc.idmap = g 0 200000 65536\n",
  "var/lib/containers/storage/overlay-containers/containers.json": JSON.stringify([
    { id: "4d", names: ["box"], uidmap: [MAP, { container_id: 1000, host_id: 1000, size: 1 }], gidmap: [MAP] },
  ]),
  "var/lib/containers/storage/overlay-layers/layers.json": JSON.stringify([
    { id: "9a", uidmap: [MAP], gidmap: [MAP] },
    { id: "9b", uidmap: [{ container_id: 0, host_id: 301000, size: 10 }] },
  ]),
};

function host(t: TestContext) {
  const root = folderFor(t);
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const run = (...args: string[]) => userns(["alloc", ...args, "--store", join(root, "alloc.db"), "--json"]);
  const reconciled = async (...args: string[]) => {
    const { exit, stdout } = await run("reconcile", "--root", root, ...args);
    const answer: ReconcileAnswer = JSON.parse(stdout);
    return { exit, ...answer };
  };
  return { root, run, reconciled };
}

const hostTest = (title: string, body: (t: TestContext) => Promise<void>): void =>
  void test(title, async (t) => {
    if (need(t, hasSqlite, "SQLite: Node 22.13 or newer, or better-sqlite3")) await body(t);
  });

const RANGES: readonly (readonly [string, number, number])[] = [
  ["alice", 100000, 65536],
  ["box", 300000, 1000],
  ["storage-layers", 301000, 10],
  ["pod-u1", 655360, 65536],
  ["c1", 200000, 65536],
];
const inShort = (claims: readonly ClaimAnswer[]) => claims.map(({ owner, start, count }) => [owner, start, count]);

hostTest("reconcile reports, and changes nothing; with --adopt it enters all, and what is left is told", async (t) => {
  const { run, reconciled } = host(t);
  const before = await reconciled("--no-proc");
  assert.equal(before.exit, 1);
  assert.equal((await run("list")).stdout, "[]\n");
  const unclaimed = before.findings.filter(({ code }) => code === "unclaimed");
  assert.deepEqual(
    new Set(unclaimed.map(({ use, ranges }) => `${use?.owner} ${ranges[0]?.start} ${ranges[0]?.count}`)),
    new Set(RANGES.map((range) => range.join(" "))),
  );
  const after = await reconciled("--no-proc", "--adopt");
  assert.deepEqual(inShort(after.adopted), RANGES);
  assert.deepEqual(
    after.findings.map(({ code, use, account }) => [code, use?.owner, account?.name]),
    [["covers-account", "alice", "web"]],
  );
});

hostTest("adopt reads the records of every runtime, and is safe to run again", async (t) => {
  const { root, run } = host(t);
  const storage = join(root, "var/lib/containers/storage");
  const incus = join(root, "incus.json");
  const map = JSON.stringify([{ Isuid: true, Isgid: true, Hostid: 900000, Nsid: 0, Maprange: 5 }]);
  writeFileSync(incus, JSON.stringify([{ name: "inc", config: { "volatile.idmap.current": map } }]));
  const args = [
    ...["adopt", "--podman", storage, "--kubelet", join(root, "var/lib/kubelet"), "--lxc", join(root, "var/lib/lxc")],
    ...["--incus", incus, "--passwd", join(root, "etc/passwd"), "--group", join(root, "etc/group")],
  ];
  const first = await run(...args);
  assert.deepEqual(inShort(JSON.parse(first.stdout)), [...RANGES.slice(1), ["inc", 900000, 5]]);
  assert.equal((await run(...args)).stdout, first.stdout);
});

hostTest("adopt refuses records of which two have one id, and enters none", async (t) => {
  const { root, run } = host(t);
  const folder = join(root, "var/lib/lxc");
  mkdirSync(join(folder, "c2"));
  writeFileSync(join(folder, "c2", "config"), "lxc.idmap = u 0 265535 10\nlxc.idmap = g 0 265535 10\n");
  const accounts = ["--passwd", join(root, "etc/passwd"), "--group", join(root, "etc/group")];
  const { exit, stderr } = await run("adopt", "--lxc", folder, ...accounts);
  assert.deepEqual([exit, JSON.parse(stderr).error.code], [1, "ERR_RANGE_HELD"]);
  assert.equal((await run("list")).stdout, "[]\n");
});

hostTest("a record that cannot be read is an error with its place, and enters nothing", async (t) => {
  const { root, run } = host(t);
  const path = join(root, "var/lib/kubelet/pods/u1/userns");
  writeFileSync(path, '{"uidMappings":[{"hostId":1}]}');
  const accounts = ["--passwd", join(root, "etc/passwd"), "--group", join(root, "etc/group")];
  const { exit, stderr } = await run("adopt", "--kubelet", join(root, "var/lib/kubelet"), ...accounts);
  const { code, where } = JSON.parse(stderr).error;
  assert.deepEqual([exit, code, where], [2, "ERR_MAP_TEXT", `${path}: uidMappings[0].containerId`]);
});

hostTest("namespaces that the ledger knows nothing of are found, and once adopted they are not", async (t) => {
  if (!need(t, process.getuid?.() === 0, "root")) return;
  const { reconciled } = host(t);
  const pid = await startMapped(t, "0 1700000000 10", "0 1700000100 5");
  const ofOurs = ({ findings }: ReconcileAnswer) =>
    findings.filter(({ use }) => use?.where.startsWith(`/proc/${pid} `)).map(({ code, ranges }) => [code, ranges]);
  const expected = [
    { start: 1700000000, count: 10 },
    { start: 1700000100, count: 5 },
  ];
  assert.deepEqual(ofOurs(await reconciled()), [["unclaimed", expected]]);
  assert.deepEqual(ofOurs(await reconciled("--adopt")), []);
  process.kill(pid, "SIGKILL");
});

hostTest(
  "a grant over an account that only a directory knows is told; --passwd of every command takes its dump",
  async (t) => {
    const { root, reconciled } = host(t);
    const dump = join(root, "dump.ldif");
    writeFileSync(
      dump,
      "dn: uid=eve\nuid: eve\nuidNumber: 120000\ngidNumber: 5\n\ndn: cn=all\ncn: all\ngidNumber: 120001\n",
    );
    const { findings } = await reconciled("--no-proc", "--directory", dump);
    assert.deepEqual(findings.flatMap(({ account }) => (account ? [account.name] : [])).toSorted(), [
      "all",
      "eve",
      "web",
    ]);
    writeFileSync(join(root, "subuid"), "eve:500000:65536\n");
    const files = ["--passwd", dump, "--group", dump, "--subuid", join(root, "subuid")];
    const { exit, stdout } = await userns(["getsubids", "eve", ...files]);
    assert.deepEqual([exit, stdout], [0, "0: eve 500000 65536\n"]);
  },
);
