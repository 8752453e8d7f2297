/** What umoci's suite expects of the header of a layer's entry. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { idMap } from "../../src/core/index.ts";
import { scanTar } from "../../src/shift/index.ts";
import { archive, entry, id7 } from "./archive.ts";
import { pieces, shift } from "./shifting.ts";

interface PeerLine {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}
interface PeerCase {
  readonly id: string;
  readonly op: string;
  readonly given: {
    readonly uids: readonly PeerLine[];
    readonly gids: readonly PeerLine[];
    readonly header: { readonly uid: number; readonly gid: number };
  };
  readonly expect: { readonly uid: number; readonly gid: number };
}

const { cases }: { readonly cases: readonly PeerCase[] } = JSON.parse(
  readFileSync("tests/vectors/peers/umoci.json", "utf8"),
);
const shifts = cases.filter(({ op }) => op === "tar.shift_entry");
const extents = (lines: readonly PeerLine[]) =>
  lines.map(({ inside, outside, count }) => ({ first: inside, lowerFirst: outside, count }));

test("umoci's suite has cases of shifting", () => assert.ok(shifts.length > 0));

for (const { id, given, expect } of shifts)
  test(id, async () => {
    const input = archive(entry({ uid: id7(given.header.uid), gid: id7(given.header.gid) }));
    const maps = { uids: idMap<"uid">(extents(given.uids)), gids: idMap<"gid">(extents(given.gids)) };
    const { ids } = await scanTar(pieces((await shift(input, maps)).bytes));
    assert.deepEqual(
      ids.map(({ kind, id: owner }) => [kind, owner]),
      [
        ["uid", expect.uid],
        ["gid", expect.gid],
      ],
    );
  });
