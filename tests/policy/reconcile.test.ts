/** What is in use on a host against the ledger: every finding, and what would have to be adopted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { idSet } from "../../src/core/index.ts";
import { parseSubid } from "../../src/formats/index.ts";
import {
  adoptionsOfFindings,
  type Claim,
  grantUses,
  type IdUse,
  mappedUse,
  reconcile,
  type UseKind,
} from "../../src/policy/index.ts";

const claim = (id: number, owner: string, first: number, count: number, rest: Partial<Claim> = {}): Claim => ({
  id,
  pool: "host",
  pieces: [{ first, count }],
  owner,
  tenant: "t",
  purpose: null,
  key: null,
  source: null,
  claimedAt: 0,
  expiresAt: null,
  releasedAt: null,
  freeAt: null,
  freedAt: null,
  ...rest,
});

function use(by: UseKind, owner: string, first: number, count: number): IdUse {
  const ids = idSet([{ first, count }]);
  return { by, owner, where: owner, uid: ids, gid: ids };
}

const host = (uses: readonly IdUse[], claims: readonly Claim[] = []) => ({
  now: 100,
  claims,
  uses,
  users: [
    { name: "ben", id: 1000 },
    { name: "web", id: 100033 },
  ],
  groups: [],
});

/** Each finding in a word, with whom it is about. */
function found(uses: readonly IdUse[], claims: readonly Claim[] = []): readonly string[] {
  return reconcile(host(uses, claims)).map((finding) => {
    const ids = "ids" in finding ? finding.ids.map(({ first, count }) => `${first}:${count}`) : [];
    const names = [
      "use" in finding ? finding.use.owner : "",
      "other" in finding ? finding.other.owner : "",
      "claim" in finding ? `c${finding.claim.id}` : "",
      "account" in finding ? finding.account.name : "",
    ];
    return [finding.code, ...ids, ...names].filter((word) => word !== "").join(" ");
  });
}

for (const [title, uses, claims, expected] of [
  ["a claim that is in use is as it should be", [use("namespace", "n", 500, 10)], [claim(1, "web", 500, 10)], []],
  [
    "a namespace within a claim is its owner's business",
    [use("namespace", "n", 503, 2)],
    [claim(1, "web", 500, 10)],
    [],
  ],
  [
    "ids in use that nobody claimed are found, and only those",
    [use("namespace", "n", 505, 10)],
    [claim(1, "web", 500, 10)],
    ["unclaimed 510:5 n"],
  ],
  ["a claim of which no id is in use is found", [], [claim(1, "web", 500, 10)], ["unused c1"]],
  [
    "ids in use though they were given back are found",
    [use("namespace", "n", 509, 1)],
    [claim(1, "web", 500, 10, { releasedAt: 50 })],
    ["in-quarantine 509:1 n c1"],
  ],
  [
    "a claim whose time is up is in quarantine",
    [use("record", "r", 500, 10)],
    [claim(1, "web", 500, 10, { expiresAt: 50 })],
    ["in-quarantine 500:10 r c1"],
  ],
  [
    "two lines that grant one id are found",
    [use("grant", "a", 500, 10), use("grant", "b", 509, 10)],
    [claim(1, "a", 500, 10), claim(2, "b", 510, 9)],
    ["overlap 509:1 a b", "granted-away 509:1 b c1"],
  ],
  [
    "adjacent ranges share nothing",
    [use("record", "a", 500, 10), use("record", "b", 510, 10)],
    [claim(1, "x", 500, 20)],
    [],
  ],
  [
    "two containers with one id are found",
    [use("record", "a", 500, 10), use("record", "b", 500, 1)],
    [claim(1, "x", 500, 20)],
    ["overlap 500:1 a b"],
  ],
  [
    "two namespaces on ids that nobody has are found",
    [use("namespace", "a", 500, 10), use("namespace", "b", 505, 10)],
    [],
    ["unclaimed 500:10 a", "unclaimed 505:10 b", "overlap 505:5 a b"],
  ],
  [
    "two namespaces on ids of one line share what is its owner's",
    [use("grant", "ben", 500, 10), use("namespace", "a", 500, 10), use("namespace", "b", 500, 10)],
    [claim(1, "ben", 500, 10)],
    [],
  ],
  [
    "a line that grants what the ledger gave to another is found",
    [use("grant", "a", 500, 10)],
    [claim(1, "b", 500, 10)],
    ["granted-away 500:10 a c1"],
  ],
  [
    "a range over a real account is found",
    [use("grant", "a", 100000, 65536)],
    [claim(1, "a", 100000, 65536)],
    ["covers-account a web"],
  ],
  ["a line for the account itself is none", [use("grant", "ben", 1000, 1)], [claim(1, "ben", 1000, 1)], []],
  [
    "the last id there is counts",
    [use("record", "a", 4294967294, 1), use("record", "b", 4294967290, 5)],
    [],
    ["unclaimed 4294967294:1 a", "unclaimed 4294967290:5 b", "overlap 4294967294:1 a b"],
  ],
] as const satisfies readonly (readonly [string, readonly IdUse[], readonly Claim[], readonly string[]])[])
  test(`reconcile: ${title}`, () => assert.deepEqual(found(uses, claims), expected));

test("reconcile: the one line of a rootless container that is an account's own is no range of anybody's", () => {
  const maps = [
    { first: 0, lowerFirst: 1000, count: 1 },
    { first: 1, lowerFirst: 500, count: 10 },
    { first: 11, lowerFirst: 1001, count: 1 },
  ];
  const accounts = { users: [{ name: "ben", id: 1000 }], groups: [] };
  const { uid, gid } = mappedUse({ by: "namespace", owner: "n", where: "n" }, { uid: maps, gid: [] }, accounts);
  assert.deepEqual(
    [uid, gid],
    [
      [
        { first: 500, count: 10 },
        { first: 1001, count: 1 },
      ],
      [],
    ],
  );
});

test("what is unclaimed is adopted for the line that grants it, then for the record, then for the namespace", () => {
  const lines = parseSubid("a:500:10\na:505:10\n", "subuid");
  const uses = [
    use("namespace", "n", 500, 40),
    use("record", "r", 510, 20),
    ...grantUses(lines, "uid"),
    ...grantUses(lines, "gid"),
  ];
  const adoptions = adoptionsOfFindings(reconcile(host(uses)), { tenant: "t" });
  assert.deepEqual(
    adoptions.map(({ owner, first, count, source }) => [owner, first, count, source]),
    [
      ["a", 500, 10, "subuid:1"],
      ["a", 510, 5, "subuid:2"],
      ["r", 515, 15, "r"],
      ["n", 530, 10, "n"],
    ],
  );
});
