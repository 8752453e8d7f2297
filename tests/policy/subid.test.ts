import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  badLines,
  parseGroup,
  parseLoginDefs,
  parsePasswd,
  parseSubid,
  printKept,
  printSubid,
  setLoginDef,
} from "../../src/formats/index.ts";
import {
  addSubid,
  coveredAccounts,
  groupsOf,
  lowestFreeRange,
  subIdDefaults,
  takeSubid,
  usersOf,
} from "../../src/policy/index.ts";

const SEED = Number(process.env.USERNS_SEED ?? 20241124);

test("any text of a subid file, passwd, group or login.defs is written back byte for byte", () => {
  const piece = fc.constantFrom("alice", ":", "100000", "\n", "#", " ", "\r", "-1", "x", "\0", "\t", "SUB_UID_MIN");
  const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, (any) => {
      for (const parse of [parseSubid, parsePasswd, parseGroup, parseLoginDefs])
        assert.equal(printKept(parse(any)), any);
    }),
    { seed: SEED },
  );
});

test("a bad line is reported with file and line, and stays when others are edited", () => {
  const file = parseSubid("# mine\nben:1\nben:100:50\n\nben:x:1\nann:100:50", "/etc/subuid");
  assert.deepEqual(
    badLines(file).map(({ where }) => where),
    ["/etc/subuid:2", "/etc/subuid:5"],
  );
  const edited = addSubid(takeSubid(file, { owner: "ben", first: 110n, count: 10n }), {
    owner: "joe",
    first: 7n,
    count: 1n,
  });
  assert.equal(printSubid(edited), "# mine\nben:1\nben:100:10\n\nben:x:1\nann:100:50\nben:120:30\njoe:7:1\n");
});

test("a new user's range goes around lines that were commented out, and over lines of NIS (as useradd 4.13 was seen to)", () => {
  const defaults = { min: 100000n, max: 600100000n, count: 65536n };
  const firstFree = (text: string) => {
    const choice = lowestFreeRange(parseSubid(text), defaults);
    return choice.ok ? choice.range.first : choice.why;
  };
  assert.equal(firstFree("+foo:100000:65536\n-neg:165536:10\nfoo:300000:10\n+:7:7\n"), 100000);
  assert.equal(firstFree("#old:100000:65536\n # two:165536:65536\n"), 231072);
  assert.equal(firstFree("#old:100000:65536:x\n+#b:165536:65536\n"), 165536);
});

test("a line of NIS is nobody's: it is reported, and stays when ranges are given and taken", () => {
  const file = parseSubid("+foo:100000:65536\n-foo:1:1\nfoo:300000:10\n");
  assert.deepEqual(
    badLines(file).map(({ where }) => where),
    ["/etc/subuid:1", "/etc/subuid:2"],
  );
  const taken = takeSubid(file, { owner: "foo", first: 1n, count: 400000n });
  assert.equal(printSubid(taken), "+foo:100000:65536\n-foo:1:1\n");
});

test("taking a range away cuts, splits or drops the owner's lines and no other id (seed printed on failure)", () => {
  const range = fc.record({ first: fc.nat(30), count: fc.integer({ min: 1, max: 12 }) });
  fc.assert(
    fc.property(fc.array(range, { maxLength: 4 }), range, (granted, taken) => {
      const text = granted.map(({ first, count }) => `ben:${first}:${count}\nann:${first}:${count}\n`).join("");
      const held = (printed: string, owner: string) =>
        new Set(
          printed.split("\n").flatMap((line) => {
            const [name, first, count] = line.split(":");
            return name === owner ? Array.from({ length: Number(count) }, (_, step) => Number(first) + step) : [];
          }),
        );
      const after = printSubid(
        takeSubid(parseSubid(text), { owner: "ben", first: BigInt(taken.first), count: BigInt(taken.count) }),
      );
      const kept = [...held(text, "ben")].filter((id) => id < taken.first || id >= taken.first + taken.count);
      assert.deepEqual([...held(after, "ben")].sort(), kept.sort());
      assert.deepEqual(held(after, "ann"), held(text, "ann"));
    }),
    { seed: SEED },
  );
});

test("a range that covers another account is a finding; one's own id is none (CVE-2024-56433)", () => {
  const subid = parseSubid("ben:100000:10\n1000:1000:1\nweb:5:0\nbig:4294967290:100\n", "/etc/subuid");
  const passwd = parsePasswd("ben:x:1000:1000::/:\nedge:x:100009:1::/:\npast:x:100010:1::/:\nroot:x:5:5::/:\n");
  const found = coveredAccounts(subid, "user", usersOf(passwd));
  assert.deepEqual(
    found.map(({ where, account }) => [where, account.name]),
    [["/etc/subuid:1", "edge"]],
  );
  const groups = groupsOf(parseGroup("staff:x:100003:ben\n"));
  assert.deepEqual(
    coveredAccounts(subid, "group", groups).map(({ account }) => account),
    [{ kind: "group", name: "staff", id: 100003 }],
  );
});

test("SUB_* settings have their defaults, are read from the last line, and are changed where they stand", () => {
  const defs = parseLoginDefs("# ids\nSUB_UID_MIN\t200000\nUMASK 022\n", "login.defs");
  assert.deepEqual(subIdDefaults(defs, "uid"), { min: 200000n, max: 600100000n, count: 65536n });
  assert.equal(printKept(setLoginDef(defs, "SUB_UID_MIN", "5")), "# ids\nSUB_UID_MIN\t5\nUMASK 022\n");
  assert.equal(
    printKept(setLoginDef(defs, "SUB_GID_MIN", "5")),
    "# ids\nSUB_UID_MIN\t200000\nUMASK 022\nSUB_GID_MIN\t5\n",
  );
  assert.throws(() => subIdDefaults(parseLoginDefs("SUB_UID_MAX many\n", "f"), "uid"), /f:1: .*SUB_UID_MAX/);
});
