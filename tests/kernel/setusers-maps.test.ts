/**
 * Maps that are written from a pile (semantics B.2, the uid_map rule and gids), by formula: who opened the file and who
 * writes must both hold every id of every line; and what that does to setgroups.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { down, type Line } from "../suites/fsid-tables.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** Who opens the file, or writes to it. */
interface Holder {
  readonly pile: readonly number[];
  readonly isDroppable: boolean;
  readonly isCapable: boolean;
}

interface Asked {
  readonly file: "uid_map" | "gid_map";
  readonly parent: readonly Line[];
  readonly lines: readonly Line[];
  /** The opener's own id of the kind, a kernel id; the writer's is the same. */
  readonly own: number;
  readonly isOwner: boolean;
  readonly isDenied: boolean;
  readonly opener: Holder;
  readonly writer: Holder;
}

/** @returns null where the write is refused; else whether setgroups is denied afterwards */
function written({ file, parent, lines, own, isOwner, isDenied, opener, writer }: Asked): boolean | null {
  const isUsers = file === "uid_map";
  const isWithin = lines.every(([, lower, count]) =>
    parent.some(([first, , many]) => lower >= first && lower + count <= first + many),
  );
  const kids = lines.flatMap(([, lower, count]) => Array.from({ length: count }, (_, at) => down(parent, lower + at)));
  // Neither holds CAP_SETFCAP over the parent.
  if (!isWithin || (isUsers && lines.some(([, lower]) => lower === 0))) return null;
  const isOwnTaken = isUsers || isDenied;
  const isOneOwn = kids.length === 1 && kids[0] === own;
  if ((isOwner && isOneOwn && isOwnTaken) || (opener.isCapable && writer.isCapable)) return isDenied;
  const holds = ({ pile }: Holder) => kids.every((kid) => pile.includes(kid) || (isOwnTaken && kid === own));
  if (!isOwner || !holds(opener) || !holds(writer)) return null;
  return isUsers ? isDenied : isDenied || !(opener.isDroppable && writer.isDroppable);
}

const IDS = Array.from({ length: 25 }, (_, at) => 100 + at);

const holder = fc.record({
  // All but a few ids of the parent, so that lines of several are held.
  pile: fc
    .uniqueArray(fc.integer({ min: 100, max: 124 }), { maxLength: 4 })
    .map((lacks) => IDS.filter((id) => !lacks.includes(id))),
  isDroppable: fc.boolean(),
  isCapable: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
});

const linesOf = (lowest: number, longest: number) =>
  fc
    .array(
      fc.record({
        gap: fc.integer({ min: 0, max: 1 }),
        count: fc.integer({ min: 1, max: longest }),
        lowerGap: fc.integer({ min: 0, max: 1 }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => {
      let [first, lower] = [0, lowest];
      return parts.map(({ gap, count, lowerGap }): Line => {
        const line: Line = [first + gap, lower + lowerGap, count];
        [first, lower] = [line[0] + count, line[1] + count];
        return line;
      });
    });

const asked: fc.Arbitrary<Asked> = fc.record({
  file: fc.constantFrom("uid_map" as const, "gid_map" as const),
  parent: linesOf(100, 12),
  lines: fc.oneof(linesOf(0, 3), linesOf(1, 3)),
  own: fc.integer({ min: 100, max: 106 }),
  isOwner: fc.integer({ min: 0, max: 4 }).map((one) => one > 0),
  isDenied: fc.boolean(),
  opener: holder,
  writer: holder,
});

/**
 * The opener opens, and becomes the writer: with the capability it takes another pile, and then has it or not. Who does
 * not own the namespace is in it, with every capability there.
 */
function scenarioOf({ file, parent, lines, own, isOwner, isDenied, opener, writer }: Asked) {
  const kind = file === "uid_map" ? "uid" : "gid";
  const call = kind === "uid" ? "setusers" : "setsubgroups";
  const cap = kind === "uid" ? "setuid" : "setgid";
  const text = lines.map((line) => line.join(" ")).join("\n");
  const user = kind === "uid" ? own : 7;
  const idOf = (kid: number) =>
    parent
      .map(([first, lower, count]) => (kid >= lower && kid < lower + count ? first + kid - lower : NO_ID))
      .find((id) => id !== NO_ID);
  const droppable = (is: boolean) => (kind === "gid" ? { droppable: is } : {});
  const caps = (is: boolean) => ({ task: "t", call: "capset", eff: is ? [cap] : [], perm: [cap] });
  const inParent = isOwner
    ? [
        caps(true),
        {
          task: "t",
          call,
          list: opener.pile.map(idOf).filter((id) => id !== undefined),
          ...droppable(opener.isDroppable),
        },
        caps(opener.isCapable),
        { task: "t", call: "map_open", ns: "N", file, keep: "fd" },
        caps(true),
        {
          task: "t",
          call,
          list: writer.pile.map(idOf).filter((id) => id !== undefined),
          ...droppable(writer.isDroppable),
        },
        caps(writer.isCapable),
        { task: "t", call: "map_write_fd", fd: "fd", text },
      ]
    : [{ task: "t", call: "map_write", ns: "self", file, text }];
  const other = kind === "uid" ? { uid_map: parent, gid_map: [[7, 7, 1]] } : { gid_map: parent, uid_map: [[7, 7, 1]] };
  return loadScenario({
    version: 1,
    profile: "linux-6.18+setusers",
    setup: {
      namespaces: [
        { name: "P", parent: "init", owner: [0, 0], ...other },
        { name: "N", parent: "P", owner: [isOwner ? user : user + 1, 7], ...(isDenied ? { setgroups: "deny" } : {}) },
      ],
      tasks: [
        {
          name: "t",
          ns: isOwner ? "P" : "N",
          uid: user,
          gid: kind === "gid" ? own : 7,
          caps: isOwner ? [cap] : "all",
          ...(isOwner ? {} : kind === "uid" ? { users: opener.pile } : { subgroups: opener.pile }),
        },
      ],
    },
    steps: [...inParent, { task: "t", call: "map_read", ns: isOwner ? "N" : "self", file: "setgroups" }],
  });
}

for (const engine of ENGINES)
  test(`a map is taken from what opener and writer both hold, as the formula says, on ${engine.name}`, () => {
    const count = { yes: 0, no: 0 };
    fc.assert(
      fc.property(asked, (question) => {
        // Without the capability over the parent there is no pile that it did not have.
        const isDenied = written(
          question.isOwner ? question : { ...question, opener: { ...question.opener, isCapable: false } },
        );
        count[isDenied === null ? "no" : "yes"] += 1;
        const told = replay(scenarioOf(question), engine).map(({ result }) => result);
        const text = question.lines.map((line) => line.join(" ")).join("\n");
        const [write, setgroups] = told.slice(-2);
        assert.deepEqual(
          write,
          isDenied !== null
            ? { ok: true, n: text.length }
            : question.isOwner
              ? { errno: "EPERM" }
              : { errno: "EPERM", at: "write" },
        );
        assert.deepEqual(setgroups, { ok: true, text: `${(isDenied ?? question.isDenied) ? "deny" : "allow"}\n` });
      }),
      { numRuns: 300 },
    );
    assert.ok(count.yes > 40 && count.no > 40, JSON.stringify(count));
  });
