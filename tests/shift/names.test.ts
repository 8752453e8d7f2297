/** Names beside ids: which are counted, of which header, and how many are kept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type NameTally, scanTar, UnmappedError } from "../../src/shift/index.ts";
import { archive, entry, type Header, id7, pax, V7 } from "./archive.ts";
import { pieces, tryShift } from "./shifting.ts";

const LISA: Header = { uid: id7(1000), gid: id7(100), uname: "lisa", gname: "users" };

/** The rule, the entries, and the names of uid 1000. */
const ROWS: readonly (readonly [rule: string, entries: readonly Uint8Array[], names: readonly NameTally[]])[] = [
  ["the name in the header", [entry(LISA)], [{ name: "lisa", entries: 1 }]],
  ["an empty name is none", [entry({ ...LISA, uname: "" })], []],
  ["a header from before ustar has no names", [entry({ ...LISA, magic: V7 })], []],
  ["a name that fills its field", [entry({ ...LISA, uname: "n".repeat(32) })], [{ name: "n".repeat(32), entries: 1 }]],
  [
    "a pax record overrides the header",
    [pax({ uname: "elisabeth" }), entry(LISA)],
    [{ name: "elisabeth", entries: 1 }],
  ],
  [
    "an empty record gives the name back to the header",
    [pax({ uname: "" }), entry(LISA)],
    [{ name: "lisa", entries: 1 }],
  ],
  [
    "the name stands beside the uid of a pax record",
    [pax({ uid: "1000" }), entry({ ...LISA, uid: id7(5) })],
    [{ name: "lisa", entries: 1 }],
  ],
  [
    "more than one name for one id, most frequent first",
    [entry({ ...LISA, uname: "bart" }), entry(LISA), entry(LISA)],
    [
      { name: "lisa", entries: 2 },
      { name: "bart", entries: 1 },
    ],
  ],
];

for (const [rule, entries, expected] of ROWS)
  test(`names: ${rule}`, async () => {
    const { ids } = await scanTar(pieces(archive(...entries), [700]));
    assert.deepEqual(ids.find(({ kind, id }) => kind === "uid" && id === 1000)?.names, expected);
  });

test("names: users' beside users and groups' beside groups", async () => {
  const { ids } = await scanTar(pieces(archive(entry(LISA))));
  assert.deepEqual(
    ids.map(({ kind, names }) => `${kind} ${names.map(({ name }) => name)}`),
    ["uid lisa", "gid users"],
  );
});

test("names: eight are kept for an id, and counted on", async () => {
  const entries = Array.from({ length: 20 }, (_, k) => entry({ ...LISA, uname: `n${k % 10}` }));
  const { ids } = await scanTar(pieces(archive(...entries)));
  assert.deepEqual(
    ids[0]?.names,
    Array.from({ length: 8 }, (_, k) => ({ name: `n${k}`, entries: 2 })),
  );
});

test("names: a refused id is reported with its name, from before names are dropped", async () => {
  const { error } = await tryShift(archive(entry({ ...LISA, uid: id7(70_000) })), { names: "drop" });
  assert.ok(error instanceof UnmappedError);
  assert.deepEqual(error.unmapped[0]?.names, [{ name: "lisa", entries: 1 }]);
});
