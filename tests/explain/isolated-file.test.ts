/** What a task of an isolated namespace may make, against the formulas, on both engines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_ID, NO_ID } from "../../src/core/index.ts";
import { askIsolatedFile, type FileAsked, type IsolatedMount, type NestedNamespace } from "../../src/explain/index.ts";
import { ISOLATED } from "../../src/kernel/index.ts";
import { Formulas, nests } from "../suites/isolated-nests.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const creating = (id: number): FileAsked => ({
  ask: "create",
  isNosuid: false,
  task: { uid: id, gid: id, groups: [], caps: [], noNewPrivs: false },
  directory: { uid: 0, gid: 0, mode: 0o777 },
  file: { uid: 0, gid: 0, mode: 0o644, type: "file", caps: null },
  to: { uid: null, gid: null },
  toMode: 0,
});

/** Level of a nest that is isolated; null or -1 for none. */
function isolatedLevels(nest: readonly NestedNamespace[]): readonly number[] {
  return [...nest.keys()].filter((level) => nest[level]?.number !== 0);
}

for (const engine of ENGINES)
  test(`an id creates exactly where the formulas give it a place, and the disk keeps what they say, on ${engine.name}`, () =>
    fc.assert(
      fc.property(nests, fc.nat(), fc.nat(), fc.oneof(fc.nat(60), fc.nat(MAX_ID)), (nest, one, other, id) => {
        const formulas = new Formulas(nest);
        const inner = nest.length - 1;
        const kid = formulas.makeKuid(inner, id);
        fc.pre(kid[0] !== NO_ID);
        const levels = isolatedLevels(nest);
        const idmap = [null, ...levels][one % (levels.length + 1)] ?? null;
        const filesystem = [-1, ...levels][other % (levels.length + 1)] ?? -1;
        fc.pre(idmap === null || idmap !== filesystem);
        const from = (level: number | null) =>
          level === null || level < 0 ? null : { number: formulas.numberOf(level) };
        const mount: IsolatedMount = { idmap: from(idmap), filesystem: from(filesystem) };
        const asked = askIsolatedFile({ ...creating(id), nest, mount, profile: ISOLATED }, engine);
        assert.ok(asked.ok);
        const { answer, fixes } = asked.value;
        const held = formulas.fromVfsuid(idmap, filesystem, kid);
        const kept = held[0] === NO_ID ? NO_ID : formulas.fromKuid(filesystem, held);
        assert.equal(answer.ok, kept !== NO_ID, JSON.stringify({ mount, id }));
        assert.equal(answer.refusal?.errno, kept === NO_ID ? "EOVERFLOW" : undefined);
        assert.equal(answer.kept?.uid, kept === NO_ID ? undefined : kept);
        assert.ok(fixes.every((fix) => fix.answer.ok));
      }),
      { numRuns: 60 },
    ));
