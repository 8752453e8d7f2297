/** What a task of an isolated namespace may do with a file, as the command tells it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { IsolatedFileExplainAnswer } from "../../src/cli/explain-isolated-file.ts";
import { userns } from "./command.ts";

interface Row {
  readonly rule: string;
  readonly args: string;
  readonly exit: number;
  readonly head: string;
  readonly fixes?: readonly string[];
}

const IDMAP = "idmap the mount with ns2";
const OWN = "let ns2 mount the file system";
/** Root and nine more are of the host, everybody else is isolated. */
const PARTLY = "--isolated 2 --map 0:100000:10";

const ROWS: readonly Row[] = [
  {
    rule: "through a mount idmapped with the namespace a file of an id is that id's",
    args: "write --isolated 2 --mount ns2 --owner 70000:5 --as 70000",
    exit: 0,
    head: "write by 70000:70000: yes",
  },
  {
    rule: "on a plain mount it is another's, and an idmapped one would help",
    args: "write --isolated 2 --owner 70000:5 --as 70000",
    exit: 1,
    head: "write by 70000:70000: EACCES from open",
    fixes: [IDMAP, OWN],
  },
  {
    rule: "an isolated id creates nothing on a file system of the host",
    args: "create --isolated 2 --as 5 --mode 777",
    exit: 1,
    head: "create by 5:5: EOVERFLOW",
    fixes: [IDMAP, OWN],
  },
  {
    rule: "on a disk idmapped with the namespace it creates what is its own there",
    args: "create --isolated 2 --mount ns2 --as 5 --mode 777",
    exit: 0,
    head: "create by 5:5: yes; stat shows 5:5, mode 0644, the disk keeps 5:5",
  },
  {
    rule: "ids that the map holds are those of the host, and create there",
    args: `create ${PARTLY} --as 3:3 --mode 777`,
    exit: 0,
    head: "create by 3:3: yes; stat shows 3:3, mode 0644, the disk keeps 100003:100003",
  },
  {
    rule: "a set-user-ID root program on an idmapped mount runs as root of the namespace",
    args: "exec --isolated 2 --mount ns2 --owner 0:0 --mode 4755 --as 123",
    exit: 0,
    head: "exec by 123:123 runs as 0:123, capabilities: 41",
  },
  {
    rule: "on a plain mount its set-id bits are ignored",
    args: "exec --isolated 2 --owner 0:0 --mode 4755 --as 123",
    exit: 1,
    head: "exec by 123:123 runs as 123:123, no capability, without the file's owner as",
    fixes: [IDMAP, OWN],
  },
  {
    rule: "chown to an id that the disk cannot keep is taken, and lost",
    args: `chown ${PARTLY} --owner 100000:100000 --to 50 --as 0`,
    exit: 0,
    head: "chown by 0:0: yes; stat shows 50:0, mode 0644, the disk keeps 4294967295:100000",
  },
  {
    rule: "a file of a nested namespace is its own, where it mounted the file system",
    args: "write --map 0:100000:10 --nested 0:3:2 --isolated 2 --isolated 3 --fs ns3 --owner 9:9 --as 9",
    exit: 0,
    head: "write by 9:9: yes",
  },
  {
    rule: "and none of the namespace around it is",
    args: "write --map 0:100000:10 --nested 0:3:2 --isolated 2 --isolated 3 --fs ns2 --owner 9:9 --as 9",
    exit: 1,
    head: "write by 9:9: EACCES from open",
    fixes: ["idmap the mount with ns3", "let ns3 mount the file system"],
  },
];

for (const { rule, args, exit, head, fixes = [] } of ROWS)
  test(`explain --isolated, a file: ${rule}`, async () => {
    const answered = await userns(["explain", ...args.split(" ")]);
    const lines = answered.stdout.split("\n");
    const told = lines.filter((line) => line.startsWith("  fix   ")).map((line) => line.slice("  fix   ".length));
    assert.deepEqual([answered.exit, lines[0], told], [exit, head, [...fixes]]);
  });

test("explain --isolated, a file: a repair changes the answer, and is named before it", async () => {
  const args = `explain chown ${PARTLY} --owner 100000:100000 --to 50 --as 0 --profile linux-6.18+isolated=chown-checked`;
  const { exit, stdout } = await userns(args.split(" "));
  assert.equal(exit, 1);
  assert.match(stdout, /^chown-checked: A file is given only to ids .*\n(.*\n)*?\nchown by 0:0: EOVERFLOW\n/);
});

test("explain --isolated, a file: the ways are told with the numbers that were given", async () => {
  const { stdout } = await userns("explain read --isolated 9 --mount ns9 --owner 7:7 --as 7 --mode 400".split(" "));
  assert.match(stdout, /u7 → k7@ns9 {2}uid_map of ns9/);
  assert.match(stdout, /k7 → u7 .*\n {2}u7 → v7@ns9 {2}uid idmap ns9 of mount/);
});

test("explain --isolated, a file: --json has the deviations, the answer, and what proves each fix", async () => {
  const args = "explain create --isolated 2 --as 5 --mode 777 --profile linux-6.18+isolated=unknown-overflows --json";
  const { exit, stdout } = await userns(args.split(" "));
  const { profile, deviations, answer, fixes }: IsolatedFileExplainAnswer = JSON.parse(stdout);
  assert.equal(exit, 1);
  assert.equal(profile, "linux-6.18+isolated=unknown-overflows");
  assert.deepEqual(
    deviations.map(({ name }) => name),
    ["unknown-overflows"],
  );
  assert.equal(answer.refusal?.errno, "EOVERFLOW");
  assert.deepEqual(
    fixes.map((fix) => [fix.answer.ok, fix.answer.kept]),
    [
      [true, { uid: 5, gid: 5, mode: "0644" }],
      [true, { uid: 5, gid: 5, mode: "0644" }],
    ],
  );
});

const WRONG: readonly (readonly [args: string, where: string])[] = [
  ["write --creator 4", "--isolated"],
  ["write --profile linux-6.18+isolated", "--isolated"],
  ["write --isolated 2 --mount ns2 --fs ns2", "--mount"],
  ["write --isolated 2 --mount ns3", "--mount"],
  ["write --isolated 2 --as x", "--as"],
  ["chown --isolated 2", "--to"],
  ["exec --isolated 2 --fs ns2 --file-caps CAP_CHOWN --file-caps-root 5", "--file-caps-root"],
  ["write --map 0:5:5 --isolated 0 --as 70000", "the task's uid"],
  ["write --isolated 2 --direction stat", "--direction"],
];

for (const [args, where] of WRONG)
  test(`explain ${args}: exit 2, at ${where}`, async () => {
    const { exit, stdout, stderr } = await userns(["explain", ...args.split(" ")]);
    assert.deepEqual([exit, stdout, stderr.split("\n")[0]], [2, "", `error: ${where}`]);
  });
