/**
 * newfsuidmap by formula: of random requests, grants, images and targets, which of the checks refuses (semantics H.2, H.3),
 * or what is written.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { idMap } from "../../src/core/index.ts";
import { parsePasswd, parseSubfsid, parseSubid } from "../../src/formats/index.ts";
import { dryWriter, type ImageFacts, newFsidMap, STATIC_SHIFT } from "../../src/policy/index.ts";

const ALICE = { uid: 1000, gid: 1000 };
const LAST = 4294967294;
const IMAGE = "/srv/image";

type Triple = readonly [number, number, number];

interface ImageGrant {
  readonly owner: "alice" | "bob" | "*";
  readonly first: number;
  readonly count: number;
  readonly image: string;
}

interface Asked {
  readonly lines: readonly Triple[];
  readonly shift: string | null;
  readonly fsMap: "none" | "empty" | "written";
  readonly isIdMapWritten: boolean;
  readonly subuid: readonly (readonly [first: number, count: number])[];
  readonly imageGrant: ImageGrant;
  readonly image: { readonly root: number; readonly parentUid: number; readonly owners: readonly number[] } | null;
  readonly plan: readonly Triple[] | null;
  readonly isStrict: boolean;
}

/** Is each id of the range one of these ranges'? */
function isHeld(first: number, count: number, ranges: readonly (readonly [number, number])[]): boolean {
  let next = first;
  for (const [from, many] of [...ranges].sort(([a], [b]) => a - b))
    if (from <= next && next < from + many) next = from + many;
  return next >= first + count;
}

/** The lines that a request comes to; a number where a check refuses before. */
function linesOf({ lines, shift, image }: Asked): readonly Triple[] | 10 {
  if (lines.length > 0) return lines;
  if (shift === "static") return [[0, STATIC_SHIFT.base, STATIC_SHIFT.count]];
  if (shift !== null && shift !== "own") return [[0, Number(shift), 65536]];
  if (shift === "own" || image === null) return [];
  return image.root % 65536 === 0 ? [[0, image.root, 65536]] : 10;
}

/** @returns the number of the check that refuses; else the text that is written, empty for nothing */
function expected(asked: Asked): number | string {
  const { subuid, imageGrant, image, plan, isStrict, fsMap } = asked;
  const isTooFar = ([first, lower, count]: Triple) =>
    count === 0 || [first, lower, count, first + count - 1, lower + count - 1].some((id) => id > LAST);
  if (asked.lines.some(isTooFar)) return 3;
  if (fsMap === "none") return 7;
  if (asked.isIdMapWritten) return 8;
  if (fsMap === "written") return 9;
  const lines = linesOf(asked);
  if (lines === 10) return 10;
  const { owner, first: granted, count: many } = imageGrant;
  const isNamed = image === null ? imageGrant.image !== "*" : imageGrant.image === "*" || imageGrant.image === IMAGE;
  const isGrantee = owner !== "bob" && isNamed;
  const isOwn = ([, lower, count]: Triple) => (lower === 1000 && count === 1) || isHeld(lower, count, subuid);
  const isImages = (line: Triple) => !isOwn(line) && isGrantee && isHeld(line[1], line[2], [[granted, many]]);
  if (!lines.every((line) => isOwn(line) || isImages(line))) return 12;
  const isListed = (line: Triple) =>
    isImages(line)
      ? granted === 0 && many === 1 && owner === "alice"
      : subuid.some(([first, count]) => first === 0 && count === 1);
  if (lines.some((line) => line[1] === 0 && !isListed(line))) return 13;
  const root = image?.root ?? granted;
  const isGated = image === null || image.parentUid === ALICE.uid;
  if (lines.some(isImages) && !(root === granted && isGated)) return 14;
  const holds = (id: number) => lines.some(([first, , count]) => id >= first && id < first + count);
  const isPlanned = (plan ?? []).every(([first, , count]) =>
    Array.from({ length: count }, (_, at) => first + at).every(holds),
  );
  if (lines.length > 0 && !isPlanned) return 15;
  // What is found on the disk is an id of the disk; without lines the map of the ids is mirrored.
  const [chunk] = subuid;
  const onDisk: readonly Triple[] = lines.length > 0 ? lines : (plan ?? (chunk ? [[0, chunk[0], chunk[1]]] : []));
  const isMapped = (id: number) => onDisk.some(([, lower, count]) => id >= lower && id < lower + count);
  if (isStrict && image !== null && !image.owners.every(isMapped)) return 16;
  const shares = (side: 0 | 1) =>
    lines.some((a, i) => lines.some((b, j) => i < j && a[side] < b[side] + b[2] && b[side] < a[side] + a[2]));
  if (shares(0) || shares(1)) return 17;
  return lines.map((line) => `${line.join(" ")}\n`).join("");
}

const rarely = fc.integer({ min: 0, max: 11 }).map((one) => one === 0);
const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

/** Numbers that stand at the edges of what is granted, and of what an id is. */
const line = fc
  .record({
    first: oneOf(0, 0, 1, 5, 10, LAST),
    lower: oneOf(0, 1000, 1000, 100000, 100000, 100005, 100010, 100019, 65536, 65540, 131072, LAST, LAST + 1),
    count: oneOf(1, 1, 1, 2, 5, 10, 20, LAST, 0),
    isOdd: rarely,
  })
  .map(
    ({ first, lower, count, isOdd }): Triple =>
      isOdd ? [first, lower, count] : [first % LAST, lower > LAST - 40 ? 100000 : lower, count % LAST || 1],
  );

const asked: fc.Arbitrary<Asked> = fc
  .record({
    lines: fc.array(line, { maxLength: 3 }),
    shift: fc.oneof(
      { weight: 2, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: oneOf("own", "static", "65536", "100000") },
    ),
    fsMap: oneOf<Asked["fsMap"]>("empty", "empty", "empty", "empty", "empty", "none", "written"),
    isIdMapWritten: rarely,
    subuid: oneOf<Asked["subuid"]>(
      [[100000, 20]],
      [
        [100000, 10],
        [100010, 10],
      ],
      [
        [100000, 10],
        [100011, 10],
      ],
      [
        [100000, 65536],
        [0, 1],
      ],
      [
        [0, 5],
        [100000, 20],
      ],
      // The line that lists it stands behind one that holds it too.
      [
        [0, 5],
        [0, 1],
      ],
      [],
    ),
    imageGrant: fc.record({
      owner: oneOf<ImageGrant["owner"]>("alice", "alice", "bob", "*"),
      first: oneOf(65536, 65536, 0, STATIC_SHIFT.base, 100000),
      count: oneOf(1, 10, 65536, 65536),
      image: oneOf(IMAGE, IMAGE, "*", "/srv/other"),
    }),
    image: fc.option(
      fc.record({
        root: oneOf(65536, 65536, 0, STATIC_SHIFT.base, 100000, 131072),
        parentUid: oneOf(1000, 1000, 1000, 1001),
        owners: fc.subarray([65536, 65540, 100000, 100019, 131071, STATIC_SHIFT.base]),
      }),
      { freq: 3 },
    ),
    plan: fc.option(
      oneOf<readonly Triple[]>(
        [[0, 100000, 1]],
        [[0, 100000, 5]],
        [
          [0, 100000, 2],
          [5, 100010, 3],
        ],
      ),
      { freq: 2 },
    ),
    isStrict: fc.boolean(),
  })
  // Lines and a shift together are wrong use.
  .map((all) => (all.lines.length > 0 ? { ...all, shift: null } : all));

function answered({
  lines,
  shift,
  fsMap,
  isIdMapWritten,
  subuid,
  imageGrant,
  image,
  plan,
  isStrict,
}: Asked): number | string {
  const files = {
    passwd: parsePasswd("alice:x:1000:1000:::\nbob:x:1001:1001:::\n"),
    subuid: parseSubid(subuid.map(([first, count]) => `alice:${first}:${count}\n`).join(""), "subuid"),
    subgid: parseSubid("", "subgid"),
    subfsuid: parseSubfsid(
      `${imageGrant.owner}:${imageGrant.first}:${imageGrant.count}:${imageGrant.image}\n`,
      "subfsuid",
    ),
    subfsgid: parseSubfsid("", "subfsgid"),
  };
  const facts = (root: number, parentUid: number, owners: readonly number[], path: string): ImageFacts => ({
    path,
    root: { uid: root, gid: root },
    parentUid,
    manifest: null,
    owners: { uid: owners, gid: [] },
  });
  const { check, written } = newFsidMap(files, {
    kind: "uid",
    caller: ALICE,
    target: "42",
    shift,
    image: image && facts(image.root, image.parentUid, image.owners, IMAGE),
    args: lines.flat().map(String),
    idPlan: plan && idMap(plan.map(([first, lowerFirst, count]) => ({ first, lowerFirst, count }))),
    isStrict,
    staticShift: STATIC_SHIFT,
    find: () => ({ owner: ALICE, isIdMapWritten, fsMap, isSetgroupsAllowed: true }),
    // Whatever image a grant names is there, in alice's hands.
    findImage: (path) => facts(imageGrant.first, 1000, [], path),
    write: dryWriter,
  });
  return check ?? written.map(({ text }) => text).join("");
}

test("which check refuses a request, or what is written, is as the formulas say", () => {
  const seen = new Map<number | string, number>();
  fc.assert(
    fc.property(asked, (question) => {
      const want = expected(question);
      const outcome = typeof want === "number" ? want : want === "" ? "nothing" : "a map";
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      assert.deepEqual(answered(question), want);
    }),
    { numRuns: 3000 },
  );
  for (const outcome of [3, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, "nothing", "a map"])
    assert.ok((seen.get(outcome) ?? 0) > 3, `${outcome}: ${JSON.stringify([...seen])}`);
});
