/** A plan that nests: its fs map holds what a namespace that really is nested comes to have, and leads to the same ids. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type IdMap, idMap, NO_ID } from "../../src/core/index.ts";
import { parsePasswd, parseSubfsid, parseSubid } from "../../src/formats/index.ts";
import { dryWriter, type ImageFacts, nestedFault, newFsidMap, STATIC_SHIFT } from "../../src/policy/index.ts";
import { down, INIT, type Line, linesIn, type Maps, write } from "../suites/fsid-tables.ts";

const ALICE = { uid: 1000, gid: 1000 };
const WIDTH = 20;
const AROUND: Line = [0, 100000, WIDTH];
const SHIFTED: Line = [0, STATIC_SHIFT.base, WIDTH];
const ids = (lines: readonly Line[]): IdMap =>
  idMap(lines.map(([first, lowerFirst, count]) => ({ first, lowerFirst, count })));

interface Given {
  readonly nested: readonly (readonly Line[])[];
  readonly args?: readonly string[];
  readonly shift?: string | null;
  readonly image?: ImageFacts | null;
  readonly isStrict?: boolean;
}

const asked = ({ nested, args = [], shift = `${STATIC_SHIFT.base}:${WIDTH}`, image = null, isStrict = false }: Given) =>
  newFsidMap(
    {
      passwd: parsePasswd("alice:x:1000:1000:::\n"),
      subuid: parseSubid(`alice:100000:${WIDTH}\nalice:${STATIC_SHIFT.base}:${WIDTH}\n`, "subuid"),
      subgid: parseSubid("", "subgid"),
      subfsuid: parseSubfsid("", "subfsuid"),
      subfsgid: parseSubfsid("", "subfsgid"),
    },
    {
      kind: "uid",
      caller: ALICE,
      target: "42",
      shift: args.length > 0 || image ? null : shift,
      image,
      args,
      idPlan: ids([AROUND]),
      nested: nested.map(ids),
      isStrict,
      staticShift: STATIC_SHIFT,
      find: () => ({ owner: ALICE, isIdMapWritten: false, fsMap: "empty", isSetgroupsAllowed: true }),
      findImage: () => null,
      write: dryWriter,
    },
  );

test("the map of a plan that nests leads where a namespace inside the one of the image leads by its mirror", () => {
  fc.assert(
    fc.property(fc.array(linesIn(0), { minLength: 1, maxLength: 2 }), (nested) => {
      // The namespaces one in the other, as the kernel makes them: only the outermost has an fs map of its own.
      const around: Maps = { ids: [], fs: [] };
      assert.ok(write(around, INIT, "fs", [SHIFTED], "fixed") && write(around, INIT, "ids", [AROUND], "fixed"));
      let innermost: Maps | null = around;
      for (const lines of nested) {
        const inside: Maps = { ids: [], fs: [] };
        innermost = innermost && write(inside, innermost, "ids", lines, "fixed") ? inside : null;
      }
      assert.equal(nestedFault({ idPlan: ids([AROUND]), nested: nested.map(ids) }) === null, innermost !== null);
      if (!innermost) return;
      const { exit, map, mount } = asked({ nested });
      assert.equal(exit, 0);
      const written = map.map(({ first, lowerFirst, count }): Line => [first, lowerFirst, count]);
      const through = mount?.map(({ first, lowerFirst, count }): Line => [first, lowerFirst, count]) ?? [];
      for (let id = 0; id < 2 * WIDTH; id++) {
        const disk = down(innermost.fs, id);
        assert.equal(down(written, id), disk);
        if (disk !== NO_ID) assert.equal(down(through, disk), down(innermost.ids, id));
      }
    }),
    { numRuns: 300 },
  );
});

test("of an image's owners, those that the nested namespace has no number for are not mapped", () => {
  const image = (owners: readonly number[]): ImageFacts => ({
    path: "/srv/image",
    root: { uid: STATIC_SHIFT.base, gid: STATIC_SHIFT.base },
    parentUid: 1000,
    manifest: {
      ok: true,
      manifest: {
        extents: { uid: [{ first: 0, lowerFirst: STATIC_SHIFT.base, count: WIDTH }], gid: [] },
        owners: { uid: owners, gid: [] },
      },
    },
    owners: { uid: [], gid: [] },
  });
  const told = asked({ nested: [[[0, 5, 3]]], image: image([4, 5, 7, 8]), isStrict: true });
  assert.deepEqual([told.check, told.unmapped], [16, [4, 8]]);
  assert.equal(asked({ nested: [[[0, 5, 3]]], image: image([5, 7]), isStrict: true }).exit, 0);
});

test("lines that are given are those of the innermost namespace; of a shift that it has nothing of no id has an fs id", () => {
  const given = asked({ nested: [[[0, 5, 3]]], args: ["0", "100000", "3"] });
  assert.equal(given.written[0]?.text, "0 100000 3\n");
  const apart = asked({ nested: [[[0, 15, 3]]], shift: `${STATIC_SHIFT.base}:10` });
  assert.deepEqual([apart.check, apart.written], [15, []]);
});
