/** `userns explain --fsuid-map`: who an id is to processes and to files, the mount that does the same, and what is found. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { FsidExplainAnswer } from "../../src/cli/explain-fsid.ts";
import { folderFor, userns } from "./command.ts";

const SEED = ["--map", "0:100000:100000", "--fsuid-map", "0:300000:100000"];
const PROCESS = "(used inside → as a process)";
const FILES = "(used inside → as an owner of files)";
const SETID = "(owner of a set-id program → whom it runs as inside)";
const STAT = "(kept on disk → as stat shows it inside)";

const ROWS: readonly (readonly [rule: string, args: readonly string[], exit: number, lines: readonly string[]])[] = [
  [
    "an id inside is one process and another owner of files",
    ["33", ...SEED],
    0,
    [`uid u33 → k100033  ${PROCESS}`, `uid u33 → k300033  ${FILES}`, `uid k300033 → k100033  ${SETID}`],
  ],
  [
    "the owner on disk is seen through the fs map, and a program of it runs as the process",
    ["300033", "--direction", "stat", ...SEED],
    0,
    [`uid k300033 → u33  ${STAT}`, `uid k300033 → k100033  ${SETID}`],
  ],
  [
    "an id of processes is no owner of files: it is nobody's inside",
    ["100033", "--direction", "stat", ...SEED],
    1,
    [`uid k100033 → not mapped, shown as 65534  ${STAT}`],
  ],
  [
    "an id that the fs map does not hold cannot be taken",
    ["0", "--map", "0:100000:1000", "--fsuid-map", "100000:7:1000"],
    1,
    [`uid u0 → k100000  ${PROCESS}`, `uid u0 → not mapped, shown as 65534  ${FILES}`],
  ],
  [
    "groups go through a map of their own",
    ["5:6", ...SEED, "--gid-map", "0:200000:9", "--fsgid-map", "0:400000:9"],
    0,
    [
      `uid u5 → k100005  ${PROCESS}`,
      `uid u5 → k300005  ${FILES}`,
      `uid k300005 → k100005  ${SETID}`,
      `gid u6 → k200006  ${PROCESS}`,
      `gid u6 → k400006  ${FILES}`,
      `gid k400006 → k200006  ${SETID}`,
    ],
  ],
];

for (const [rule, args, exit, lines] of ROWS)
  test(`explain ${args.join(" ")}: ${rule}`, async () => {
    const outcome = await userns(["explain", ...args]);
    const heads = outcome.stdout.split("\n").filter((line) => /^[ug]id /.test(line));
    assert.deepEqual([outcome.exit, heads], [exit, lines]);
    assert.equal(outcome.stderr, "");
  });

test("the mount that does the same is preferred, of groups by itself where it is another", async () => {
  assert.match(
    (await userns(["explain", "0", ...SEED])).stdout,
    /better {3}mount the files with the id map 300000:100000:100000: /,
  );
  const other = await userns(["explain", "0", ...SEED, "--fsgid-map", "0:400000:9"]);
  assert.match(other.stdout, /300000:100000:100000, and of groups\s+400000:100000:9: /);
  const back = await userns(["explain", "0", "--map", "0:100000:9", "--fsuid-map", "100000:7:9"]);
  assert.match(back.stdout, /better {3}mount the files with the id map 7:100000:9: /);
});

const NO_MOUNT: readonly (readonly [args: readonly string[], why: RegExp])[] = [
  [["--map", "0:100000:9", "--fsuid-map", "50:7:9"], /no idmapped mount: the maps have no id in common/],
  [[...SEED, "--fsgid-map", "200000:7:9"], /no idmapped mount, which takes a map of groups too/],
  [["--map", lines(340, 100000), "--fsuid-map", lines(340, 300000, 5)], /679 lines, and Linux takes 340/],
];

/** Lines of ten ids each, with nothing between them inside. */
function lines(count: number, lowerFirst: number, from = 0): string {
  return Array.from({ length: count }, (_, at) => `${from + 10 * at}:${lowerFirst + 20 * at}:10`).join(",");
}

for (const [args, why] of NO_MOUNT)
  test(`where no mount does the same, it is said why: ${why}`, async () => {
    const { stdout } = await userns(["explain", "0", ...args]);
    assert.match(stdout.replaceAll(/\s+/g, " "), why);
  });

test("an fs map that reaches root of the host is found, and the JSON holds the calls that prove it", async () => {
  const { exit, stdout } = await userns(["explain", "0", "--json", "--map", "0:100000:9", "--fsuid-map", "0:0:9"]);
  const found: FsidExplainAnswer = JSON.parse(stdout);
  assert.equal(exit, 1);
  assert.deepEqual(
    found.findings.map(({ code, account }) => [code, account.kind]),
    [
      ["fs-map-reaches-root", "uid"],
      ["fs-map-reaches-root", "gid"],
    ],
  );
  assert.ok(found.findings.every(({ proof }) => typeof proof === "object" && proof !== null && "steps" in proof));
});

test("the calls that prove a finding are told, once for the accounts of a kind", async (t) => {
  const folder = folderFor(t);
  const [passwd, group] = [join(folder, "passwd"), join(folder, "group")];
  writeFileSync(passwd, "root:x:0:0:::\nweb:x:33:33:::\n");
  writeFileSync(group, "staff:x:50:\n");
  const args = ["--map", "0:100000:99", "--fsuid-map", "0:0:99", "--fsgid-map", "0:20:99"];
  const { exit, stdout } = await userns(["explain", "0", ...args, "--passwd", passwd, "--group", group]);
  assert.equal(exit, 1);
  const told = stdout.split("\n").filter((line) => /^(finding| {9}(inside|host user):)/.test(line));
  assert.deepEqual(told, [
    "finding  fsuid_map 0:0:99 gives uid 0 inside the files of host root on every",
    "         inside: copy_file disk:program to=disk:left → ok",
    "         inside: chmod disk:left mode=4755 → ok",
    "         host user: stat disk:left → uid 0, gid 4000000000, mode 4755, type file",
    "         host user: exec disk:left → secure 1",
    "         host user: getuid → uid 4000000000, euid 0, gid 4000000000, egid",
    "finding  fsuid_map 0:0:99 gives uid 33 inside the files of web on every mount",
    "finding  fsgid_map 0:20:99 gives gid 30 inside the files of staff on every mount",
    "         inside: copy_file disk:program to=disk:left → ok",
    "         inside: chmod disk:left mode=2755 → ok",
    "         host user: stat disk:left → uid 4000000000, gid 50, mode 2755, type",
    "         host user: exec disk:left → secure 1",
    "         host user: getuid → uid 4000000000, euid 4000000000, gid 4000000000,",
  ]);
});

/** Questions about a file: `--fsuid-map` decides who owns it, `--map` whom its set-id program runs as. */
const ASKED: readonly (readonly [rule: string, args: readonly string[], exit: number, line: string])[] = [
  ["stat shows an owner through the fs map", ["stat", "--owner", "300033:300033"], 0, "stat shows 33:33, mode 0644"],
  [
    "an id of processes owns nothing",
    ["write", "--owner", "100033:100033", "--as", "33"],
    1,
    "write by 33:33: EACCES from open",
  ],
  [
    "what is made is kept by the fs map",
    ["create", "--owner", "300000:300000"],
    0,
    "create by 0:0: yes; stat shows 0:0, mode 0644, the disk keeps 300000:300000",
  ],
  [
    "a set-user-ID program runs as the process of the same number",
    ["exec", "--owner", "300005:300005", "--mode", "4755", "--as", "1000"],
    0,
    "exec by 1000:1000 runs as 5:1000, no capability",
  ],
];

for (const [rule, args, exit, line] of ASKED)
  test(`explain ${args[0]} --fsuid-map: ${rule}`, async () => {
    const said = await userns(["explain", ...args, ...SEED]);
    assert.deepEqual([said.exit, said.stdout.split("\n")[0]], [exit, line], said.stderr);
  });

test("explain chown --fsuid-map: an owner that the fs map does not hold is refused, and a line more is proposed", async () => {
  const args = ["--map", "0:100000:9", "--fsuid-map", "0:300000:5", "--owner", "300000:300000", "--to", "7:7"];
  const said = await userns(["explain", "chown", ...args]);
  assert.equal(said.exit, 1);
  assert.match(said.stdout, /^chown by 0:0: EINVAL(.|\n)*fix +a line more in the namespace's map: fsuid_map 5:/);
});

const REFUSED: readonly (readonly [args: readonly string[], where: string])[] = [
  [["0", "--fsgid-map", "0:0:1", "--map", "0:0:1"], "--fsuid-map"],
  [["0", "--fsuid-map", "0:0:1"], "--map"],
  [["0", ...SEED, "--direction", "up"], "--direction"],
  [["0", ...SEED, "--nested", "0:0:1"], "--nested"],
  [["0", ...SEED, "--mount", "0:0:1"], "--mount"],
  [["0", ...SEED, "--fs", "0:0:1"], "--fs"],
  [["0", ...SEED, "--isolated", "2"], "--isolated"],
  [["0", ...SEED, "--owner", "0:0"], "--owner"],
  [["stat", ...SEED, "--nested", "0:0:1"], "--nested"],
  [["stat", "--fsuid-map", "0:0:1"], "--map"],
  [["stat", "--fsgid-map", "0:0:1", "--map", "0:0:1"], "--fsuid-map"],
  [["stat", ...SEED, "--isolated", "2"], "--isolated"],
  [["stat", ...SEED, "--passwd", "passwd"], "--passwd"],
  [["stat", ...SEED, "--as", "100000"], "the task's uid"],
  [["0", "--map", "0:0:1", "--passwd", "passwd"], "--fsuid-map"],
  [["stat", "--owner", "0:0", "--group", "group"], "--group"],
  [["0", ...SEED, "--passwd", "no-such-file"], "no-such-file"],
];

for (const [args, where] of REFUSED)
  test(`explain ${args.join(" ")}: exit 2, at ${where}`, async () => {
    const { exit, stdout, stderr } = await userns(["explain", ...args]);
    assert.deepEqual([exit, stdout], [2, ""]);
    assert.match(stderr, new RegExp(`^error: ${where}\\s+expected`), stderr);
  });
