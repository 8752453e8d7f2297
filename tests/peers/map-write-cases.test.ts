/** What other tools' suites, and people, say of maps that Linux takes or refuses, asked as `userns check` asks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Extent } from "../../src/core/index.ts";
import { askMaps, type MapQuestion, repairMaps } from "../../src/explain/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

interface Line {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

interface PeerCase {
  readonly id: string;
  readonly op: string;
  readonly given: {
    readonly map?: readonly Line[];
    readonly parent?: readonly Line[];
    readonly text?: string;
    readonly written_by?: string;
    readonly parent_map?: readonly Line[];
    readonly writer_id?: number;
    readonly owner_id?: number;
    readonly setgroups_denied?: boolean;
    readonly offset?: number;
  };
  readonly expect: { readonly errno?: string; readonly map?: readonly Line[] };
}

const [engine] = ENGINES;
assert.ok(engine);

function casesOf(file: string, op: string): readonly PeerCase[] {
  const url = new URL(`../vectors/peers/${file}.json`, import.meta.url);
  const { cases }: { readonly cases: readonly PeerCase[] } = JSON.parse(readFileSync(url, "utf8"));
  return cases.filter((peerCase) => peerCase.op === op);
}

const extentsOf = (lines: readonly Line[]): readonly Extent[] =>
  lines.map(({ inside, outside, count }) => ({ first: inside, lowerFirst: outside, count }));
const linesOf = (extents: readonly Extent[]): readonly Line[] =>
  extents.map(({ first, lowerFirst, count }) => ({ inside: first, outside: lowerFirst, count }));
const textOf = (lines: readonly Line[]) =>
  lines.map((line) => `${line.inside} ${line.outside} ${line.count}`).join("\n");
/** What the recorded rule of a case is called here. */
const RULE_OF: { readonly [words: string]: string } = {
  "inside ranges overlap": "noOverlap",
  "the last outside id would be 4294967295": "countFits",
};

/** What check asks nobody: a write that is not the file's first, and a namespace that another made. */
const NOT_ASKED: readonly string[] = ["gvisor-proc-maps/018-not-at-offset-0", "gvisor-proc-maps/021-other-owner"];

const answer = (question: MapQuestion): PeerCase["expect"] => {
  const [write] = askMaps(question, engine).filter(({ file }) => file === "uid_map");
  return write?.refusal ? { errno: write.refusal.errno } : { map: linesOf(write?.inForce ?? []) };
};

const AUTHOR = { uid: 1000, gid: 1000 };

for (const { id, given, expect } of casesOf("gvisor-proc-maps", "proc_map.write").filter(
  (peerCase) => !NOT_ASKED.includes(peerCase.id),
))
  test(`${id}: ${expect.errno ?? "taken"}`, () => {
    const isHelper = given.written_by === "parent with CAP_SETUID";
    const question: MapQuestion = {
      parent: null,
      writer: { ...AUTHOR, caps: isHelper ? ["setuid", "setgid", "setfcap"] : [] },
      from: isHelper ? "parent" : "inside",
      setgroups: given.setgroups_denied ? "deny" : null,
      texts: { uid: given.text ?? "" },
    };
    const got = answer(question);
    assert.equal(got.errno, expect.errno);
    if (expect.map) assert.deepEqual(got.map, expect.map);
  });

test("the cases that check does not ask are there", () => {
  const ids = casesOf("gvisor-proc-maps", "proc_map.write").map(({ id }) => id);
  assert.deepEqual(
    ids.filter((id) => NOT_ASKED.includes(id)),
    NOT_ASKED,
  );
});

for (const { id, given, expect } of casesOf("field-transcripts", "proc_map.validate").filter(
  ({ expect }) => expect.errno,
))
  test(`${id}: ${expect.errno}, and a map that is taken instead`, () => {
    const parent = given.parent ? extentsOf(given.parent) : null;
    const question: MapQuestion = {
      parent: parent && { uid: parent, gid: parent },
      writer: { ...AUTHOR, caps: ["setuid", "setgid", "setfcap"] },
      from: "parent",
      setgroups: null,
      texts: { uid: textOf(given.map ?? []) },
    };
    assert.equal(answer(question).errno, expect.errno);
    assert.equal(repairMaps(question, engine).proposals[0]?.question.writer.caps.length, 3);
  });

test("field transcripts are refused by the rule that they name", () => {
  const named = casesOf("field-transcripts", "proc_map.validate").flatMap(({ given, expect }) => {
    const rule = "rule" in expect && typeof expect.rule === "string" ? RULE_OF[expect.rule] : undefined;
    if (!rule || given.parent) return [];
    const texts = { uid: textOf(given.map ?? []) };
    const [write] = askMaps(
      { parent: null, writer: { ...AUTHOR, caps: [] }, from: "parent", setgroups: null, texts },
      engine,
    );
    return [[write?.refusal?.rule.name, rule]];
  });
  assert.ok(named.length >= 3, `${named.length}`);
  for (const [got, expected] of named) assert.equal(got, expected);
});
