/** Where the path of an entry stands, and what is said of one that leads out of the archive's folder. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scanTar } from "../../src/shift/index.ts";
import { archive, bytes, concat, entry, GNU, header, pax, type Records } from "./archive.ts";
import { pieces } from "./shifting.ts";

const SPARSE: Records = { "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" };
const MADE_UP = entry({ name: "GNUSparseFile.7/disk" }, `1\n0\n1\n${"\0".repeat(506)}x`);
const LONG = "d/".repeat(600);

/** The rule, the archive, and the path of its entry: as an entry's, and as an example of who owns what. */
const ROWS: readonly (readonly [rule: string, input: readonly Uint8Array[], path: string, example?: string])[] = [
  ["the header's name", [entry({ name: "etc/shadow" })], "etc/shadow"],
  ["the header's prefix and name", [entry({ prefix: "usr/share", name: "doc" })], "usr/share/doc"],
  ["GNU tar has no prefix", [entry({ prefix: "xyz", name: "doc", magic: GNU })], "doc"],
  ["a GNU long name", [entry({ type: "L", magic: GNU }, "long\0"), entry({ name: "short" })], "long"],
  ["a pax record", [pax({ path: "caf\xc3\xa9" }), entry({ name: "short" })], "café"],
  ["an empty pax record states none", [pax({ path: "" }), entry({ name: "short" })], "short"],
  [
    "a sparse file's is a record of its own, whatever the others say",
    [pax({ ...SPARSE, "GNU.sparse.name": "var/disk", path: "GNUSparseFile.7/disk" }), MADE_UP],
    "var/disk",
  ],
  ["an empty one states none either", [pax({ ...SPARSE, "GNU.sparse.name": "" }), MADE_UP], "GNUSparseFile.7/disk"],
  ["bytes that are no UTF-8 are written out", [entry({ name: "caf\xe9" })], "caf\\xe9"],
  ["a very long one is cut as an example", [pax({ path: LONG }), entry()], LONG, `${LONG.slice(0, 1024)}…`],
];

for (const [rule, input, path, example = path] of ROWS)
  for (const sizes of [[100_000], [7]])
    test(`a path is ${rule}; pieces of ${sizes}`, async () => {
      const paths: string[] = [];
      const { ids } = await scanTar(pieces(archive(...input), sizes), { onEntry: (one) => paths.push(one.path) });
      assert.deepEqual(paths, [path]);
      assert.deepEqual(ids[0]?.examples, [example]);
    });

test("a very long path is not cut inside a character", async () => {
  const { ids } = await scanTar(pieces(archive(pax({ path: `x${"\xc3\xa9".repeat(600)}` }), entry())));
  assert.deepEqual(ids[0]?.examples, [`x${"é".repeat(511)}…`]);
});

test("an error in the body of a sparse file names the file", async () => {
  const input = concat(
    pax({ ...SPARSE, "GNU.sparse.name": "var/disk" }),
    header({ size: "00000001000\0" }),
    bytes("x"),
  );
  await assert.rejects(scanTar(pieces(input)), /entry 1 "var\/disk", byte 1537/);
});

/** What leads out by one reader's understanding or another's. */
const OUT: readonly (readonly [what: string, input: readonly Uint8Array[]])[] = [
  ["a header's name", [entry({ name: "a/../../b" })]],
  ["a pax record", [pax({ path: "../b" }), entry()]],
  ["the name of a sparse file", [pax({ ...SPARSE, "GNU.sparse.name": "../b" }), MADE_UP]],
  ["a path that the name of a sparse file covers", [pax({ ...SPARSE, "GNU.sparse.name": "b", path: "../b" }), MADE_UP]],
  ["a hard link's target", [entry({ type: "1", at: { 157: "../b" } })]],
];

for (const [what, input] of OUT)
  test(`${what} that leads out of the folder is refused where paths stay inside, and else taken`, async () => {
    await assert.rejects(scanTar(pieces(archive(...input)), { paths: "inside" }), /stays inside the archive's folder/);
    assert.equal((await scanTar(pieces(archive(...input)))).entries, 1);
  });
