/** Which fs maps give away the files of the host's accounts, and that the calls that prove it do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type IdMap, idMap } from "../../src/core/index.ts";
import { fsMapFindings, type ReachedAccount } from "../../src/policy/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

const map = (...lines: (readonly [number, number, number])[]): IdMap =>
  idMap(lines.map(([first, lowerFirst, count]) => ({ first, lowerFirst, count })));

const IDS = map([0, 100000, 1000]);
const WEB: ReachedAccount = { kind: "uid", name: "web", id: 33 };
const STAFF: ReachedAccount = { kind: "gid", name: "staff", id: 50 };

const ROWS: readonly (readonly [
  rule: string,
  kind: "uid" | "gid",
  fs: IdMap,
  found: readonly (readonly [string, string, number])[],
])[] = [
  ["a range of its own is no finding", "uid", map([0, 300000, 1000]), []],
  ["id 0 of the host is one, whoever has it inside", "uid", map([5, 0, 1]), [["fs-map-reaches-root", "root", 5]]],
  ["so is its group", "gid", map([0, 0, 1]), [["fs-map-reaches-root", "root", 0]]],
  [
    "a real account is one, root first",
    "uid",
    map([0, 0, 100]),
    [
      ["fs-map-reaches-root", "root", 0],
      ["fs-map-reaches-account", "web", 33],
    ],
  ],
  ["a real group is one", "gid", map([7, 50, 1]), [["fs-map-reaches-account", "staff", 7]]],
  ["the account at the end of a line is one", "uid", map([0, 32, 2]), [["fs-map-reaches-account", "web", 1]]],
  ["the one after it is not", "uid", map([0, 32, 1]), []],
  [
    "an id that no process inside can have gives the files to whoever holds capabilities there",
    "uid",
    map([100000, 0, 1000]),
    [
      ["fs-map-reaches-root", "root", 100000],
      ["fs-map-reaches-account", "web", 100033],
    ],
  ],
  ["so for a group", "gid", map([100000, 50, 1]), [["fs-map-reaches-account", "staff", 100000]]],
];

for (const [rule, kind, fs, found] of ROWS)
  test(rule, () => {
    const findings = fsMapFindings(kind, fs, IDS, [WEB, STAFF]);
    assert.deepEqual(
      findings.map(({ code, account, inside }) => [code, account.name, inside]),
      found,
    );
    for (const { proof, because } of findings) {
      assert.match(
        because,
        /gives ([ug]id \d+ inside|capabilities inside \([ug]id \d+ is no process there\)) the files of/,
      );
      for (const engine of ENGINES)
        assert.deepEqual(
          replay(loadScenario(proof), engine).flatMap(({ differences }) => differences),
          [],
        );
    }
  });
