/** userns alloc session: a login gets its block, and the last process gone gives it back to quarantine. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AllocListAnswer, SessionAnswer } from "../../src/cli/answers.ts";
import { need } from "../need.ts";
import { hasSqlite } from "../store/has-sqlite.ts";
import { folderFor, userns } from "./command.ts";

/** A user that every Debian has, and that runs nothing. */
const USER = { name: "games", uid: 5 };

function sessions(t: TestContext) {
  const folder = folderFor(t);
  const at = (name: string) => join(folder, name);
  writeFileSync(at("subuid"), "# mine\nben:5:5\n");
  const places = ["--subuid", at("subuid"), "--subgid", at("subgid"), "--logins", at("logins"), "--store", at("db")];
  const run = async (verb: string, ...args: string[]): Promise<SessionAnswer> => {
    const { exit, stdout, stderr } = await userns(["alloc", "session", verb, ...args, ...places, "--grant", "--json"]);
    assert.deepEqual([exit, stderr], [0, ""]);
    return JSON.parse(stdout);
  };
  const open = (...args: string[]) => run("open", "--user", USER.name, "--min-uid", "1", ...args);
  const close = () => run("close", "--user", USER.name);
  return { folder, at, open, close, run };
}

const sessionTest = (title: string, body: (t: TestContext) => Promise<void>): void =>
  void test(title, async (t) => {
    if (!need(t, hasSqlite, "SQLite: Node 22.13 or newer, or better-sqlite3")) return;
    if (need(t, existsSync("/proc/self/status") && process.getuid?.() === 0, "root, on Linux")) await body(t);
  });

const LINE = `${USER.name}:1879048192:65536\n`;

sessionTest(
  "session open hands out a block and grants it; close takes both back, and others' lines stay",
  async (t) => {
    const { at, open, close } = sessions(t);
    const opened = await open();
    assert.deepEqual([opened.is, opened.claim?.start, opened.claim?.owner], ["open", 1879048192, USER.name]);
    assert.equal(readFileSync(at("subuid"), "utf8"), `# mine\nben:5:5\n${LINE}`);
    assert.equal(readFileSync(at("subgid"), "utf8"), LINE);
    const closed = await close();
    assert.deepEqual([closed.is, closed.claim?.state], ["closed", "quarantined"]);
    assert.deepEqual(
      [readFileSync(at("subuid"), "utf8"), readFileSync(at("subgid"), "utf8")],
      ["# mine\nben:5:5\n", ""],
    );
    assert.equal((await close()).is, "none");
  },
);

sessionTest("a second login shares the block, and grants it once", async (t) => {
  const { at, open } = sessions(t);
  assert.deepEqual(await open(), await open());
  assert.equal(readFileSync(at("subgid"), "utf8"), LINE);
});

sessionTest("while another login lives close keeps the block; one whose process is gone does not count", async (t) => {
  const { at, open, close } = sessions(t);
  await open();
  const other = spawn("sleep", ["60"]);
  t.after(() => other.kill());
  writeFileSync(join(at("logins"), USER.name, String(other.pid)), "");
  writeFileSync(join(at("logins"), USER.name, "4194303"), "");
  assert.deepEqual([(await close()).is, (await close()).processCount], ["kept", 1]);
  await ended(other);
  assert.equal((await close()).is, "closed");
});

async function ended(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "close");
}

for (const [whose, ids] of [
  ["of the user", { uid: USER.uid, gid: 60 }],
  ["with an id of the block", { uid: 1879048225, gid: 1879048225 }],
] as const)
  sessionTest(`close keeps the block while a process ${whose} is left; --gone gives it back afterwards`, async (t) => {
    const { open, close, run, at } = sessions(t);
    await open();
    const left = spawn("sleep", ["60"], ids);
    t.after(() => left.kill());
    await once(left, "spawn");
    assert.deepEqual([(await close()).is, (await close()).processCount], ["kept", 1]);
    assert.equal(readFileSync(at("subgid"), "utf8"), LINE);
    await ended(left);
    const gone: unknown = await run("close", "--gone");
    assert.deepEqual(Array.isArray(gone) && gone.map(({ user, is }: SessionAnswer) => [user, is]), [
      [USER.name, "closed"],
    ]);
  });

sessionTest("a user of the system gets no block, and a name that is none is wrong use", async (t) => {
  const { run, at } = sessions(t);
  assert.equal((await run("open", "--user", USER.name)).is, "passed-over");
  const store = ["--store", at("db"), "--logins", at("logins")];
  for (const name of ["no-such-user", "a/b", "..", "a:b", ""])
    assert.equal((await userns(["alloc", "session", "open", "--user", name, ...store])).exit, 2, name);
});

/** What pamtester runs: a service of our own, over /etc/pam.d in a mount namespace that goes with the process. */
const BOUND = `
mount --bind "$1/pam.d" /etc/pam.d && mount -t tmpfs none /run || exit 1
pamtester userns "$2" open_session && cat "$1/subuid" && pamtester userns "$2" close_session
`;

test("through pam_exec a session is opened and closed by the lines that --pam-config prints", async (t) => {
  const isReady = process.getuid?.() === 0 && existsSync("/usr/bin/pamtester") && existsSync("dist/cli/main.js");
  if (!need(t, isReady, "root, pamtester, and npm run build") || !need(t, hasSqlite, "SQLite")) return;
  const folder = folderFor(t);
  const at = (name: string) => join(folder, name);
  const config = spawnSync(
    process.execPath,
    ["dist/cli/main.js", "alloc", "session", "--pam-config", at("a store.db")],
    { encoding: "utf8" },
  );
  const lines = config.stdout
    .replaceAll(" --grant", ` --grant --subuid ${at("subuid")} --subgid ${at("subgid")}`)
    .replace(" session open ", " session open --min-uid 1 ")
    .replaceAll("optional", "required");
  mkdirSync(at("pam.d"));
  writeFileSync(at("pam.d/userns"), `session required pam_permit.so\n${lines}`);
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", BOUND, "sh", folder, USER.name],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stdout + stderr + config.stdout);
  assert.ok(stdout.includes(LINE), stdout);
  assert.equal(readFileSync(at("subuid"), "utf8"), "");
  const listed = await userns(["alloc", "list", "--store", at("a store.db"), "--json"]);
  const ranges: AllocListAnswer = JSON.parse(listed.stdout);
  assert.deepEqual(
    ranges.map(({ owner, state, purpose }) => [owner, state, purpose]),
    [[USER.name, "quarantined", "session"]],
  );
});

test("session timer writes units that systemd takes, whatever is in a path", async (t) => {
  const folder = folderFor(t);
  const store = join(folder, "a $b 100%.db");
  const { exit, stdout } = await userns(["alloc", "session", "timer", folder, "--grant", "--store", store]);
  const paths = ["service", "timer"].map((kind) => join(folder, `userns-session-close.${kind}`));
  assert.deepEqual([exit, stdout], [0, paths.map((path) => `${path}\n`).join("")]);
  const [service = ""] = paths.map((path) => readFileSync(path, "utf8"));
  const command = /^ExecStart=(.*)$/m.exec(service)?.[1] ?? "";
  assert.match(command, /alloc session close --gone --grant --subuid \/etc\/subuid /);
  assert.ok(command.endsWith(`--store "${store.replace("$", "$$$$").replace("%", "%%")}"`), command);
  const { error, status, stderr } = spawnSync("systemd-analyze", ["verify", ...paths], { encoding: "utf8" });
  if (need(t, error === undefined, "systemd-analyze")) assert.deepEqual([status, stderr], [0, ""]);
});
