/** The checks on the way to an answer: told by the rules that decide it, so a broken rule breaks both. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";
import { initSync } from "../../src/core/index.ts";
import { askFile, type FileAnswer, type FileQuestion } from "../../src/explain/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { anyQuestion, QUESTION } from "./questions.ts";

const engine = initSync();
const PLAIN: FileQuestion = { ...QUESTION, namespaces: [], mount: null };
const STRANGER = { ...PLAIN.task, uid: 7, gid: 7 };

const told = ({ checks }: FileAnswer) =>
  checks.map(({ asked, ok, rule }) => `${asked}: ${ok ? "" : "no, "}${rule?.name}`);

interface Row {
  readonly title: string;
  readonly question: FileQuestion;
  readonly checks: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    title: "stat searches each directory on the way",
    question: { ...PLAIN, directory: { uid: 1000, gid: 0, mode: 0o700 } },
    checks: ["search the top of disk: otherBits", "search disk:dir: ownerBits"],
  },
  {
    title: "a directory that may not be searched ends the way",
    question: { ...PLAIN, task: STRANGER, directory: { uid: 0, gid: 7, mode: 0o700 } },
    checks: ["search the top of disk: otherBits", "search disk:dir: no, groupBits"],
  },
  {
    title: "create asks for a writable mount, a place for the creator and its directory",
    question: { ...QUESTION, ask: "create" },
    checks: [
      "search the top of mount: otherBits",
      "search mount:dir: otherBits",
      "change anything through mount: readOnlyMount",
      "own something on mount: creatorHasPlace",
      "write to mount:dir: unmappedNotWritten",
      "change and search mount:dir: otherBits",
    ],
  },
  {
    title: "unlink asks the directory, and the sticky bit",
    question: { ...PLAIN, ask: "unlink", task: STRANGER, directory: { uid: 0, gid: 0, mode: 0o1777 } },
    checks: [
      "search the top of disk: otherBits",
      "search disk:dir: otherBits",
      "change anything through disk: readOnlyMount",
      "remove disk:dir/file: unmappedNotRemoved",
      "write to disk:dir: unmappedNotWritten",
      "change and search disk:dir: otherBits",
      "take from its sticky directory disk:dir/file: no, stickyOwner",
    ],
  },
  {
    title: "chown asks for the new ids, their place, the capability, and the mode's owner where bits are dropped",
    question: {
      ...PLAIN,
      ask: "chown",
      task: { ...STRANGER, caps: ["chown", "fowner"] },
      file: { ...PLAIN.file, mode: 0o4755 },
      to: { uid: 5, gid: 6 },
    },
    checks: [
      "search the top of disk: otherBits",
      "search disk:dir: otherBits",
      "change anything through disk: readOnlyMount",
      "name uid 5 in init: newOwnerMapped",
      "name gid 6 in init: newOwnerMapped",
      "keep the new owners of disk:dir/file: ownerHasPlace",
      "change disk:dir/file: invalidOwnerRepaired",
      "give away disk:dir/file: chownNeedsCap",
      "change the group of disk:dir/file: chgrpNeedsGroup",
      "own disk:dir/file: ownerOrFowner",
    ],
  },
  {
    title: "chmod asks who owns the file, and is refused by the rule about the mode",
    question: { ...PLAIN, ask: "chmod", task: STRANGER, toMode: 0o600 },
    checks: [
      "search the top of disk: otherBits",
      "search disk:dir: otherBits",
      "change anything through disk: readOnlyMount",
      "change disk:dir/file: invalidOwnerRepaired",
      "own disk:dir/file: no, ownerOrFowner",
      "change the mode of disk:dir/file: no, modeNeedsOwner",
    ],
  },
  {
    title: "exec asks of set-id bits whether they count",
    question: { ...QUESTION, ask: "exec", file: { ...QUESTION.file, mode: 0o4755 }, isNosuid: true },
    checks: [
      "search the top of mount: otherBits",
      "search mount:dir: otherBits",
      "run mount:dir/file: ownerBits",
      "run anything from mount: noexecMount",
      "read mount:dir/file: ownerBits",
      "honour the set-id bits of the program: no, setidUntrusted",
    ],
  },
];

for (const { title, question, checks } of ROWS)
  test(title, () => {
    assert.deepEqual(told(askFile(question, engine)), checks);
  });

test("a check says whose bits or which capability let it pass, and through which map its ids came", () => {
  const question: FileQuestion = {
    ...QUESTION,
    ask: "read",
    task: { ...QUESTION.task, uid: 0, gid: 0, caps: ["dac_read_search"] },
  };
  const answer = askFile(question, engine);
  const last = answer.checks.at(-1);
  assert.equal(last?.rule, answer.rule);
  assert.equal(last?.because, "by CAP_DAC_READ_SEARCH; asked by k100000:k100000, owner v101000:v101000, mode 0640");
  const taken = last.ways.flatMap((place) => answer.ways[place]?.steps ?? []);
  assert.ok(taken.some(({ from, to, extent }) => `${from} ${to} ${extent}` === "u1000 v101000 0:100000:65536"));
});

const seed = Date.now() & 0x7fffffff;
test(`what refuses a question is the last of its checks, on both engines (seed ${seed})`, () => {
  let refused = 0;
  fc.assert(
    fc.property(anyQuestion, (question) => {
      const [answer, twin] = ENGINES.map((each) => askFile(question, each));
      assert.deepEqual(answer, twin);
      if (!answer?.refusal) return;
      refused++;
      const last = answer.checks.at(-1);
      assert.ok(last && !last.ok, JSON.stringify(answer.refusal));
      assert.equal(last.rule, answer.rule);
    }),
    { seed, numRuns: 200, endOnFailure: true },
  );
  assert.ok(refused > 20, `${refused}`);
});

interface Break {
  readonly rule: string;
  /** The source of src/kernel that holds it, a line of that, and what is put in its place. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly question: FileQuestion;
}

const BREAKS: readonly Break[] = [
  {
    rule: "otherBits",
    file: "permission.ts",
    from: "return say(file.mode, RULES.otherBits);",
    to: "return allow(undefined, RULES.otherBits);",
    question: { ...PLAIN, ask: "write", task: STRANGER },
  },
  {
    rule: "readOnlyMount",
    file: "inode-permission.ts",
    from: "  if (isReadOnly) return",
    to: "  if (!isReadOnly) return",
    question: { ...PLAIN, ask: "create" },
  },
  {
    rule: "stickyOwner",
    file: "unlink.ts",
    from: "!isOwner && !isCapableOver",
    to: "isOwner && !isCapableOver",
    question: { ...PLAIN, ask: "unlink", task: STRANGER, directory: { uid: 0, gid: 0, mode: 0o1777 } },
  },
  {
    rule: "setidUntrusted",
    file: "exec.ts",
    from: "  if (program.isNosuid) return false;",
    to: "",
    question: { ...PLAIN, ask: "exec", task: STRANGER, isNosuid: true, file: { ...PLAIN.file, mode: 0o4755 } },
  },
  {
    rule: "chownNeedsCap",
    file: "chown.ts",
    from: `isCapableOver(world, cred, file, "chown")) return allow(undefined, rule, BY_CHOWN);`,
    to: `!isCapableOver(world, cred, file, "chown")) return allow(undefined, rule, BY_CHOWN);`,
    question: { ...PLAIN, ask: "chown", to: { uid: 7, gid: null } },
  },
];

/** The model with one line of the kernel's rules replaced. */
async function brokenModel({ file, from, to }: Break): Promise<typeof import("../../src/explain/index.ts")> {
  const folder = mkdtempSync(join(tmpdir(), "userns-broken-"));
  try {
    const outfile = join(folder, "explain.mjs");
    await build({
      entryPoints: [join(import.meta.dirname, "../../src/explain/index.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      logLevel: "error",
      plugins: [
        {
          name: "break",
          setup({ onLoad }) {
            onLoad({ filter: new RegExp(`/src/kernel/${file}$`) }, ({ path }) => {
              const text = readFileSync(path, "utf8");
              assert.ok(text.includes(from), `${file} holds no ${from}`);
              return { contents: text.replace(from, to), loader: "ts" };
            });
          },
        },
      ],
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const row of BREAKS)
  test(`${row.question.ask}: ${row.rule} broken changes both the answer and the check that tells it`, async () => {
    const plain = askFile(row.question, engine);
    const broken = (await brokenModel(row)).askFile(row.question, engine);
    assert.notEqual(broken.ok, plain.ok);
    const outcomes = ({ checks }: FileAnswer) =>
      checks.flatMap(({ ok, rule }) => (rule?.name === row.rule ? [ok] : []));
    assert.notDeepEqual(outcomes(broken), outcomes(plain));
  });
