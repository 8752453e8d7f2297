/**
 * What a smarter fakeroot has to do, by cases that people met. Two more are held elsewhere: fakeroot's own tar has the
 * owners that ours has (tests/pack/fakeroot.test.ts), and what each backend places is as the one manifest says, on
 * Linux (place-linux.test.ts) and for fsid in the model (place-fsid.test.ts).
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { PlaceAnswer } from "../../src/cli/place.ts";
import { folderFor, userns } from "../cli/command.ts";
import { need } from "../need.ts";
import { keepsXattrs, XATTRS } from "../pack/xattrs.ts";

const hasFakeroot = spawnSync("fakeroot", ["-v"]).error === undefined;

async function done(args: readonly string[]): Promise<string> {
  const { exit, stdout, stderr } = await userns(args);
  assert.equal(exit, 0, stdout + stderr);
  return stdout;
}

function written(folder: string, name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test("uid 33 reads root's 0600 file under fakeroot; of fakeroot's own save file he is refused it, by mode and owner", async (t) => {
  if (!need(t, hasFakeroot, "fakeroot")) return;
  const folder = folderFor(t);
  const [tree, save, manifest] = [join(folder, "tree"), join(folder, "save"), join(folder, "image.mtree")];
  mkdirSync(tree, { mode: 0o755 });
  const secret = written(tree, "secret", "for root alone");
  const read = `process.setuid(33); process.stdout.write(process.getuid() + require("fs").readFileSync(process.argv[1], "utf8"))`;
  const script = `chown 0:0 "$1" "$2" && chmod 600 "$2" && exec "$3" -e "$4" "$2"`;
  const args = ["-s", save, "sh", "-c", script, "sh", tree, secret, process.execPath, read];
  const faked = spawnSync("fakeroot", args, { encoding: "utf8" });
  assert.deepEqual([faked.status, faked.stdout], [0, "33for root alone"], faked.stderr);
  await done(["pack", tree, "--fakeroot", save, "-o", manifest]);
  const steps = '- { task: "33", call: open, path: "tree:secret", acc: r, observed: { errno: EACCES } }';
  const told = await done(["run", written(folder, "s.yaml", `version: 1\nsteps:\n${steps}\n`), "--manifest", manifest]);
  assert.match(told.replace(/\s+/g, " "), /read tree:secret: asked by k33:k33, owner v0:v0, mode 0600/);
});

/** Issues of other tools, the map that each is about, and the line that says why. */
test("util-linux#3838: the own id comes first and shunts the block up by one, so that host's 100000 is 1 inside", async () => {
  const asked = "unshare --user --map-users=0:100000:65536 --map-root-user";
  const converted = await done(["convert", asked, "--from", "unshare", "--to", "triples", "--user", "tj:1000"]);
  const map = converted.split("\n").find((line) => /^\d/.test(line)) ?? "";
  const [said] = (await done(["explain", "100000", "--direction", "up", "--map", map])).split("\n");
  assert.match(said ?? "", /k100000 → u1\b/);
  const { exit, stdout } = await userns(["explain", "165535", "--direction", "up", "--map", map]);
  assert.equal(exit, 1);
  assert.match(stdout.replace(/\s+/g, " "), /no line holds k165535: line 2 \(1:100000:65535\) ends at k165534/);
});

test("podman#8592: nobody is one id behind the end of the map", async () => {
  const said = "chown: batata: Invalid argument";
  const map = "0:1000:1,1:100000:65533";
  const { stdout } = await userns(["why", said, "--map", map, "--owner", "65534:65534"]);
  assert.match(stdout, /^uid 65534 and gid 65534 are not in the map\n/);
  assert.match(stdout.replace(/\s+/g, " "), /no line holds u65534: line 2 \(1:100000:65533\) ends at u65533/);
});

async function placements(args: readonly string[]): Promise<PlaceAnswer> {
  const { stdout, stderr } = await userns(["place", ...args, "--json"]);
  assert.equal(stderr, "");
  return JSON.parse(stdout);
}

test("an image of 65537 owners is refused 65536 ids, with both counts", async (t) => {
  const files = Array.from({ length: 65_536 }, (_, n) => `./f${n} type=file mode=0600 uid=${n + 1} gid=0`);
  const image = `#mtree\n. type=dir mode=0755 uid=0 gid=0\n${files.join("\n")}\n`;
  const at = written(folderFor(t), "image.mtree", image);
  const ranges = ["--range", "300000+65536", "--backend", "chunk"];
  const [whole, sparse] = [await placements([at, ...ranges]), await placements([at, ...ranges, "--sparse"])];
  assert.equal(whole.used.uid, 65_537);
  for (const {
    placements: [answer],
  } of [whole, sparse]) {
    assert.ok(answer && !answer.ok);
    assert.match(answer.reason, /65537 uids.*the ranges hold 65536 ids/);
  }
});

const IMAGE = `#mtree
. type=dir mode=0755 uid=0 gid=0
./etc type=dir mode=0755 uid=0 gid=0
./etc/shadow type=file mode=0640 uid=0 gid=42
./srv type=dir mode=02775 uid=0 gid=33
./srv/to type=link mode=0777 uid=0 gid=0 link=../etc/shadow
./srv/high type=file mode=0600 uid=40000 gid=33
`;

test("nested: in a container with half the ids the plan is refused the id that is gone, and sparse it is the same image", async (t) => {
  const at = written(folderFor(t), "image.mtree", IMAGE);
  const outside = ["--range", "300000+65536", "--backend", "chunk"];
  const inside = ["--user", "0", "--range", "1+32767", "--in", "0:300000:32768", "--backend", "chunk"];
  const [plain] = (await placements([at, ...outside])).placements;
  const [half] = (await placements([at, ...inside])).placements;
  const [sparse] = (await placements([at, ...inside, "--sparse"])).placements;
  assert.ok(plain?.ok && sparse?.ok && half && !half.ok);
  assert.match(half.reason, /uid 40000 does not fit: the ranges hold 32767 ids/);
  const images = [plain, sparse].map(({ ids }) => ids.map(({ kind, image }) => `${kind} ${image}`));
  assert.deepEqual(images[0], images[1]);
  for (const { kind, image, disk, run } of sparse.ids)
    assert.ok(disk === run && disk > 300_000 && disk < 332_768, `${kind} ${image}: ${disk}`);
});

/** The files of the image, all the caller's. */
function builtTree(folder: string): string {
  const tree = join(folder, "rootfs");
  mkdirSync(join(tree, "etc"), { recursive: true });
  mkdirSync(join(tree, "srv"));
  written(tree, "etc/shadow", "root:*:");
  written(tree, "srv/high", "");
  symlinkSync("../etc/shadow", join(tree, "srv/to"));
  return tree;
}

async function paperTree(t: TestContext) {
  const folder = folderFor(t);
  const manifest = written(folder, "image.mtree", IMAGE);
  const tree = builtTree(folder);
  const [paper] = (await placements([manifest, tree, "--backend", "paper"])).placements;
  assert.ok(paper?.ok);
  assert.deepEqual([paper.disk, paper.run, paper.actions], [null, null, []]);
  const layer = join(folder, "layer.tar");
  await done(["pack", tree, "--manifest", manifest, "-o", layer]);
  await done(["verify", layer, "--manifest", manifest]);
  return { folder, manifest, layer };
}

for (const xattr of ["rootlesscontainers", "override_stat"])
  test(`paper: the layer, and the tree that keeps its owners in ${xattr}, are as the manifest says; a change is found`, async (t) => {
    const { folder, manifest, layer } = await paperTree(t);
    if (!need(t, keepsXattrs(folder), XATTRS)) return;
    const kept = join(folder, "kept");
    await done(["unpack", layer, kept, "--xattr", xattr]);
    const args = ["verify", kept, "--manifest", manifest, "--xattr", xattr];
    const modes = /^mode |: \d+ paths, /;
    const lines = (await userns(args)).stdout.trimEnd().split("\n");
    // Only one of the attributes has a mode; on the disk the set-group-ID bit is left out.
    assert.ok(
      lines.every((line) => modes.test(line)) && (xattr !== "override_stat" || lines.length === 1),
      lines.join(),
    );
    assert.equal(spawnSync("setfattr", ["-x", XATTR_NAMES[xattr] ?? "", join(kept, "etc/shadow")]).status, 0);
    assert.match((await userns(args)).stdout, /^owner etc\/shadow: gid 0, should be 42$/m);
  });

const XATTR_NAMES: Readonly<Record<string, string>> = {
  rootlesscontainers: "user.rootlesscontainers",
  override_stat: "user.containers.override_stat",
};

test("paper: the tree that fakeroot shows is as the manifest says", async (t) => {
  const { folder, manifest, layer } = await paperTree(t);
  const [kept, save] = [join(folder, "kept"), join(folder, "save")];
  await done(["unpack", layer, kept, "--fakeroot", save]);
  await done(["verify", kept, "--manifest", manifest, "--fakeroot", save]);
});
