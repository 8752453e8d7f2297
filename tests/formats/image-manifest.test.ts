/** An image's id manifest: what it holds, and where it is wrong. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { manifestDigest, parseSubfsid, readManifest, sha256 } from "../../src/formats/index.ts";

const HEAD = "userns-image-ids 1\n";
const whole = (lines: string) => `${lines}${manifestDigest(lines)}\n`;

test("sha256 gives what Node's does, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(sha256(bytes), createHash("sha256").update(bytes).digest("hex"));
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("groups rest where users do when the manifest has no line of theirs; owners and comments are kept apart", () => {
  const read = readManifest(whole(`${HEAD}# made by us\nuid 0 300000 1000\nuid 1000  500000 1\n\nowners uid 0 33\n`));
  assert.ok(read.ok);
  const extents = [
    { first: 0, lowerFirst: 300000, count: 1000 },
    { first: 1000, lowerFirst: 500000, count: 1 },
  ];
  assert.deepEqual(read.manifest, { extents: { uid: extents, gid: extents }, owners: { uid: [0, 33], gid: [] } });
  const apart = readManifest(whole(`${HEAD}uid 0 1 1\ngid 0 2 1\n`));
  assert.deepEqual(apart.ok && apart.manifest.extents.gid, [{ first: 0, lowerFirst: 2, count: 1 }]);
});

const WRONG: readonly (readonly [
  title: string,
  text: string,
  line: number,
  expected: RegExp,
  got: RegExp,
  fix?: RegExp,
])[] = [
  ["nothing at all", "", 1, /the line "userns-image-ids 1"/, /nothing/, /begin/],
  ["another format", "[1]\n", 1, /the line "userns-image-ids 1"/, /\[1\]/, /begin/],
  ["no line of users", whole(HEAD), 1, /a line "uid/, /none of uid/],
  ["an unknown line", whole(`${HEAD}pid 1 2 3\n`), 2, /one of: .*owners uid/, /pid 1 2 3/],
  ["two numbers", whole(`${HEAD}uid 1 2\n`), 2, /uid IMAGE-ID DISK-ID COUNT/, /uid 1 2/],
  ["a number that is none", whole(`${HEAD}uid 0 -1 1\n`), 2, /decimal digits/, /"-1"/],
  ["a count of 0", whole(`${HEAD}uid 0 1 0\n`), 2, /a count of 1 or more/, /uid 0 1 0/],
  ["a range past the last id", whole(`${HEAD}uid 0 4294967290 9\n`), 2, /at most 4294967294/, /4294967290 9/],
  [
    "lines that share an id inside",
    whole(`${HEAD}uid 0 1 9\n# x\nuid 8 100 9\n`),
    4,
    /do not overlap/,
    /with line 2/,
    /lines 2 and 4/,
  ],
  [
    "lines that share an id on disk",
    whole(`${HEAD}uid 0 1 9\nuid 20 9 9\n`),
    3,
    /do not overlap/,
    /with line 2/,
    /shorter/,
  ],
  ["no digest", `${HEAD}uid 0 1 1\n`, 2, /digest sha256:HEX/, /uid 0 1 1/, /add the line "digest sha256:[0-9a-f]{64}"/],
  [
    "another digest",
    whole(`${HEAD}uid 0 1 1\n`).replace("uid 0", "uid 1"),
    3,
    /the digest of the lines/,
    /[0-9a-f]{64}/,
    /where the manifest comes from/,
  ],
];

for (const [title, text, line, expected, got, fix] of WRONG)
  test(`a manifest with ${title} is told with its line, what was expected, what was found and what to do`, () => {
    const read = readManifest(text, "m");
    assert.ok(!read.ok);
    assert.deepEqual([read.fault.line, read.fault.where], [line, `m:${line}`]);
    assert.match(read.fault.expected, expected);
    assert.match(read.fault.got, got);
    if (fix) assert.match(read.fault.fix ?? "", fix);
  });

test("the digest that a manifest without one is told makes it whole", () => {
  const text = `${HEAD}uid 0 1 1`;
  const read = readManifest(text);
  assert.ok(!read.ok);
  const [, line] = /"(.*)"/.exec(read.fault.fix ?? "") ?? [];
  assert.ok(readManifest(`${text}\n${line}\n`).ok);
});

test("a line of subfsuid names its image; one without grants nothing", () => {
  const { lines } = parseSubfsid("ben:5:2:/srv/a:b\nben:5:2\nben:5\n");
  assert.deepEqual(lines[0]?.entry, { owner: "ben", first: 5n, count: 2n, image: "/srv/a:b" });
  assert.deepEqual(
    lines.slice(1).map(({ entry }) => entry),
    [null, null],
  );
  assert.match(lines[1]?.fault ?? "", /no image/);
});
