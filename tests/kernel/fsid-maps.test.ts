/**
 * Maps of namespaces, one in the other: what may be written when, and what the functions of fsid mappings answer at any
 * depth (semantics A.3, A.4), in each revision.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import type { FsidModeName } from "../../src/kernel/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { down, INIT, type Line, linesIn, type Maps, MODES, tableOf, up, write } from "../suites/fsid-tables.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

interface Level {
  readonly ids: readonly Line[];
  readonly fs: readonly Line[];
  readonly order: readonly ("ids" | "fs")[];
}

/** The id map is always written, so that its owner can open the other; the fs map before it, after it, twice or never. */
const levelIn = (ids: number, fs: number): fc.Arbitrary<Level> =>
  fc.record({
    ids: linesIn(ids),
    fs: linesIn(fs),
    order: fc.constantFrom<Level["order"][]>(
      ["fs", "ids"],
      ["ids", "fs"],
      ["ids"],
      ["fs", "fs", "ids"],
      ["ids", "ids"],
    ),
  });

const levels = fc.tuple(levelIn(100, 300), levelIn(0, 0), levelIn(0, 0));
const FILE = { ids: "uid_map", fs: "fsuid_map" } as const;
const textOf = (lines: readonly Line[]) => lines.map((line) => line.join(" ")).join("\n");

/** What each function answers, as it stands in a scenario. */
function functionsOf(ns: Maps, mode: FsidModeName, id: number, kid: number) {
  const table = tableOf(ns, mode);
  const files = up(table, kid);
  const inside = up(ns.ids, kid);
  return [
    ["make_kuid", { id }, { kid: [down(ns.ids, id), 0] }],
    ["make_kfsuid", { id }, { kid: [down(table, id), 0] }],
    ["from_kfsuid", { kid: [kid, 0] }, { id: files }],
    ["from_kfsuid_munged", { kid: [kid, 0] }, { id: files === NO_ID ? 65534 : files }],
    ["kfsuid_has_mapping", { kid: [kid, 0] }, { mapped: files !== NO_ID }],
    ["kfsuid_to_kuid", { kid: [kid, 0] }, { kid: [files === NO_ID ? NO_ID : down(ns.ids, files), 0] }],
    ["kuid_to_kfsuid", { kid: [kid, 0] }, { kid: [inside === NO_ID ? NO_ID : down(table, inside), 0] }],
  ] as const;
}

const NAMES = ["N1", "N2", "N3"] as const;

for (const engine of ENGINES)
  test(`maps of three namespaces, one in the other, are written and looked up as the formulas say, on ${engine.name}`, () => {
    fc.assert(
      fc.property(
        // Who has no number inside opens no map file on a kernel with the patch of the reply; its maps are those of v1.
        fc.constantFrom(...MODES.filter((mode) => mode !== "reply")),
        levels,
        fc.array(fc.integer({ min: 0, max: 11 }), { minLength: 2, maxLength: 4 }),
        (mode, given, asked) => {
          const steps: object[] = [];
          const expected: unknown[] = [];
          let parent = INIT;
          for (const [index, { ids, fs, order }] of given.entries()) {
            const ns: Maps = { ids: [], fs: [] };
            for (const which of order) {
              const text = textOf(which === "ids" ? ids : fs);
              steps.push({
                task: `above ${NAMES[index]}`,
                call: "map_write",
                ns: NAMES[index],
                file: FILE[which],
                text,
              });
              const isWritten = write(ns, parent, which, which === "ids" ? ids : fs, mode);
              expected.push(isWritten ? { ok: true, n: text.length } : { errno: "EPERM", at: "write" });
            }
            for (const id of asked)
              for (const kid of [id, 100 + id, 300 + id])
                for (const [call, args, answer] of functionsOf(ns, mode, id, kid)) {
                  steps.push({ task: `in ${NAMES[index]}`, call, ...args });
                  expected.push({ ok: true, ...answer });
                }
            // What cannot be opened below says nothing about maps: there is nobody in a namespace without ids.
            if (ns.ids.length === 0) break;
            parent = ns;
          }
          const scenario = loadScenario({
            version: 1,
            profile: `linux-6.18+fsid=${mode}`,
            setup: {
              namespaces: NAMES.map((name, index) => ({ name, parent: NAMES[index - 1] ?? "init", owner: [0, 0] })),
              tasks: NAMES.flatMap((name, index) => [
                { name: `above ${name}`, caps: "all", ns: NAMES[index - 1] ?? "init" },
                { name: `in ${name}`, ns: name },
              ]),
            },
            steps,
          });
          assert.deepEqual(
            replay(scenario, engine).map(({ result }) => result),
            expected,
          );
        },
      ),
      { numRuns: 120 },
    );
  });
