/** What a task of an isolated namespace may make, against the formulas, on both engines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_ID, NO_ID } from "../../src/core/index.ts";
import { askIsolatedFile, type FileAsked, type IsolatedMount, type NestedNamespace } from "../../src/explain/index.ts";
import { ISOLATED } from "../../src/kernel/index.ts";
import { formulasOf, nests } from "../suites/isolated-nests.ts";
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

/** The places in a nest that are isolated; 0 is that of the initial namespace. */
function isolatedPlaces(nest: readonly NestedNamespace[]): readonly number[] {
  return [...nest.entries()].flatMap(([index, { number }]) => (number === 0 ? [] : [index + 1]));
}

for (const engine of ENGINES)
  test(`an id creates exactly where the formulas give it a place, and the disk keeps what they say, on ${engine.name}`, () =>
    fc.assert(
      fc.property(nests, fc.nat(), fc.nat(), fc.oneof(fc.nat(60), fc.nat(MAX_ID)), (nest, one, other, id) => {
        const formulas = formulasOf(nest);
        const kid = formulas.makeKid(nest.length, id);
        fc.pre(kid[0] !== NO_ID);
        const places = isolatedPlaces(nest);
        const idmap = [null, ...places][one % (places.length + 1)] ?? null;
        const filesystem = [0, ...places][other % (places.length + 1)] ?? 0;
        fc.pre(idmap === null || idmap !== filesystem);
        const from = (place: number) => (place === 0 ? null : { number: nest[place - 1]?.number ?? 0 });
        const mount: IsolatedMount = { idmap: from(idmap ?? 0), filesystem: from(filesystem) };
        const asked = askIsolatedFile({ ...creating(id), nest, mount, profile: ISOLATED }, engine);
        assert.ok(asked.ok);
        const { answer, fixes } = asked.value;
        const held = formulas.fromVfsid({ idmap, filesystem }, kid);
        const kept = held[0] === NO_ID ? NO_ID : formulas.fromKid(filesystem, held);
        assert.equal(answer.ok, kept !== NO_ID, JSON.stringify({ mount, id }));
        assert.equal(answer.refusal?.errno, kept === NO_ID ? "EOVERFLOW" : undefined);
        assert.equal(answer.kept?.uid, kept === NO_ID ? undefined : kept);
        assert.ok(fixes.every((fix) => fix.answer.ok));
      }),
      { numRuns: 60 },
    ));
