import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { TEXT_WIDTH } from "../../src/explain/index.ts";
import { folderFor, userns } from "./command.ts";

function files(t: TestContext): string[] {
  const folder = folderFor(t);
  writeFileSync(join(folder, "passwd"), "alice:x:2001:2001::/:\nweb:x:100033:100033::/:\n");
  writeFileSync(join(folder, "subid"), "# x\nalice:100000:10\nbad\n");
  return [folder, "--user", "alice", "--passwd", join(folder, "passwd")];
}

/** The text as if no line had been broken. */
const unwrapped = (text: string) => text.replace(/\n {5,}/g, " ");

test("newuidmap: what it allows names the line that granted it, and exits with 0", async (t) => {
  const [folder = "", ...who] = files(t);
  const { exit, stdout, stderr } = await userns([
    ...["newuidmap", ...who, "--subuid", join(folder, "subid"), "--"],
    ...["0", "2001", "1", "1", "100000", "10"],
  ]);
  assert.deepEqual([exit, stderr], [0, ""]);
  assert.match(stdout, /0:2001:1 {2}the caller's own uid\n {2}1:100000:10 {2}granted by .*subid:2\n/);
  assert.match(unwrapped(stdout), /subid:3 is passed over: fewer than three fields/);
  assert.match(stdout, /\n {2}rule {6}Every line .*\n {12}.*\n {2}from {6}newuidmap\(1\); vectors/);
  assert.ok(stdout.split("\n").every((line) => line.length <= TEXT_WIDTH || !line.trim().includes(" ")));
});

test("newgidmap: a refusal has the tool's text, the fewest ids to add, and what they would cover", async (t) => {
  const [folder = "", ...who] = files(t);
  writeFileSync(join(folder, "group"), "web:x:100033:\n");
  const base = ["newgidmap", ...who, "--subgid", join(folder, "subid"), "--group", join(folder, "group")];
  const range = ["--", "0", "100005", "65531"];
  const { exit, stdout, stderr } = await userns([...base, ...range]);
  assert.equal(exit, 1);
  assert.equal(stderr, "newgidmap: gid range [0-65531) -> [100005-165536) not allowed\n");
  assert.match(unwrapped(stdout), /add alice:100010:65526 to .*\n.*the line to add covers group web \(100033\)/);
  const json = JSON.parse((await userns([...base, "--json", ...range])).stdout);
  assert.deepEqual([json.exit, json.stderr, json.add], [1, stderr, ["alice:100010:65526"]]);
  assert.deepEqual([json.rule.name, json.badLines.length], ["newIdMapRange", 1]);
});

test("newuidmap: adding the proposed line makes the same request allowed", async (t) => {
  const [folder = "", ...who] = files(t);
  const subid = join(folder, "subid");
  const ask = ["newuidmap", ...who, "--subuid", subid, "--json", "--", "0", "99990", "30", "30", "5", "2"];
  const refused = JSON.parse((await userns(ask)).stdout);
  assert.deepEqual(refused.add, ["alice:5:2", "alice:99990:10", "alice:100010:10"]);
  writeFileSync(subid, ["alice:100000:10", ...refused.add, ""].join("\n"));
  assert.equal((await userns(ask)).exit, 0);
});

test("newuidmap: names that could move a terminal's cursor are written out, and --json has them whole", async (t) => {
  const [folder = ""] = files(t);
  const name = "al\u001b[2J";
  writeFileSync(join(folder, "passwd"), `${name}:x:2001:2001::/:\nb\u001b]0;:x:100003:100003::/:\n`);
  const subid = join(folder, "subid");
  writeFileSync(subid, `${name}:100000:2\n`);
  const ask = ["newuidmap", "--user", "2001", "--passwd", join(folder, "passwd"), "--subuid", subid];
  const range = ["--", "0", "100000", "5"];
  const { exit, stdout } = await userns([...ask, ...range]);
  assert.equal(exit, 1);
  assert.ok(!stdout.includes("\u001b"));
  assert.match(unwrapped(stdout), /add al\\u001b\[2J:100002:3 to .* covers user b\\u001b\]0; \(100003\)/s);
  assert.deepEqual(JSON.parse((await userns([...ask, "--json", ...range])).stdout).add, [`${name}:100002:3`]);
});

test("newuidmap: an unknown user, and a file that is not there, are wrong use", async (t) => {
  const [folder = "", ...who] = files(t);
  const unknown = await userns(["newuidmap", "--user", "zed", ...who.slice(2), "--subuid", join(folder, "subid")]);
  assert.equal(unknown.exit, 2);
  assert.match(unknown.stderr, /--user/);
  assert.equal((await userns(["newuidmap", ...who, "--subuid", join(folder, "none"), "--", "0", "1", "1"])).exit, 2);
});

test("newuidmap --target: a process of somebody else, one whose map is written, and one that is not there are refused", async (t) => {
  const [folder = "", ...who] = files(t);
  const ask = async (target: string, tail: readonly string[]) => {
    const run = ["newuidmap", ...who, "--subuid", join(folder, "subid"), "--target", target, "--json", "--", ...tail];
    const { exit, stdout } = await userns(run);
    return [exit, JSON.parse(stdout).stderr];
  };
  const { uid, gid } = statSync("/proc/self");
  const shown = `uid:2001 pw_uid:2001 st_uid:${uid}, gid:2001 pw_gid:2001 st_gid:${gid}`;
  assert.deepEqual(await ask(String(process.pid), ["0", "100000", "10"]), [
    1,
    `newuidmap: Target process ${process.pid} is owned by a different user: ${shown}\n`,
  ]);
  assert.deepEqual(await ask("4194304", ["0", "100000", "10"]), [
    1,
    "newuidmap: Could not open proc directory for target 4194304\n",
  ]);
  writeFileSync(join(folder, "passwd"), `alice:x:${uid}:${gid}::/:\n`);
  assert.deepEqual(await ask(String(process.pid), ["0", "100000", "10"]), [
    1,
    "newuidmap: write to uid_map failed: Operation not permitted\n",
  ]);
});
