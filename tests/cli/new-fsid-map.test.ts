/** `userns newfsidmap`: what it reads of a machine, what it prints, and that only --write writes. */
import assert from "node:assert/strict";
import { chownSync, closeSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { procWriter } from "../../src/cli/proc-target.ts";
import { TEXT_WIDTH } from "../../src/explain/index.ts";
import { manifestDigest } from "../../src/formats/index.ts";
import { need } from "../need.ts";
import { folderFor, userns } from "./command.ts";

const { getuid, getgid } = process;
assert.ok(getuid && getgid);
const [ME, MY_GROUP] = [getuid(), getgid()];

interface Place {
  readonly folder: string;
  readonly args: readonly string[];
}

/** A user of this test's own ids, its files, and an image in its custody. */
function place(t: TestContext, subid = "me:100000:65536\n"): Place {
  const folder = folderFor(t);
  writeFileSync(join(folder, "passwd"), `me:x:${ME}:${MY_GROUP}::/:\n`);
  writeFileSync(join(folder, "subid"), subid);
  mkdirSync(join(folder, "image"));
  const [passwd = "", subids = ""] = ["passwd", "subid"].map((name) => join(folder, name));
  return { folder, args: ["newfsidmap", "--user", "me", "--passwd", passwd, "--subuid", subids, "--subgid", subids] };
}

/** A manifest of the image, whole. */
function manifest(folder: string, lines: string): void {
  const text = `userns-image-ids 1\n${lines}`;
  writeFileSync(join(folder, "image.idmanifest"), `${text}${manifestDigest(text)}\n`);
}

/** Files as a kernel with fs maps would show them. */
function procFolder(folder: string, uidMap = ""): string {
  const proc = join(folder, "proc");
  mkdirSync(proc);
  for (const [file, text] of Object.entries({
    uid_map: uidMap,
    gid_map: "",
    fsuid_map: "",
    fsgid_map: "",
    setgroups: "allow\n",
  }))
    writeFileSync(join(proc, file), text);
  return proc;
}

test("a range of one's own: what to write and where, what is better, and nothing is written", async (t) => {
  const { args } = place(t);
  const { exit, stdout, stderr } = await userns([...args, "--shift", "100000:10"]);
  assert.deepEqual([exit, stderr], [0, ""]);
  assert.match(stdout, /^newfsuidmap: allowed \(exit 0\)\n {2}0:100000:10 {2}granted by .*subid:1\n/);
  assert.match(stdout, /\n {2}write {5}\/proc\/PID\/fsuid_map:\n {14}0 100000 10\n {2}order {5}before uid_map/);
  assert.match(stdout, /\n {2}better {4}mount the image with the id map 100000:100000:10/);
  assert.ok(stdout.split("\n").every((line) => line.length <= TEXT_WIDTH || !line.trim().includes(" ")));
});

test("without an image or a shift nothing is to be written", async (t) => {
  const { args } = place(t);
  const { exit, stdout } = await userns(args);
  assert.equal(exit, 0);
  assert.match(stdout, /\n {2}write {5}nothing: whoever writes uid_map fills fsuid_map too\n/);
});

test("a manifest beside the image tells its offset, whether the image or the manifest is named; --gid asks for groups", async (t) => {
  const { folder, args } = place(t);
  manifest(folder, "uid 0 100000 1000\ngid 0 101000 2000\nowners uid 0 7\n");
  for (const image of ["image", "image.idmanifest"]) {
    const { stdout } = await userns([...args, "--image", join(folder, image), "--json"]);
    const { exit, write, lines, mount } = JSON.parse(stdout);
    assert.deepEqual([exit, mount], [0, ["100000:100000:1000"]]);
    assert.deepEqual(write, [{ file: "/proc/PID/fsuid_map", text: "0 100000 1000\n" }]);
    assert.deepEqual([lines.length, lines[0].line, lines[0].ownId], [1, "0:100000:1000", false]);
  }
  const groups = await userns([...args, "--gid", "--image", join(folder, "image"), "--json"]);
  assert.deepEqual(JSON.parse(groups.stdout).write, [{ file: "/proc/PID/fsgid_map", text: "0 101000 2000\n" }]);
});

test("a manifest that is wrong: exit 1, its line, what was expected, what was found and what to do", async (t) => {
  const { folder, args } = place(t);
  writeFileSync(join(folder, "image.idmanifest"), "userns-image-ids 1\nuid 0 100000 1000\n");
  const { exit, stdout, stderr } = await userns([...args, "--image", join(folder, "image")]);
  assert.equal(exit, 1);
  assert.match(stderr, /^newfsuidmap: image .*image: manifest line 2: expected digest sha256:HEX/);
  assert.match(stdout, /refused by check 11 of 17/);
  for (const word of ["where", "expected", "got", "to do"]) assert.match(stdout, new RegExp(`\\n {2}${word} +\\S`));
  const { manifestFault, toDo } = JSON.parse(
    (await userns([...args, "--image", join(folder, "image"), "--json"])).stdout,
  );
  assert.match(manifestFault.where, /image\.idmanifest:2$/);
  assert.deepEqual(toDo, [manifestFault.fix]);
});

test("owners that are found in an image are mapped, or told; --strict refuses them", async (t) => {
  if (!need(t, ME === 0, "root")) return;
  const { folder, args } = place(t);
  const image = join(folder, "image");
  mkdirSync(join(image, "etc"));
  chownSync(join(image, "etc"), 100005, 0);
  manifest(folder, "uid 0 100000 1000\n");
  chownSync(image, 100000, 0);
  const fine = await userns([...args, "--image", image, "--strict"]);
  assert.deepEqual([fine.exit, fine.stderr], [0, ""]);
  symlinkSync("/", join(image, "link"));
  const warned = await userns([...args, "--image", image]);
  assert.match(warned.stderr, /^newfsuidmap: image .* uses uid 0, which is not mapped\n$/);
  assert.equal((await userns([...args, "--image", image, "--strict"])).exit, 1);
});

test("a range that subfsuid grants holds where its image is; a link to the image is not the image", async (t) => {
  if (!need(t, ME === 0, "root")) return;
  const { folder, args } = place(t);
  const image = join(folder, "image");
  chownSync(image, 2147352576, 2147352576);
  symlinkSync(image, join(folder, "link"));
  const ask = async (granted: string) => {
    writeFileSync(join(folder, "subfsuid"), `me:2147352576:65536:${granted}\n`);
    const given = ["--subfsuid", join(folder, "subfsuid"), "--subfsgid", join(folder, "subfsuid")];
    return userns([...args, ...given, "--image", join(folder, "link"), "--id-plan", "0:100000:65536"]);
  };
  assert.match((await ask(image)).stdout, /0:2147352576:65536 {2}granted by .*subfsuid:1\n/);
  assert.match((await ask(join(folder, "link"))).stdout, /refused by check 12/);
});

test("--write writes the files of the target, once; without it nothing changes", async (t) => {
  const { folder, args } = place(t);
  const proc = procFolder(folder);
  const descriptor = openSync(proc, "r");
  t.after(() => closeSync(descriptor));
  const ask = [...args, "--target", `fd:${descriptor}`, "--shift", "100000:10"];
  assert.match((await userns(ask)).stdout, new RegExp(`\\n {2}write {5}/proc/self/fd/${descriptor}/fsuid_map:\\n`));
  assert.equal(readFileSync(join(proc, "fsuid_map"), "utf8"), "");
  const wrote = await userns([...ask, "--write"]);
  assert.match(wrote.stdout, /\n {2}wrote {5}/);
  assert.equal(readFileSync(join(proc, "fsuid_map"), "utf8"), "0 100000 10\n");
  assert.match((await userns([...ask, "--write"])).stderr, /fsuid_map is already set/);
  const own = await userns([
    ...args,
    "--gid",
    "--target",
    `fd:${descriptor}`,
    "--write",
    "--json",
    "--",
    "0",
    String(MY_GROUP + 1),
    "1",
  ]);
  assert.equal(JSON.parse(own.stdout).isWritten, false);
});

test("a process of this machine: Linux has no fsuid_map, and a mount does it instead", async (t) => {
  const { args } = place(t);
  const ask = [...args, "--target", String(process.pid), "--shift", "100000:10"];
  for (const more of [[], ["--write"]]) {
    const { exit, stdout, stderr } = await userns([...ask, ...more]);
    assert.deepEqual([exit, stderr], [1, "newfsuidmap: kernel doesn't support fsid mappings\n"]);
    assert.match(stdout, /refused by check 7 of 17[\s\S]*mount the image with the id map\n +100000:100000:10/);
  }
  assert.match(
    (await userns([...args, "--target", "4194304", "--shift", "100000"])).stderr,
    /Could not stat directory/,
  );
});

test("what the kernel says of a write is told by its name: setgroups takes two words", () => {
  const refused = procWriter("/proc/self")("setgroups", "perhaps\n");
  assert.equal(refused?.errno, "EINVAL");
  assert.match(refused?.because ?? "", /^\/proc\/self\/setgroups: /);
});

test("--checks: the seventeen, each with its sentence and its source", async () => {
  const checks = JSON.parse((await userns(["newfsidmap", "--checks", "--json"])).stdout);
  assert.equal(checks.length, 17);
  const { stdout } = await userns(["newfsidmap", "--checks"]);
  for (const [index, { sentence }] of checks.entries())
    assert.ok(stdout.replace(/\n {4}(?!from )/g, " ").includes(`${index + 1}  ${sentence}`), sentence);
});

test("an image that is not there, a file for one, no user, and --write without a target are wrong use", async (t) => {
  const { folder, args } = place(t);
  for (const [more, where] of [
    [["--image", join(folder, "none")], /none/],
    [["--image", join(folder, "passwd")], /passwd/],
    [["--write"], /--target/],
    [["--static", "5:0"], /--static/],
    [["--subfsuid", join(folder, "none")], /none/],
  ] as const) {
    const { exit, stderr } = await userns([...args, ...more]);
    assert.equal(exit, 2);
    assert.match(stderr, where);
  }
  assert.equal((await userns(["newfsidmap"])).exit, 2);
});

test("a plan that nests: the files of the inner namespace's ids alone; one that leads out of the map around is wrong use", async (t) => {
  const { args } = place(t);
  const plan = ["--shift", "100000:10", "--id-plan", "0:100000:10"];
  const nested = await userns([...args, ...plan, "--nested", "0:3:2"]);
  assert.equal(nested.exit, 0);
  assert.match(nested.stdout, /^ {14}0 100003 2$/m);
  const out = await userns([...args, ...plan, "--nested", "0:3:2", "--nested", "0:1:2"]);
  assert.deepEqual([out.exit, out.stdout], [2, ""]);
  assert.match(
    out.stderr,
    /^error: --nested 2\n {2}expected {2}a map that the one around it holds\n {2}got {7}line 1: /,
  );
  const alone = await userns([...args, "--nested", "0:3:2"]);
  assert.deepEqual([alone.exit, alone.stderr.split("\n")[0]], [2, "error: --id-plan"]);
});
