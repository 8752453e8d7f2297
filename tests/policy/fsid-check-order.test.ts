/** newfsuidmap's seventeen checks: the exact words of each, and which of two that would refuse decides. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { idMap } from "../../src/core/index.ts";
import { parsePasswd, parseSubfsid, parseSubid, readManifest } from "../../src/formats/index.ts";
import {
  dryWriter,
  FSID_CHECK_ORDER,
  type FsidTarget,
  type ImageFacts,
  type NewFsidMapRun,
  newFsidMap,
  STATIC_SHIFT,
} from "../../src/policy/index.ts";

const S = STATIC_SHIFT.base;
const ALICE = { uid: 1000, gid: 1000 };
const IMAGE: ImageFacts = {
  path: "/srv/debian",
  root: { uid: S, gid: S },
  parentUid: 1000,
  manifest: null,
  owners: { uid: [], gid: [] },
};

/** What alice asks for, and what the tool finds. */
interface Case {
  readonly run: Partial<NewFsidMapRun>;
  readonly args: readonly string[];
  readonly passwd: string;
  readonly subuid: string;
  readonly target: FsidTarget | null;
  readonly image: ImageFacts | null;
}

const GOOD: Case = {
  run: {},
  args: ["0", "100000", "10"],
  passwd: "alice:x:1000:1000:::\n",
  subuid: "alice:100000:65536\n",
  target: { owner: ALICE, isIdMapWritten: false, fsMap: "empty", isSetgroupsAllowed: true },
  image: null,
};

const withTarget = (at: Case, change: Partial<FsidTarget>): Case => ({
  ...at,
  target: at.target && { ...at.target, ...change },
});
const withImage = (at: Case, change: Partial<ImageFacts>): Case => ({
  ...at,
  image: { ...(at.image ?? IMAGE), ...change },
});
const withLine = (at: Case, ...line: readonly number[]): Case => ({ ...at, args: [...at.args, ...line.map(String)] });

const USAGE =
  "usage: newfsuidmap [<pid>|fd:<pidfd>] [--image=<path>|--shift=<own|static|base>] [<fsuid> <lowerfsuid> <count>] ...";

/** What is wrong by each check, in their order, and what the tool then says. */
const FAULTS: readonly (readonly [says: string, spoil: (at: Case) => Case])[] = [
  [USAGE, (at) => ({ ...at, run: { ...at.run, target: "x" } })],
  [`ranges: N is wrong for argc: N\n${USAGE}`, (at) => withLine(at, 1)],
  ["subuid overflow detected.", (at) => withLine(at, 20, 100020, 0)],
  ["Cannot determine your user name.", (at) => ({ ...at, passwd: "bob:x:1001:1001:::\n" })],
  ["Could not stat directory for target process", (at) => ({ ...at, target: null })],
  [
    "Target process is owned by a different user: uid:1000 pw_uid:1000 st_uid:1, gid:1000 pw_gid:1000 st_gid:2",
    (at) => withTarget(at, { owner: { uid: 1, gid: 2 } }),
  ],
  ["kernel doesn't support fsid mappings", (at) => withTarget(at, { fsMap: "none" })],
  ["uid_map is already set, fsuid_map must be written first", (at) => withTarget(at, { isIdMapWritten: true })],
  ["fsuid_map is already set", (at) => withTarget(at, { fsMap: "written" })],
  [
    "image /srv/debian: no id manifest and root owner 300000 is not on a 65536 boundary",
    (at) => withImage({ ...at, args: [] }, { root: { uid: 300000, gid: 300000 } }),
  ],
  [
    'image /srv/debian: manifest line 1: expected the line "userns-image-ids 1" (got nothing)',
    (at) => withImage({ ...at, args: [] }, { manifest: readManifest("", "m") }),
  ],
  ["fsuid range [30-40) -> [300000-300010) not allowed", (at) => withLine(at, 30, 300000, 10)],
  [
    "fsuid range [40-41) -> [0-1) contains host root",
    (at) => withLine({ ...at, subuid: `${at.subuid}alice:0:10\n` }, 40, 0, 1),
  ],
  [
    "image /srv/debian: enclosing directory is owned by uid 1001",
    (at) => withLine(withImage(at, { parentUid: 1001 }), 100, S, 65536),
  ],
  [
    "uid 900000 is in the id map but has no fsuid, setuid(900000) would fail",
    (at) => ({ ...at, run: { ...at.run, idPlan: idMap([{ first: 900000, lowerFirst: 100000, count: 1 }]) } }),
  ],
  [
    "image /srv/debian uses uid 70000, which is not mapped",
    (at) => withImage({ ...at, run: { ...at.run, isStrict: true } }, { owners: { uid: [70000], gid: [] } }),
  ],
  [
    "write to fsuid_map failed: Invalid argument",
    (at) => ({ ...at, run: { ...at.run, write: () => ({ errno: "EINVAL", because: "so" }) } }),
  ],
];

/** Checks, from 1, that cannot both have something to refuse. */
const APART: readonly (readonly [number, number, why: string])[] = [
  [7, 9, "a kernel without the file has none that is written"],
  [10, 11, "where an image has a manifest nobody asks who owns its root"],
  ...[12, 13, 14].flatMap((line) =>
    [10, 11].map((image): [number, number, string] => [
      image,
      line,
      "lines that are given are not looked for in an image",
    ]),
  ),
];

function said({ run, args, passwd, subuid, target, image }: Case) {
  const files = {
    passwd: parsePasswd(passwd),
    subuid: parseSubid(subuid, "subuid"),
    subgid: parseSubid("", "subgid"),
    subfsuid: parseSubfsid(`alice:${S}:65536:/srv/debian\n`, "subfsuid"),
    subfsgid: parseSubfsid("", "subfsgid"),
  };
  return newFsidMap(files, {
    kind: "uid",
    caller: ALICE,
    target: "42",
    shift: null,
    image,
    args,
    idPlan: null,
    isStrict: false,
    staticShift: STATIC_SHIFT,
    find: () => target,
    findImage: () => null,
    write: dryWriter,
    ...run,
  });
}

const words = (says: string): string => (says.startsWith("usage") ? says : `newfsuidmap: ${says}`).concat("\n");
const shown = (stderr: string): string =>
  stderr.replace(/ranges: \d+ is wrong for argc: \d+/, "ranges: N is wrong for argc: N");

for (const [index, [says, spoil]] of FAULTS.entries())
  test(`check ${index + 1} says so: ${FSID_CHECK_ORDER[index]?.sentence}`, () => {
    const { check, rule, exit, written, stderr } = said(spoil(GOOD));
    assert.deepEqual([check, rule, exit, written], [index + 1, FSID_CHECK_ORDER[index], 1, []]);
    assert.equal(shown(stderr), words(says));
  });

test("of two checks that would refuse, the first decides and is the only one to speak", () => {
  let pairs = 0;
  for (const [second, [, spoilLater]] of FAULTS.entries())
    for (const [first, [says, spoil]] of FAULTS.slice(0, second).entries()) {
      if (APART.some(([a, b]) => a === first + 1 && b === second + 1)) continue;
      const { check, stderr } = said(spoil(spoilLater(GOOD)));
      assert.equal(check, first + 1, `${first + 1} before ${second + 1}`);
      assert.equal(shown(stderr), words(says), `${first + 1} before ${second + 1}`);
      pairs++;
    }
  assert.equal(pairs, (17 * 16) / 2 - APART.length);
});

test("without --strict an owner that is not mapped is told of, and the next check decides", () => {
  const uncovered = FAULTS[15]?.[1](GOOD) ?? GOOD;
  const lenient = { ...uncovered, run: { ...uncovered.run, isStrict: false } };
  const warning = "newfsuidmap: image /srv/debian uses uid 70000, which is not mapped\n";
  const taken = said(lenient);
  assert.deepEqual([taken.exit, taken.check, taken.stderr], [0, null, warning]);
  const refused = said(FAULTS[16]?.[1](lenient) ?? GOOD);
  assert.deepEqual(
    [refused.check, refused.stderr],
    [17, `${warning}newfsuidmap: write to fsuid_map failed: Invalid argument\n`],
  );
});

test("a refusal of the host's id 0 holds the calls that prove why, and so does a granted line with another's account", () => {
  const root = said(FAULTS[12]?.[1](GOOD) ?? GOOD);
  assert.deepEqual(
    root.findings.map(({ code, inside }) => [code, inside]),
    [["fs-map-reaches-root", 40]],
  );
  const other = { ...GOOD, passwd: `${GOOD.passwd}web:x:100003:100003:::\nmine:x:1000:1000:::\n` };
  const { exit, findings } = said(withLine(other, 20, 1000, 1));
  assert.equal(exit, 0);
  assert.deepEqual(
    findings.map(({ account }) => account.name),
    ["web"],
  );
});
