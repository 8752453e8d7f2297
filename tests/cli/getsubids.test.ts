/** userns getsubids: the tool's listing to the letter, and where each line stands. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { folderFor, userns } from "./command.ts";

function files(t: TestContext): readonly string[] {
  const folder = folderFor(t);
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return [`--${name}`, join(folder, name)];
  };
  return [
    ...write("passwd", "alice:x:2001:2001::/:\n"),
    ...write("group", "alice:x:3001:\n"),
    ...write("subuid", "alice:100000:10\nbad\n2001:7:18446744073709551615\n"),
    ...write("subgid", "2001:1:2\n3001:5:6\n"),
  ];
}

test("getsubids lists the lines of a name and of its number", async (t) => {
  const { exit, stdout, stderr } = await userns(["getsubids", "alice", ...files(t)]);
  assert.deepEqual([exit, stdout], [0, "0: alice 100000 10\n1: alice 7 18446744073709551615\n"]);
  assert.match(stderr, /^warning: .*subuid:2 is passed over: fewer than three fields/);
});

test("getsubids -g counts the number of the group of that name", async (t) => {
  const { exit, stdout } = await userns(["getsubids", "-g", "alice", ...files(t), "--json"]);
  const { ranges } = JSON.parse(stdout);
  assert.equal(exit, 0);
  assert.deepEqual([ranges.length, ranges[0].start, ranges[0].count], [1, "5", "6"]);
  assert.match(ranges[0].where, /subgid:2$/);
});

test("getsubids and newgidmap read groups of a directory, as every --group does", async (t) => {
  const given = files(t);
  const [, passwd = "", , group = "", , , , subgid = ""] = given;
  writeFileSync(
    group,
    "version: 1\n\ndn: cn=alice\ncn: alice\ngidNumber: 3001\n\ndn: cn=web\ncn: web\ngidNumber: 4001\n",
  );
  const listed = await userns(["getsubids", "-g", "alice", ...given]);
  assert.deepEqual([listed.exit, listed.stdout], [0, "0: alice 5 6\n"]);
  const told = await userns([
    ...["newgidmap", "--user", "alice", "--passwd", passwd, "--group", group, "--subgid", subgid],
    ...["--", "0", "4001", "2"],
  ]);
  assert.equal(told.exit, 1);
  assert.match(told.stdout.replace(/\n {5,}/g, " "), /covers group web \(4001\)/);
});

test("getsubids exits with 1 and the tool's words where there is none", async (t) => {
  const { exit, stdout, stderr } = await userns(["getsubids", "bob", ...files(t)]);
  assert.deepEqual([exit, stdout], [1, ""]);
  assert.match(stderr, /Error fetching ranges\n$/);
});
