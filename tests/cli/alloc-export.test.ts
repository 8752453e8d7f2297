/** userns alloc export: names of live ranges, which every program of the host can be told of. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { need } from "../need.ts";
import { hasSqlite } from "../store/has-sqlite.ts";
import { folderFor, userns } from "./command.ts";

const exportTest = (title: string, body: (t: TestContext, folder: string, store: readonly string[]) => Promise<void>) =>
  void test(title, async (t) => {
    if (!need(t, hasSqlite, "SQLite: Node 22.13 or newer, or better-sqlite3")) return;
    const folder = folderFor(t);
    const store = ["--store", join(folder, "alloc.db")];
    assert.equal((await userns(["alloc", "claim", "--owner", "web-0", "--key", "web", ...store])).exit, 0);
    await body(t, folder, store);
  });

exportTest("export --passwd and --group print a line for each of the first ids", async (_, __, store) => {
  const passwd = await userns(["alloc", "export", "--passwd", "--ids", "2", ...store]);
  assert.equal(
    passwd.stdout,
    "container-web-0:*:1879048192:1879048192:c2:/nonexistent:/usr/sbin/nologin\n" +
      "container-web-0+1:*:1879048193:1879048193:c2:/nonexistent:/usr/sbin/nologin\n",
  );
  const group = await userns(["alloc", "export", "--group", ...store]);
  assert.equal(group.stdout, "container-web-0:*:1879048192:\n");
});

exportTest("export in two forms at once is wrong use", async (_, __, store) => {
  assert.equal((await userns(["alloc", "export", "--passwd", "--json", ...store])).exit, 2);
});

exportTest(
  "export --extrausers keeps the lines of others, and drops names that no longer live",
  async (_, folder, store) => {
    const passwd = join(folder, "passwd");
    writeFileSync(passwd, "# mine\nzed:x:700:700::/:/bin/sh\n");
    const keep = ["alloc", "export", "--extrausers", folder, ...store];
    assert.equal((await userns(keep)).exit, 0);
    assert.match(readFileSync(passwd, "utf8"), /^# mine\nzed:.*\ncontainer-web-0:\*:1879048192:.*\n$/);
    assert.equal(readFileSync(join(folder, "group"), "utf8"), "container-web-0:*:1879048192:\n");
    await userns(["alloc", "release", "--key", "web", ...store]);
    assert.equal((await userns(keep)).exit, 0);
    assert.equal(readFileSync(passwd, "utf8"), "# mine\nzed:x:700:700::/:/bin/sh\n");
  },
);

/** The library and its folder over the machine's, in a mount namespace that goes with the process. */
const BOUND = `
mount --bind "$1/extrausers" /var/lib/extrausers && mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf || exit 1
getent passwd container-web-0 1879048225; getent group 1879048192
touch "$1/file" && chown 1879048225:1879048192 "$1/file" && ls -l "$1/file" | cut -d' ' -f3,4`;

exportTest("through libnss-extrausers getent and ls show the names of live ranges", async (t, folder, store) => {
  if (!need(t, process.getuid?.() === 0, "root")) return;
  const hasLibrary = existsSync("/usr/lib/libnss_extrausers.so.2") && existsSync("/var/lib/extrausers");
  if (!need(t, hasLibrary, "libnss-extrausers")) return;
  mkdirSync(join(folder, "extrausers"));
  writeFileSync(join(folder, "nsswitch.conf"), "passwd: files extrausers\ngroup: files extrausers\n");
  const keep = ["alloc", "export", "--extrausers", join(folder, "extrausers"), "--ids", "34", ...store];
  assert.equal((await userns(keep)).exit, 0);
  const { stdout, stderr } = spawnSync(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", BOUND, "sh", folder],
    { encoding: "utf8" },
  );
  assert.deepEqual(
    stdout.split("\n"),
    [
      "container-web-0:*:1879048192:1879048192:c2:/nonexistent:/usr/sbin/nologin",
      "container-web-0+33:*:1879048225:1879048225:c2:/nonexistent:/usr/sbin/nologin",
      "container-web-0:*:1879048192:",
      "container-web-0+33 container-web-0",
      "",
    ],
    stderr,
  );
});
