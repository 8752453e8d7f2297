/** What the suites of shadow and FreeIPA expect of subid files. Cases of allocation, and of useradd and usermod, are named. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { parsePasswd, parseSubid, printSubid } from "../../src/formats/index.ts";
import { coveredAccounts, grantsListedFor, grantsThatHold, grantsTo, removeOwner } from "../../src/policy/index.ts";

interface PeerCase {
  readonly id: string;
  readonly op: string;
  readonly given: Given;
  readonly expect: Readonly<Record<string, unknown>>;
}

interface Given {
  readonly argv: readonly string[];
  readonly subuid: readonly string[];
  readonly subgid: readonly string[];
  readonly lines: readonly string[];
  readonly users: Readonly<Record<string, number>>;
  readonly id: number;
  readonly user: string;
  readonly uid: number;
  readonly ranges: readonly (readonly [number, number])[];
  readonly maps: readonly { readonly outside: number; readonly count: number }[];
}

const fileOf = (lines: readonly string[]) => parseSubid(lines.map((line) => `${line}\n`).join(""));
const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");
const passwdOf = (users: Readonly<Record<string, number>>) =>
  parsePasswd(
    Object.entries(users)
      .map(([name, uid]) => `${name}:x:${uid}:${uid}:::\n`)
      .join(""),
  );

const CHECKS: Readonly<Record<string, (given: Given) => unknown>> = {
  "subid.list": ({ lines, user, uid }) => ({
    ranges: grantsListedFor(fileOf(lines), user, [{ name: user, id: uid }]).map(({ entry }) => [
      Number(entry.first),
      Number(entry.count),
    ]),
  }),
  "subid.owners": ({ lines, users, id }) => {
    const covering = coveredAccounts(fileOf(lines), "user", [{ name: "", id }]);
    return { owners: covering.map(({ entry }) => users[entry.owner]) };
  },
  "newuidmap.allowed": ({ user, uid, ranges, maps }) => {
    const passwd = passwdOf({ [user]: uid });
    const file = fileOf(ranges.map(([first, count]) => `${user}:${first}:${count}`));
    const grants = grantsTo(file, { name: user, uid, gid: uid }, passwd);
    const isAllowed = maps.every(
      ({ outside, count }) =>
        (outside === uid && count === 1) || grantsThatHold(grants, { first: outside, count }) !== null,
    );
    return { allowed: isAllowed };
  },
  userdel: ({ argv, subuid, subgid }) => {
    const left = (lines: readonly string[]) => linesOf(printSubid(removeOwner(fileOf(lines), argv[1] ?? "")));
    return { subuid: left(subuid), subgid: left(subgid) };
  },
};

const opOf = ({ op, given }: PeerCase) => (op === "subid.command" ? (given.argv[0] ?? op) : op);

/** An empty file is written as one empty line in the cases, and what does not change as a word. */
function expected({ given, expect }: PeerCase): unknown {
  const settled = (key: string, value: unknown) => {
    const lines = value === "unchanged" && (key === "subuid" || key === "subgid") ? given[key] : value;
    return Array.isArray(lines) && (key === "subuid" || key === "subgid") ? lines.filter((line) => line !== "") : lines;
  };
  return Object.fromEntries(Object.entries(expect).map(([key, value]) => [key, settled(key, value)]));
}

for (const [suite, count] of [
  ["shadow-subids", 7],
  ["freeipa-subids", 0],
] as const)
  test(`${suite}: subid files are read, asked and edited as the peer expects`, (t: TestContext) => {
    const { cases }: { readonly cases: readonly PeerCase[] } = JSON.parse(
      readFileSync(`tests/vectors/peers/${suite}.json`, "utf8"),
    );
    const notRun: string[] = [];
    let run = 0;
    for (const peer of cases) {
      const check = CHECKS[opOf(peer)];
      if (!check) {
        notRun.push(peer.id);
        continue;
      }
      assert.deepEqual(check(peer.given), expected(peer), peer.id);
      run++;
    }
    assert.equal(run, count, "cases run");
    t.diagnostic(`not run (allocation; useradd and usermod): ${notRun.join(", ")}`);
  });
