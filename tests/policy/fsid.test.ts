/** newfsuidmap and newfsgidmap: each check, its place among the others, and what the tables of the proposal leave out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { IDENTITY, idMap, isSameMap, mapDown, mapUp, showExtent } from "../../src/core/index.ts";
import { parsePasswd, parseSubfsid, parseSubid } from "../../src/formats/index.ts";
import {
  checkNumber,
  dryWriter,
  FSID_CHECK_ORDER,
  type FsidFiles,
  type ImageFacts,
  mountPlan,
  type NewFsidMapRun,
  newFsidMap,
  STATIC_SHIFT,
} from "../../src/policy/index.ts";

const S = STATIC_SHIFT.base;
const ALICE = { uid: 1000, gid: 1000 };

interface Texts {
  readonly passwd?: string;
  readonly subuid?: string;
  readonly subgid?: string;
  readonly subfsuid?: string;
  readonly subfsgid?: string;
}

function filesOf(texts: Texts): FsidFiles {
  return {
    passwd: parsePasswd(texts.passwd ?? "alice:x:1000:1000:::\n"),
    subuid: parseSubid(texts.subuid ?? "alice:100000:65536\n", "subuid"),
    subgid: parseSubid(texts.subgid ?? "", "subgid"),
    subfsuid: parseSubfsid(texts.subfsuid ?? "", "subfsuid"),
    subfsgid: parseSubfsid(texts.subfsgid ?? "", "subfsgid"),
  };
}

const TARGET = { owner: ALICE, isIdMapWritten: false, fsMap: "empty", isSetgroupsAllowed: true } as const;

const IMAGE: ImageFacts = {
  path: "/srv/debian",
  root: { uid: S, gid: S },
  parentUid: 1000,
  manifest: null,
  owners: { uid: [], gid: [] },
};

function run(given: Partial<NewFsidMapRun>, texts: Texts = {}) {
  return newFsidMap(filesOf(texts), {
    kind: "uid",
    caller: ALICE,
    target: "42",
    shift: null,
    image: null,
    args: [],
    idPlan: null,
    isStrict: false,
    staticShift: STATIC_SHIFT,
    find: () => TARGET,
    findImage: () => null,
    write: dryWriter,
    ...given,
  });
}

const written = (given: Partial<NewFsidMapRun>, texts?: Texts) => run(given, texts).written.map(({ text }) => text);

test("every check has a sentence, a source and a name of its own, and there are seventeen", () => {
  assert.equal(new Set(FSID_CHECK_ORDER.map(({ name }) => name)).size, 17);
  assert.ok(FSID_CHECK_ORDER.every(({ sentence, source }) => sentence.endsWith(".") && source !== ""));
  assert.deepEqual(
    FSID_CHECK_ORDER.map((rule) => checkNumber(rule)),
    FSID_CHECK_ORDER.map((_, index) => index + 1),
  );
});

test("a descriptor is a target as a process id is; a sign, a blank name and another word are wrong use", () => {
  const asked: unknown[] = [];
  const find = (place: unknown) => {
    asked.push(place);
    return TARGET;
  };
  for (const target of ["42", "fd:3"]) assert.equal(run({ target, find }).exit, 0);
  assert.deepEqual(asked, [
    { by: "pid", number: 42 },
    { by: "fd", number: 3 },
  ]);
  for (const target of [undefined, "", "fd:", "fd:x", "-1", "pid:3"]) assert.equal(run({ target }).check, 1, target);
});

test("a shift and lines together are wrong use; a base past the last id is a number too large", () => {
  assert.equal(run({ shift: "own", args: ["0", "1000", "1"] }).check, 1);
  assert.equal(run({ shift: "there" }).check, 1);
  for (const shift of ["99999999999", "4294967295:1", "4294967290:9", "5:0"])
    assert.equal(run({ shift }).check, 3, shift);
});

test("lines of one file that adjoin count together; a range of one's own and one of an image do not", () => {
  const image = { image: IMAGE, findImage: () => IMAGE };
  const two = { subuid: "alice:100000:10\n1000:100010:10\n" };
  assert.deepEqual(written({ shift: "100005:10" }, two), ["0 100005 10\n"]);
  const apart = { subuid: `alice:${S - 10}:10\n`, subfsuid: `alice:${S}:10:/srv/debian\n` };
  assert.equal(run({ shift: `${S - 5}:10`, ...image }, apart).check, 12);
  assert.equal(run({ shift: `${S}:10`, ...image }, apart).exit, 0);
});

test("a range of an image counts for that image: another's, and one that is not there, do not", () => {
  const grant = (image: string, owner = "alice") => ({ subfsuid: `${owner}:${S}:65536:${image}\n` });
  const findImage = (path: string) => (path === IMAGE.path ? IMAGE : null);
  assert.equal(run({ image: IMAGE }, grant("/srv/other")).check, 12);
  assert.equal(run({ image: IMAGE }, grant("*")).exit, 0);
  assert.equal(run({ image: IMAGE }, grant("/srv/debian", "*")).exit, 0);
  assert.equal(run({ shift: "static" }, grant("*")).check, 12, "no image is in anybody's custody");
  assert.equal(run({ shift: "static", findImage }, grant("/srv/debian")).exit, 0);
  assert.equal(run({ shift: "static", findImage }, grant("/srv/gone")).check, 14);
});

test("an image whose root is not owned by the first id of the range that is granted is in nobody's custody", () => {
  const texts = { subfsuid: `alice:${S - 5}:70000:/srv/debian\n` };
  const { check, stderr } = run({ image: IMAGE }, texts);
  assert.equal(check, 14);
  assert.equal(
    stderr,
    `newfsuidmap: image /srv/debian: root is owned by uid ${S}, not by ${S - 5}, where the range begins\n`,
  );
});

test("the host's id 0 is mapped by a line for it alone, by name or number, and never by one for everybody", () => {
  const lines = { args: ["0", "0", "1", "1", "100000", "10"] };
  assert.equal(run(lines, { subuid: "alice:100000:10\nalice:0:1\n" }).exit, 0);
  assert.equal(run(lines, { subuid: "alice:100000:10\n1000:0:1\n" }).exit, 0);
  assert.equal(run(lines, { subuid: "alice:100000:10\nalice:0:2\n" }).check, 13);
  assert.equal(run(lines, { subuid: "alice:100000:10\n" }).check, 12);
  const root = { ...IMAGE, root: { uid: 0, gid: 0 } };
  const everybody = { subuid: "alice:100000:10\n", subfsuid: "*:0:1:/srv/debian\n" };
  assert.equal(run({ ...lines, image: root }, everybody).check, 13);
});

test("root's own id is the host's root: it is not mapped for being root's own", () => {
  const caller = { uid: 0, gid: 0 };
  const find = () => ({ ...TARGET, owner: caller });
  assert.equal(run({ caller, find, args: ["0", "0", "1"] }, { passwd: "root:x:0:0:::\n" }).check, 13);
});

test("groups: subgid and subfsgid grant, the root's group tells the offset, and setgroups is denied where subgid grants nothing", () => {
  const image = { ...IMAGE, root: { uid: 9, gid: S } };
  const own = run({ kind: "gid", args: ["0", "1000", "1"] });
  assert.deepEqual(own.written, [
    { file: "setgroups", text: "deny\n" },
    { file: "fsgid_map", text: "0 1000 1\n" },
  ]);
  const granted = run({ kind: "gid", args: ["0", "100000", "9"] }, { subgid: "alice:100000:10\n" });
  assert.deepEqual(granted.written, [{ file: "fsgid_map", text: "0 100000 9\n" }]);
  const ofImage = run({ kind: "gid", image }, { subfsgid: `alice:${S}:65536:/srv/debian\n` });
  assert.deepEqual(
    ofImage.written.map(({ text }) => text),
    ["deny\n", `0 ${S} 65536\n`],
  );
  const refused = run({ kind: "gid", args: ["0", "5", "1"] }, { subgid: "alice:100000:10\n" });
  assert.equal(refused.stderr, "newfsgidmap: fsgid range [0-1) -> [5-6) not allowed\n");
  const isDenied = () => ({ ...TARGET, isSetgroupsAllowed: false });
  assert.equal(run({ kind: "gid", args: ["0", "1000", "1"], find: isDenied }).written.length, 1);
});

test("a kernel that refuses setgroups or the map is told in the C library's words, and nothing follows", () => {
  const files: string[] = [];
  const write = (file: string) => {
    files.push(file);
    return { errno: "EPERM", because: "no" };
  };
  const { stderr, check, kernel } = run({ kind: "gid", args: ["0", "1000", "1"], write });
  assert.equal(stderr, "newfsgidmap: failed to setgroups deny\n policy: Operation not permitted\n");
  assert.deepEqual([check, kernel?.errno, files], [17, "EPERM", ["setgroups"]]);
  const map = run({ args: ["0", "1000", "1"], write });
  assert.equal(map.stderr, "newfsuidmap: write to fsuid_map failed: Operation not permitted\n");
});

test("lines that share an id are the kernel's to refuse; the answer then names no mount", () => {
  const { check, stderr, kernel, mount } = run({ args: ["0", "100000", "10", "5", "100100", "10"] });
  assert.deepEqual([check, mount], [17, null]);
  assert.match(stderr, /Invalid argument/);
  assert.match(kernel?.because ?? "", /line 2: .*shares inside id 5/);
});

test("owners are ids of the image where its manifest names them, ids on disk where they were found", () => {
  const found = { ...IMAGE, owners: { uid: [S, S + 65535, S + 65536, 0], gid: [] } };
  const texts = { subfsuid: `alice:${S}:65536:/srv/debian\n` };
  const warned = run({ image: found }, texts);
  assert.deepEqual([warned.exit, warned.unmapped], [0, [S + 65536, 0]]);
  assert.match(warned.stderr, /^newfsuidmap: image \/srv\/debian uses uid 2147418112, which is not mapped\n/);
  const strict = run({ image: found, isStrict: true }, texts);
  assert.deepEqual([strict.check, strict.written], [16, []]);
});

test("every id of the id map has an fs id, whichever line holds it", () => {
  const idPlan = idMap([{ first: 0, lowerFirst: 100000, count: 20 }]);
  assert.equal(run({ idPlan, args: ["0", "100000", "10", "10", "100010", "10"] }).exit, 0);
  const { check, stderr } = run({ idPlan, args: ["0", "100000", "10", "11", "100011", "10"] });
  assert.equal(check, 15);
  assert.equal(stderr, "newfsuidmap: uid 10 is in the id map but has no fsuid, setuid(10) would fail\n");
  assert.equal(run({ idPlan, shift: "own" }).exit, 0, "a mirrored map is as wide as the id map");
});

test("the static shift can be another; an image at the usual one then is one of 65536 ids from its root's owner", () => {
  const staticShift = { base: 2000000000, count: 1000 };
  const findImage = () => ({ ...IMAGE, root: { uid: 2000000000, gid: 0 } });
  const texts = { subfsuid: "alice:2000000000:1000:/srv/debian\n" };
  assert.deepEqual(written({ shift: "static", staticShift, findImage }, texts), ["0 2000000000 1000\n"]);
  assert.deepEqual(written({ image: IMAGE, staticShift }, { subfsuid: `alice:${S}:65536:/srv/debian\n` }), [
    `0 ${S} 65536\n`,
  ]);
});

test("the mount of an answer leads every id on disk where the two maps of the process lead it", () => {
  const range = fc.record({ first: fc.nat(50), lowerFirst: fc.nat(50), count: fc.integer({ min: 1, max: 50 }) });
  fc.assert(
    fc.property(range, range, fc.nat(120), (fs, ids, disk) => {
      const plan = mountPlan([fs], idMap([{ ...ids, lowerFirst: ids.lowerFirst + 1000 }]));
      assert.ok(plan);
      const inside = mapUp(idMap([fs]), disk);
      const kernel = mapDown(idMap([{ ...ids, lowerFirst: ids.lowerFirst + 1000 }]), inside);
      assert.equal(mapDown(idMap(plan), disk), kernel);
    }),
    { seed: 5, numRuns: 300 },
  );
  assert.ok(
    isSameMap(
      idMap(mountPlan([{ first: 0, lowerFirst: 5, count: 2 }], IDENTITY) ?? []),
      idMap([{ first: 5, lowerFirst: 0, count: 2 }]),
    ),
  );
  assert.deepEqual(
    mountPlan([{ first: 100000, lowerFirst: 0, count: 9 }], idMap([{ first: 0, lowerFirst: 100000, count: 5 }]))?.map(
      showExtent,
    ),
    ["0:100000:5"],
  );
});
