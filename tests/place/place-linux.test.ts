/**
 * The actions of a placement, run on the Linux at hand as they are written: what the disk has, what is seen inside, and
 * that `userns verify` finds each tree to be as the one manifest says.
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { release, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import type { PlaceAnswer, PlacementAnswer } from "../../src/cli/place.ts";
import type { VerifyAnswer } from "../../src/cli/verify.ts";
import { NO_ID, type OwnerKind } from "../../src/core/index.ts";
import { type Manifest, readManifestFile } from "../../src/manifest/index.ts";
import type { HostAction } from "../../src/place/index.ts";
import { shellWord } from "../../src/place/shell-word.ts";
import { userns } from "../cli/command.ts";
import { need, onlyOn } from "../need.ts";

const run = promisify(execFile);
const isThere = (program: string): Promise<boolean> =>
  run("sh", ["-c", `command -v ${program}`]).then(
    () => true,
    () => false,
  );
const TOOLS = ["newuidmap", "unshare", "nsenter", "setpriv", "getfacl", "getcap", "getfattr"];
const missing = (await Promise.all(TOOLS.map(async (tool) => ((await isThere(tool)) ? [] : [tool])))).flat();

/** Somebody who has no account on this machine. */
const CALLER = 61_234;

/** An image with what a file system has beside owners: set-id bits, links, an ACL, a capability. */
const IMAGE = `#mtree
. type=dir mode=0755 uid=0 gid=0
./etc type=dir mode=0755 uid=0 gid=0
./etc/shadow type=file mode=0640 uid=0 gid=42
./srv type=dir mode=02775 uid=0 gid=33
./srv/link type=link mode=0777 uid=33 gid=33 link=../etc/shadow
./srv/pipe type=fifo mode=0600 uid=1000 gid=1000
./usr type=dir mode=0755 uid=0 gid=0
./usr/ping type=file mode=0755 uid=0 gid=0
./usr/su type=file mode=04755 uid=0 gid=0
`;
const POLICY = `version: 1
rules:
- { paths: srv, acl: "user:33:rwx,group:42:r-x" }
- { paths: usr/ping, capability: cap_net_raw+ep }
`;

/** As many owners as need more lines than a map has, in a text that is longer than a page. */
const SCATTERED = `#mtree
. type=dir mode=0755 uid=0 gid=0
${Array.from({ length: 400 }, (_, n) => `./f${n} type=file mode=0600 uid=${100 + n * 137} gid=${100 + n * 131}`).join("\n")}
`;

interface Case {
  readonly rule: string;
  readonly image: string;
  readonly args: readonly string[];
  /** The map of the container that all is done in. */
  readonly container?: string;
}

const CALLER_ARGS = ["--user", String(CALLER), "--range", "100000+65536"];
const CASES: readonly Case[] = [
  { rule: "chunk, by an ordinary user with newuidmap", image: IMAGE, args: ["--backend", "chunk", ...CALLER_ARGS] },
  {
    rule: "chunk, sparse, in fewer lines than there are owners",
    image: SCATTERED,
    args: ["--backend", "chunk", "--sparse", ...CALLER_ARGS],
  },
  {
    rule: "chunk, by root without a line in subuid",
    image: IMAGE,
    args: ["--backend", "chunk", "--user", "0", "--range", "300000+9,400000+65536"],
  },
  {
    rule: "chunk, by the root of a container that has half the ids",
    image: IMAGE,
    args: ["--backend", "chunk", "--user", "0", "--range", "1000+2000", "--in", "0:100000:32768"],
    container: "0 100000 32768",
  },
  { rule: "static, seen through an idmapped mount", image: IMAGE, args: ["--backend", "static", ...CALLER_ARGS] },
  {
    rule: "mount, with the image's own ids on the disk",
    image: IMAGE,
    args: ["--backend", "mount", "--host-ids", "--host-ids", ...CALLER_ARGS],
  },
];

for (const { rule, image, args, container } of CASES)
  test(`place on Linux: ${rule}`, async (t) => {
    if (!onlyOn(t, release().startsWith("6.18."), "the actions were asked of Linux 6.18")) return;
    if (!need(t, process.getuid?.() === 0, "root") || !need(t, missing.length === 0, missing.join(", "))) return;
    const folder = stage(t);
    const manifest = await stageImage(folder, image);
    const placement = await placed(folder, args);
    const [pack, ...others] = placement.actions;
    const packed = await userns(pack?.command.split(" ").slice(1) ?? []);
    assert.equal(packed.exit, 0, packed.stderr);
    const isMounted = placement.backend !== "chunk";
    writeFileSync(join(folder, "script.sh"), scriptOf(others, container ?? null, isMounted ? VIEW : TREE));
    const placing = await placeOnLinux(t, folder);
    const [, disk, inside] = placing.said.split(/^== .*\n/m);
    const onDisk = new Map(placement.ids.map(({ kind, image: id, disk: there }) => [`${kind} ${id}`, there]));
    const isShifted = placement.backend !== "mount";
    assert.deepEqual(
      disk?.trim().split("\n").sort(),
      listed(manifest, (kind, id) => onDisk.get(`${kind} ${id}`) ?? NO_ID, isShifted),
    );
    assert.deepEqual(
      inside?.trim().split("\n").sort(),
      listed(manifest, (_, id) => id, false),
    );
    const verified = (found: string, maps: PlacedMaps | null) => verify(folder, found, maps);
    const trees = [
      [placing.at(TREE), placement.disk],
      ...(isMounted ? [[placing.at(VIEW), placement.run] as const] : []),
    ] as const;
    assert.deepEqual(await verified(join(folder, "work/rootfs.tar"), null), []);
    for (const [tree, maps] of trees) assert.deepEqual(await verified(tree, maps), [], tree);
    const { path } = manifest.entries.find(({ uid, type }) => uid !== 0 && type !== "symlink") ?? assert.fail();
    const root = lstatSync(placing.at(TREE));
    lchownSync(join(placing.at(TREE), path), root.uid, root.gid);
    for (const [tree, maps] of trees)
      assert.deepEqual(await verified(tree, maps), [`owner uid ${path}`, `owner gid ${path}`], tree);
  });

/** What the actions make: the placed tree, and where it is seen through a mount. */
const TREE = "rootfs.placed/tree";
const VIEW = "rootfs.view";

/** What the script ends with, when it waits for its input to end. */
const PLACED = "== placed\n";

interface Placing {
  /** What the script said, until all was placed. */
  readonly said: string;
  /** A path of the script's file systems, as this process reaches it. */
  at(path: string): string;
}

/** Run the script of a folder in a mount namespace, which is there as long as the test. */
async function placeOnLinux(t: TestContext, folder: string): Promise<Placing> {
  const child = spawn("unshare", ["--mount", "sh", join(folder, "script.sh"), folder], {
    env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}` },
  });
  const closed = once(child, "close");
  t.after(async () => {
    child.stdin.end();
    await closed;
  });
  let [said, complained] = ["", ""];
  child.stderr.on("data", (text) => {
    complained += text;
  });
  for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.endsWith(PLACED)) break;
  }
  if (!said.endsWith(PLACED)) assert.fail(`${said}\n${complained}`);
  return { said, at: (path) => join(`/proc/${child.pid}/root`, folder, "work", path) };
}

type PlacedMaps = Readonly<Record<OwnerKind, string>>;

/** What `userns verify` finds by the manifest that all was placed by. */
async function verify(folder: string, found: string, maps: PlacedMaps | null): Promise<string[]> {
  const given = maps ? ["--map", maps.uid, "--gid-map", maps.gid, "--attributes"] : [];
  const args = ["verify", found, "--manifest", join(folder, "work/image.mtree"), ...given, "--json"];
  const { stdout, stderr } = await userns(args);
  assert.equal(stderr, "");
  const { findings }: VerifyAnswer = JSON.parse(stdout);
  return findings.map(({ kind, path, says }) => `${kind} ${says.slice(0, 3)} ${path}`);
}

/** A folder, and in its bin a mount(8) that knows X-mount.idmap, which util-linux has from 2.39 on. */
function stage(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "userns-place-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "bin"));
  const start = `exec ${process.execPath} --import tsx ${resolve("tests/place/mount-idmapped.ts")}`;
  writeFileSync(join(folder, "bin/mount"), `#!/bin/sh\ncd ${process.cwd()} && ${start} "$@"\n`, { mode: 0o755 });
  return folder;
}

/** The files of an image, all of one owner, and the manifest with what the policy adds: image.mtree. */
async function stageImage(folder: string, image: string): Promise<Manifest> {
  for (const { path, type } of readManifestFile(Buffer.from(image)).entries) {
    const at = join(folder, "work/rootfs", path);
    if (type === "dir") mkdirSync(at, { recursive: true });
    else if (type === "symlink") symlinkSync("../etc/shadow", at);
    else writeFileSync(at, "");
  }
  const [plain, policy, owned] = [join(folder, "plain"), join(folder, "policy"), join(folder, "work/image.mtree")];
  writeFileSync(plain, image);
  writeFileSync(policy, image === IMAGE ? POLICY : "version: 1\nrules: []\n");
  const packed = await userns([
    "pack",
    join(folder, "work/rootfs"),
    "--manifest",
    plain,
    "--policy",
    policy,
    "-o",
    owned,
  ]);
  assert.equal(packed.exit, 0, packed.stdout + packed.stderr);
  return readManifestFile(readFileSync(owned));
}

async function placed(folder: string, args: readonly string[]): Promise<Extract<PlacementAnswer, { ok: true }>> {
  const given = [
    "place",
    join(folder, "work/image.mtree"),
    join(folder, "work/rootfs"),
    "--passwd",
    "/dev/null",
    "--group",
    "/dev/null",
  ];
  const { stdout, stderr } = await userns([...given, "--fs", "tmpfs", "--json", ...args]);
  assert.equal(stderr, "");
  const { placements }: PlaceAnswer = JSON.parse(stdout);
  const [placement] = placements;
  assert.ok(placement?.ok, JSON.stringify(placement));
  return placement;
}

/**
 * Actions in order, each by who it says, on a file system of their own; then the tree as the disk has it and as the
 * namespace sees it.
 *
 * @param seenAt  where the namespace has the tree
 */
function scriptOf(actions: readonly HostAction[], container: string | null, seenAt: string) {
  const owner = container ? "100000:100000" : `${CALLER}:${CALLER}`;
  const asCaller = `setpriv --reuid ${CALLER} --regid ${CALLER} --clear-groups sh -c`;
  const asRoot = container ? 'nsenter --user --target "$outer" sh -c' : "sh -c";
  const steps = actions.map(({ by, command }) => `${by === "root" ? asRoot : asCaller} ${shellWord(command)}`);
  return `set -e
work=$1/work
trap 'for pid in $outer $(cat rootfs.pid); do kill $pid; done' EXIT
for name in passwd subuid subgid; do touch /etc/$name $1/$name; done
echo caller:x:${CALLER}:${CALLER}::/:/bin/sh >$1/passwd
echo caller:100000:65536 >$1/subuid; cp $1/subuid $1/subgid
for name in passwd subuid subgid; do /bin/mount --bind $1/$name /etc/$name; done
cp -a $work $1/copy; /bin/mount -t tmpfs -o mode=755 none $work; cp -a $1/copy/. $work
chown -R ${owner} $work; cd $work
${
  container === null
    ? ""
    : `unshare --user sleep 600 & outer=$!
until test "$(readlink /proc/$outer/ns/user)" != "$(readlink /proc/self/ns/user)"; do sleep 0.05; done
echo '${container}' >/proc/$outer/uid_map; echo '${container}' >/proc/$outer/gid_map`
}
${steps.join("\n")}
show='find . -printf "/%P %U:%G %m\\n"; test ! -d srv || getfacl -nc srv | grep :[0-9]; test ! -d usr || getcap -n usr/ping'
echo '== disk'
(cd rootfs.placed/tree && sh -c "$show")
echo '== inside'
(cd ${seenAt} && nsenter --user --target "$(cat $work/rootfs.pid)" sh -c "$show")
echo '== placed'; read -r end || true
`;
}

/** What the script shows of a manifest whose ids became others. @param hasRootId  has a capability the root's id with it? */
function listed(manifest: Manifest, idOf: (kind: OwnerKind, id: number) => number, hasRootId: boolean): string[] {
  const lines = manifest.entries.flatMap(({ path, uid, gid, mode, acls, capability }) => [
    `/${path === "." ? "" : path} ${idOf("uid", uid)}:${idOf("gid", gid)} ${mode.toString(8)}`,
    ...(acls.access ?? []).flatMap((entry) => {
      if (entry.tag === "user") return [`user:${idOf("uid", entry.id)}:${letters(entry.perm)}`];
      return entry.tag === "group" ? [`group:${idOf("gid", entry.id)}:${letters(entry.perm)}`] : [];
    }),
    ...(capability ? [`${path} cap_net_raw=ep${hasRootId ? ` [rootid=${idOf("uid", 0)}]` : ""}`] : []),
  ]);
  return lines.sort();
}

/** @example letters(5) // "r-x" */
function letters(perm: number): string {
  return ["r", "w", "x"].map((letter, at) => ((perm >> (2 - at)) & 1 ? letter : "-")).join("");
}
