/** Names of dynamic ids: what they are, that they resolve while the claim lives, and the order in which sources are asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UsernsError } from "../../src/core/index.ts";
import { parseGroup, parseNssLine, parsePasswd, printKept } from "../../src/formats/index.ts";
import {
  allocatedNames,
  type Claim,
  claimNames,
  fileNames,
  keepNames,
  lookUp,
  type NameSource,
  nameLines,
} from "../../src/policy/index.ts";
import { memoryLedger, storeOver } from "../../src/store/index.ts";

async function claimed(...owners: readonly string[]): Promise<readonly Claim[]> {
  const store = storeOver(memoryLedger(), () => 0);
  const request = { pool: "host", tenant: "t", size: 100 };
  return store.claimAll(owners.map((owner) => ({ ...request, owner, ttlMs: 1000 })));
}

test("the first id of a claim has its owner's name, every other one its number inside; back and forth", async () => {
  const [claim] = await claimed("web-0");
  const names = claimNames(claim ? [claim] : [], 999);
  const first = claim?.pieces[0]?.first ?? 0;
  for (const [id, name] of [
    [first, "container-web-0"],
    [first + 33, "container-web-0+33"],
    [first + 99, "container-web-0+99"],
  ] as const) {
    assert.equal(names.byId(id)?.name, name);
    assert.equal(names.byName(name)?.id, id);
  }
  for (const id of [first - 1, first + 100]) assert.equal(names.byId(id), null);
  for (const name of [
    "container-web-0+0",
    "container-web-0+033",
    "container-web-0+100",
    "container-web",
    "web-0",
    "container-web-0+",
  ])
    assert.equal(names.byName(name), null, name);
});

test("a name resolves while its claim lives", async () => {
  const claims = await claimed("web-0");
  assert.notEqual(claimNames(claims, 999).byName("container-web-0"), null);
  assert.equal(claimNames(claims, 1000).byName("container-web-0"), null);
});

test("no two ids have one name: of one owner's claims, of owners that no line can hold, of owners like numbers", async () => {
  const names = claimNames(await claimed("web", "web", "a:b", "c3", "web+1", "web-1"), 0);
  const all = Array.from(names.list(3), ({ name }) => name);
  assert.equal(new Set(all).size, 18);
  assert.deepEqual(
    all.filter((_, index) => index % 3 === 0),
    ["container-web", "container+c3", "container+c4", "container-c3", "container+c6", "container-web-1"],
  );
  for (const name of all) assert.equal(names.byId(names.byName(name)?.id ?? -1)?.name, name);
});

test("the ids of a claim in pieces are numbered by its map", async () => {
  const [claim] = await claimed("web");
  const pieces = [
    { first: 500, count: 2 },
    { first: 100, count: 3 },
  ];
  const names = claimNames(claim ? [{ ...claim, pieces }] : [], 0);
  assert.deepEqual(
    Array.from(names.list(9), ({ name, id }) => [name, id]),
    [
      ["container-web", 500],
      ["container-web+1", 501],
      ["container-web+2", 100],
      ["container-web+3", 101],
      ["container-web+4", 102],
    ],
  );
  assert.equal(names.byId(102)?.name, "container-web+4");
});

test("files keep the lines of others; ours are those of the claims that live", async () => {
  const names = claimNames(await claimed("web"), 0);
  const file = parsePasswd("# mine\ncontainer-old:*:5:5::/:\nzed:x:700:700::/:/bin/sh\ncontainer+c9:*:6:6::/:\nbad\n");
  assert.equal(
    printKept(keepNames(file, nameLines(names, "passwd", 1))),
    "# mine\nzed:x:700:700::/:/bin/sh\nbad\ncontainer-web:*:1879048192:1879048192:c2:/nonexistent:/usr/sbin/nologin\n",
  );
});

const silent = (status: "UNAVAIL" | "TRYAGAIN" | "NOTFOUND"): NameSource => ({
  byId: () => ({ status }),
  byName: () => ({ status }),
});

for (const [line, asked, expected] of [
  ["passwd: files alloc", 1879048192, "container-web alloc"],
  ["files alloc", 0, "root files"],
  ["files alloc", "container-web+5", "container-web+5 alloc"],
  ["files alloc", "nobody-knows", null],
  ["alloc custom files", "root", "root custom"],
  ["files custom", "root", "root files"],
  ["files [NOTFOUND=return] alloc", 1879048192, null],
  ["files [!NOTFOUND=return] alloc", 1879048192, "container-web alloc"],
  ["ldap files", "root", "root files"],
  ["ldap [UNAVAIL=return] files", "root", null],
  ["busy [TRYAGAIN=return] files", "root", null],
  ["busy [tryagain=continue] files", "root", "root files"],
  ["files [SUCCESS=continue] custom", "root", "root custom"],
  ["files [SUCCESS=continue] alloc", "root", null],
  ["files # alloc", 1879048192, null],
  ["", 0, null],
] as const)
  test(`nsswitch "${line}", asked for ${asked}: ${expected}`, async () => {
    const sources = new Map<string, NameSource>([
      ["files", fileNames(parsePasswd("root:x:0:0::/:\n"), parseGroup("root:x:0:\n"))],
      ["alloc", allocatedNames(claimNames(await claimed("web"), 0))],
      ["custom", { ...silent("NOTFOUND"), byName: (_, name) => ({ status: "SUCCESS", account: { name, id: 77 } }) }],
      ["busy", silent("TRYAGAIN")],
    ]);
    const found = lookUp(parseNssLine(line, "line"), sources, "user", asked);
    assert.equal(found && `${found.name} ${found.source}`, expected);
  });

for (const line of [
  "[NOTFOUND=return] files",
  "files [NOTFOUND=maybe]",
  "files [LOST=return]",
  "files [NOTFOUND=return",
])
  test(`nsswitch "${line}" is refused with its place`, () => {
    assert.throws(
      () => parseNssLine(line, "nsswitch.conf:7"),
      (error) => error instanceof UsernsError && error.where === "nsswitch.conf:7",
    );
  });
