/** The rules by which others hand out ids, against what their own suites expect. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Extent, idSet, type Range } from "../../src/core/index.ts";
import { parseGroup, parsePasswd, parseSubid, podRecord } from "../../src/formats/index.ts";
import {
  autoUsernsMap,
  autoUsernsSize,
  formulaRange,
  grantedRange,
  groupsOf,
  isPodOfPool,
  kubeletPoolFault,
  lowestFreeRange,
  POOL_PROFILES,
  type RangeChoice,
  reconcile,
  type SubIdDefaults,
  usersOf,
} from "../../src/policy/index.ts";
import { memoryLedger, storeOver } from "../../src/store/index.ts";

interface PeerCase {
  readonly id: string;
  readonly op: string;
  readonly given: Given;
  readonly expect: Readonly<Record<string, unknown>>;
}

type Pairs = readonly (readonly [number, number])[];
interface Line {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

interface Given {
  readonly argv: readonly string[];
  readonly subuid: readonly string[];
  readonly lines: readonly string[];
  readonly user: string;
  readonly count: number;
  readonly always_new: boolean;
  readonly uid_policy: { readonly min: number; readonly max: number; readonly count: number };
  readonly uid: number;
  readonly uid_min: number;
  readonly sub_min: number;
  readonly sub_max: number;
  readonly first_id: number;
  readonly length: number;
  readonly max_pods: number;
  readonly ids_per_pod: number;
  readonly pool: { readonly first_id: number; readonly length: number; readonly ids_per_pod: number };
  readonly file: unknown;
  readonly recorded: Readonly<Record<string, number>>;
  readonly running: readonly string[];
  readonly known: readonly string[];
  readonly size: number;
  readonly available_uids: Pairs;
  readonly available_gids: Pairs;
  readonly used_uids: readonly Line[];
  readonly used_gids: readonly Line[];
  readonly additional_uids: readonly Line[];
  readonly additional_gids: readonly Line[];
  readonly passwd: string;
  readonly group: string;
}

const fileOf = (lines: readonly string[]) => parseSubid(lines.map((line) => `${line}\n`).join(""));
const settings = (min: number, max: number, count: number): SubIdDefaults => ({
  min: BigInt(min),
  max: BigInt(max),
  count: BigInt(count),
});
const extents = (lines: readonly Line[]): Extent[] =>
  lines.map(({ inside, outside, count }) => ({ first: inside, lowerFirst: outside, count }));
const linesOf = (map: readonly Extent[]): Line[] =>
  map.map(({ first, lowerFirst, count }) => ({ inside: first, outside: lowerFirst, count }));
const setOf = (pairs: Pairs) => idSet(pairs.map(([first, end]): Range => ({ first, count: end - first })));
const firstAndLast = (choice: RangeChoice) =>
  choice.ok ? { first: choice.range.first, last: choice.range.first + choice.range.count - 1 } : { error: true };

async function cleanedUp({ recorded, running, known }: Given) {
  const store = storeOver(memoryLedger());
  const count = 65536;
  const pods = Object.entries(recorded).map(([owner, first]) => ({ owner, first, count }));
  const claims = await store.adopt(pods.map((pod) => ({ ...pod, tenant: "pods", source: pod.owner })));
  const uses = pods
    .filter(({ owner }) => running.includes(owner) || known.includes(owner))
    .map(({ owner, ...range }) => ({ by: "record" as const, owner, where: owner, uid: [range], gid: [range] }));
  const findings = reconcile({ now: Date.now(), claims, uses, users: [], groups: [] });
  const freed = findings.flatMap((finding) => (finding.code === "unused" ? [finding.claim.owner] : []));
  return { kept: pods.map(({ owner }) => owner).filter((owner) => !freed.includes(owner)), freed };
}

const CHECKS: Readonly<Record<string, (given: Given) => unknown>> = {
  "alloc.deterministic": ({ uid, uid_min, sub_min, sub_max, count }) =>
    firstAndLast(formulaRange(uid, uid_min, settings(sub_min, sub_max, count))),
  "subid.grant": ({ lines, user, count, always_new }) => {
    const choice = grantedRange(fileOf(lines), user, settings(100000, 600100000, count), always_new);
    assert.ok(choice.ok);
    const own = lines.filter((line) => line.startsWith(`${user}:`));
    const isNew = !own.some((line) => line.startsWith(`${user}:${choice.range.first}:`));
    return { range: [choice.range.first, choice.range.count], lines_of_user: own.length + (isNew ? 1 : 0) };
  },
  "k8s.pool_config": ({ first_id: first, length: count, ids_per_pod: idsPerPod, max_pods }) => ({
    valid: kubeletPoolFault({ first, count, idsPerPod }, max_pods) === null,
  }),
  "k8s.pod_file": ({ pool, file }) => {
    const { first_id: first, length: count, ids_per_pod: idsPerPod } = pool;
    try {
      const { maps } = podRecord(JSON.stringify(file), "userns", "pod");
      return { accepted: isPodOfPool({ first, count, idsPerPod }, maps) };
    } catch {
      return { accepted: false };
    }
  },
  "alloc.reconcile": cleanedUp,
  "alloc.auto_userns": ({ size, ...given }) => {
    const uids = autoUsernsMap({
      size,
      available: setOf(given.available_uids),
      used: extents(given.used_uids),
      additional: extents(given.additional_uids),
    });
    const gids = autoUsernsMap({
      size,
      available: setOf(given.available_gids),
      used: extents(given.used_gids),
      additional: extents(given.additional_gids),
    });
    return uids && gids ? { uids: linesOf(uids), gids: linesOf(gids) } : { error: true };
  },
  "auto.size_from_files": ({ passwd, group }) => {
    const users = parsePasswd(passwd);
    const gids = users.lines.flatMap(({ entry }) => (entry ? [{ name: entry.name, id: entry.gid }] : []));
    return { size: autoUsernsSize([...usersOf(users), ...gids, ...groupsOf(parseGroup(group))]) };
  },
};

for (const [suite, count] of [
  ["kubernetes-userns", 9],
  ["storage-auto-userns", 5],
  ["shadow-subids", 6],
] as const)
  test(`${suite}: others' rules choose and refuse as the peer expects`, async (t) => {
    const { cases }: { readonly cases: readonly PeerCase[] } = JSON.parse(
      readFileSync(`tests/vectors/peers/${suite}.json`, "utf8"),
    );
    const run = cases.filter(({ op }) => CHECKS[op]);
    for (const { id, op, given, expect } of run) assert.deepEqual(await CHECKS[op]?.(given), expect, id);
    assert.equal(run.length, count, "cases run");
    const left = cases.filter(({ op }) => op === "k8s.host_users").map(({ id }) => id);
    if (left.length > 0) t.diagnostic(`the kubelet's own: which pods have a namespace at all: ${left.join(", ")}`);
  });

/** What the cases say of useradd's choice: the line that it adds, or that it can add none. */
function addedLine({ argv, expect }: Pick<PeerCase, "expect"> & Pick<Given, "argv">): unknown {
  if (expect.error === true) return null;
  const lines = Array.isArray(expect.subuid) ? expect.subuid : [];
  return lines.at(-1) === undefined || argv[0] !== "useradd" ? undefined : lines.at(-1);
}

test("shadow-subids: the range that useradd chooses; in which order it then writes the file is shadow's own", () => {
  const { cases }: { readonly cases: readonly PeerCase[] } = JSON.parse(
    readFileSync("tests/vectors/peers/shadow-subids.json", "utf8"),
  );
  let run = 0;
  for (const { id, op, given, expect } of cases) {
    if (op !== "subid.command" || given.argv[0] !== "useradd") continue;
    const expected = addedLine({ argv: given.argv, expect });
    // Refused for its groups, or without any file to write to.
    const isOfUsers = !JSON.stringify(expect.messages ?? "").includes("group IDs");
    if (expected === undefined || !isOfUsers) continue;
    const { min, max, count } = given.uid_policy;
    const choice = lowestFreeRange(fileOf(given.subuid), settings(min, max, count));
    assert.equal(choice.ok ? `foo:${choice.range.first}:${choice.range.count}` : null, expected, id);
    run++;
  }
  assert.equal(run, 13);
});

test("every pool profile is a pool that a store takes, and hands out its first range", async () => {
  const firsts: unknown[] = [];
  for (const { name, pool } of POOL_PROFILES) {
    const store = storeOver(memoryLedger());
    await store.setPool({ ...pool, name });
    const { pieces } = await store.claim({ pool: name, owner: "x", tenant: "t" });
    firsts.push([name, pieces[0]?.first]);
  }
  assert.deepEqual(firsts, [
    ["freeipa", 2147483648],
    ["incus", 1065536],
    ["kubelet", 65536],
    ["nspawn", 524288],
    ["shadow", 100000],
  ]);
});
