/** Who gains or loses access to what, between two images or two maps. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderFor, userns } from "../cli/command.ts";
import { layerOf } from "../pack/layers.ts";
import { aclValue, archive, capabilityValue, pax } from "../shift/archive.ts";
import {
  addImage,
  dockerArchive,
  type Files,
  finishLayout,
  gzipped,
  layoutOf,
  plain,
  writeFolder,
} from "./build-image.ts";
import { changesOf, type Layers } from "./diff-changes.ts";
import { ACCOUNTS, ACL, dir, file, link } from "./diff-entries.ts";

const AS_WWW = ["--as", "www-data"];
const BASE = [
  ...ACCOUNTS,
  dir("srv", 0o750, { gid: 42 }),
  file("srv/a", 0o640, { uid: 33, gid: 33 }),
  file("b", 0o600),
];

const CASES: readonly (readonly [title: string, a: Layers, b: Layers, expected: readonly string[]])[] = [
  ["images that are the same", [BASE], [BASE], []],
  [
    "a mode: the owner's digit, the group's and that of others",
    [[...ACCOUNTS, file("o", 0o600, { uid: 33 }), file("g", 0o640, { gid: 42 }), file("x", 0o600)]],
    [[...ACCOUNTS, file("o", 0o460, { uid: 33 }), file("g", 0o624, { gid: 42 }), file("x", 0o601)]],
    ["www-data: o -write permissions", "www-data: g +write -read permissions", "www-data: x +execute permissions"],
  ],
  [
    "an owner: the file is somebody else's now",
    [BASE],
    [[...BASE, file("srv/a", 0o640, { uid: 1, gid: 1 })]],
    ["www-data: srv/a -read -write permissions"],
  ],
  [
    "a directory that may not be searched any more bars what is below it, however deep",
    [[...ACCOUNTS, dir("d"), dir("d/e"), file("d/e/f")]],
    [[...ACCOUNTS, dir("d", 0o744), dir("d/e"), file("d/e/f")]],
    ["www-data: d -execute permissions", "www-data: d/e -read -execute by /d", "www-data: d/e/f -read by /d"],
  ],
  [
    "of two directories that bar a path, the one above is named",
    [[...ACCOUNTS, dir("d"), dir("d/e"), file("d/e/f")]],
    [[...ACCOUNTS, dir("d", 0o700), dir("d/e", 0o700), file("d/e/f")]],
    ["www-data: d -read -execute permissions", "www-data: d/e -read -execute by /d", "www-data: d/e/f -read by /d"],
  ],
  [
    "what nobody reached changes for nobody",
    [[...ACCOUNTS, dir("d", 0o700), file("d/f", 0o644)]],
    [[...ACCOUNTS, dir("d", 0o700), file("d/f", 0o666)]],
    [],
  ],
  [
    "the root directory itself",
    [ACCOUNTS],
    [[...ACCOUNTS, dir(".", 0o700)]],
    [
      "www-data: / -read -execute permissions",
      "www-data: etc -read -execute by /",
      "www-data: etc/passwd -read by /",
      "www-data: etc/group -read by /",
    ],
  ],
  [
    "paths that one image alone has, whiteouts and opaque directories among what took them away",
    [[...BASE, file("gone"), dir("full"), file("full/old"), file("full/kept")]],
    [
      [...BASE, file("gone"), dir("full"), file("full/old"), file("full/kept")],
      [file(".wh.gone"), file("full/.wh..wh..opq"), file("full/kept"), file("new", 0o600)],
    ],
    ["www-data: gone -read only in a", "www-data: full/old -read only in a"],
  ],
  [
    "a directory that became a file, and what was in it",
    [[...ACCOUNTS, dir("d"), file("d/f")]],
    [[...ACCOUNTS, dir("d"), file("d/f")], [file("d", 0o666)]],
    ["www-data: d +write -execute permissions", "www-data: d/f -read only in a"],
  ],
  [
    "a directory that was taken away and made anew is empty",
    [[...ACCOUNTS, dir("d"), file("d/f")]],
    [[...ACCOUNTS, dir("d"), file("d/f")], [file(".wh.d")], [dir("d")]],
    ["www-data: d/f -read only in a"],
  ],
  [
    "an entry behind a link to a directory is in that directory",
    [[...ACCOUNTS, dir("usr/bin"), link("bin", "usr/bin", "2")]],
    [[...ACCOUNTS, dir("usr/bin"), link("bin", "usr/bin", "2")], [file("bin/tool", 0o755)]],
    ["www-data: usr/bin/tool +read +execute only in b"],
  ],
  [
    "a second name has the owner and mode of the first, and is reached by its own way",
    [[...ACCOUNTS, dir("d", 0o700), file("d/f", 0o644)]],
    [[...ACCOUNTS, dir("d", 0o700), file("d/f", 0o644), link("name", "d/f", "1")]],
    ["www-data: name +read only in b"],
  ],
  [
    "a symbolic link has no rights of its own",
    [[...ACCOUNTS, link("l", "etc", "2")]],
    [[...ACCOUNTS, link("l", "/nowhere", "2"), link("m", "b", "2")]],
    [],
  ],
  [
    "an account is compared with itself, whatever its ids",
    [[...ACCOUNTS, file("w", 0o600, { uid: 33 })]],
    [[file("etc/passwd", 0o644, {}, "www-data:x:82:82::/:/x\n"), file("etc/group"), file("w", 0o600, { uid: 82 })]],
    [],
  ],
  [
    "an ACL: named users and groups, and the mask",
    [[...ACCOUNTS, file("f", 0o640), file("g", 0o660), file("h", 0o600)]],
    [
      [
        ...ACCOUNTS,
        file("f", 0o660, {
          attributes: {
            "system.posix_acl_access": aclValue(
              [ACL.userObj, 6, ACL.none],
              [ACL.user, 6, 33],
              [ACL.groupObj, 4, ACL.none],
              [ACL.mask, 6, ACL.none],
              [ACL.other, 0, ACL.none],
            ),
          },
        }),
        file("g", 0o640, {
          attributes: {
            "system.posix_acl_access": aclValue(
              [ACL.userObj, 6, ACL.none],
              [ACL.groupObj, 6, ACL.none],
              [ACL.group, 6, 42],
              [ACL.mask, 4, ACL.none],
              [ACL.other, 0, ACL.none],
            ),
          },
        }),
        // The group's digit is 0: Linux does not ask the ACL.
        file("h", 0o604, {
          attributes: {
            "system.posix_acl_access": aclValue(
              [ACL.userObj, 6, ACL.none],
              [ACL.user, 6, 33],
              [ACL.groupObj, 0, ACL.none],
              [ACL.mask, 0, ACL.none],
              [ACL.other, 4, ACL.none],
            ),
          },
        }),
      ],
    ],
    ["www-data: f +read +write permissions", "www-data: g +read permissions", "www-data: h +read permissions"],
  ],
];

for (const [title, a, b, expected] of CASES)
  test(`image diff: ${title}`, async (t) => {
    const { exit, changes } = await changesOf(folderFor(t), a, b, AS_WWW);
    assert.deepEqual([changes, exit], [expected, expected.length > 0 ? 1 : 0]);
  });

test("root, every account and somebody without one are asked for, and those who fare alike are told of together", async (t) => {
  const folder = folderFor(t);
  const b = [...BASE, file("b", 0o644)];
  const { answer } = await changesOf(folder, [BASE], [b]);
  assert.deepEqual(
    answer.tasks.map(({ name, a }) => [name, a.uid, a.gid, [...a.groups]]),
    [
      ["root", 0, 0, [42]],
      ["daemon", 1, 1, []],
      ["www-data", 33, 33, [42]],
      ["anyone else", 65533, 65533, []],
    ],
  );
  const { stdout } = await userns(["image", "diff", join(folder, "a"), join(folder, "b")]);
  assert.match(stdout, /: access to 1 path changes, of 4 tasks asked for\n/);
  assert.match(stdout, /\ndaemon, www-data and anyone else gain read: 1 path, by their own permissions\n {2}b\n/);
});

const AS: readonly (readonly [as: string, expected: readonly string[]])[] = [
  ["33", ["33: b +read permissions"]],
  // A number without an account: its group is root's, as container engines have it.
  ["1000", ["1000: b +write permissions"]],
  ["anyone", ["anyone else: b +read permissions"]],
  ["root", []],
  ["uid=0,gid=5,caps=none", []],
  ["uid=7,gid=5,caps=CAP_DAC_READ_SEARCH+chown", []],
  ["uid=7,gid=5,groups=0+3", ["uid=7,gid=5,groups=0+3: b +write permissions"]],
  ["uid=7,gid=5,in=host", ["uid=7,gid=5,in=host: b +read permissions"]],
];

for (const [as, expected] of AS)
  test(`image diff --as ${as}`, async (t) => {
    const { changes } = await changesOf(folderFor(t), [BASE], [[...BASE, file("b", 0o624)]], ["--as", as]);
    assert.deepEqual(changes, expected);
  });

test("two maps: who is in another container, or on the host, has what its ids own", async (t) => {
  const layers = [[...ACCOUNTS, file("w", 0o600, { uid: 33, gid: 33 })]];
  const maps = ["--map-a", "0:100000:65536", "--map-b", "0:200000:65536"];
  const as = ["uid=200033,gid=1,in=host", "uid=0,gid=0,in=0:100000:65536", "www-data", "uid=9,gid=9,in=host"];
  const { exit, changes } = await changesOf(folderFor(t), layers, layers, [
    ...maps,
    ...as.flatMap((one) => ["--as", one]),
  ]);
  assert.deepEqual(
    changes.filter((line) => line.includes(" w ")),
    [
      "uid=200033,gid=1,in=host: w +read +write permissions",
      "uid=0,gid=0,in=0:100000:65536: w -read -write permissions",
    ],
  );
  assert.equal(exit, 1);
});

test("many other containers are asked for, each by its own map", async (t) => {
  const layers = [[file("w", 0o600)]];
  const others = Array.from({ length: 11 }, (_, k) => `uid=0,gid=0,in=0:${(k + 1) * 100_000}:65536`);
  const maps = ["--map-a", "0:300000:1000", "--map-b", "0:1100000:1000"];
  const { answer, changes } = await changesOf(folderFor(t), layers, layers, [
    ...maps,
    ...others.flatMap((one) => ["--as", one]),
  ]);
  assert.deepEqual(answer.tasks[0]?.b.place, { uid: ["0:100000:65536"], gid: ["0:100000:65536"] });
  assert.deepEqual(
    changes.filter((line) => line.includes(" w ")),
    [
      "uid=0,gid=0,in=0:300000:65536: w -read -write permissions",
      "uid=0,gid=0,in=0:1100000:65536: w +read +write permissions",
    ],
  );
});

test("a file whose owner a map does not hold is written to by nobody, and root of the container does not pass", async (t) => {
  const layers = [[file("f", 0o646, { uid: 5000 }), dir("d", 0o700, { uid: 5000 })]];
  const maps = ["--map-a", "0:100000:65536", "--map-b", "0:100000:1000"];
  const { changes } = await changesOf(folderFor(t), layers, layers, [...maps, "--as", "root", "--as", "anyone"]);
  assert.deepEqual(changes, [
    "root: f -write permissions",
    "anyone else: f -write permissions",
    "root: d -read -write -execute permissions",
  ]);
});

test("an account that a map does not hold cannot be: that is said, and it is not asked for", async (t) => {
  const layers = [BASE];
  const maps = ["--map-a", "0:100000:65536", "--map-b", "0:100000:40"];
  const { exit, answer } = await changesOf(folderFor(t), layers, layers, [...maps, "--as", "www-data"]);
  assert.deepEqual(answer.impossible, [{ task: "www-data", side: "b", kind: "gid", id: 42, table: "id" }]);
  assert.deepEqual([answer.tasks, exit], [[], 1]);
});

test("programs that make somebody else of who runs them are called out: set-id, capabilities, by ids and by host ids", async (t) => {
  const capability = { "security.capability": capabilityValue(3, 33) };
  const a = [file("s", 0o4755), file("g", 0o2755, { gid: 5 }), file("c", 0o755, { attributes: capability }), file("p")];
  const b = [file("s", 0o4755, { uid: 33 }), file("g", 0o2745, { gid: 5 }), file("c", 0o755), file("p", 0o4755)];
  const { answer } = await changesOf(folderFor(t), [a], [b], ["--map-a", "0:100000:9", "--as", "root"]);
  const id = (of: number, hostId: number | null) => ({ id: of, hostId, isIsolated: false });
  assert.deepEqual(answer.programs, {
    count: 4,
    programs: [
      { path: "s", privilege: "setuid", a: id(0, 100000), b: id(33, 33) },
      { path: "g", privilege: "setgid", a: id(5, 100005), b: null },
      { path: "c", privilege: "capability", a: id(33, null), b: null },
      { path: "p", privilege: "setuid", a: null, b: id(0, 0) },
    ],
  });
});

test("an archive of docker save and a layout are compared; of several images one is chosen, by the same name or by two", async (t) => {
  const folder = folderFor(t);
  const [base, more] = [archive(...BASE), archive(file("b", 0o644))];
  const docker = join(folder, "a.tar");
  writeFileSync(docker, dockerArchive(base));
  const files: Files = new Map();
  finishLayout(files, [addImage(files, [plain(base)]), addImage(files, [plain(base), gzipped(more)], "arm64")]);
  const layout = writeFolder(files, join(folder, "b"));
  const diff = (...args: string[]) => userns(["image", "diff", ...args, "--as", "33"]);
  assert.equal((await diff(docker, layout, "--platform-b", "linux/amd64")).exit, 0);
  assert.equal((await diff(docker, layout, "--platform-b", "linux/arm64")).exit, 1);
  assert.equal((await diff(layout, layout, "--platform", "linux/amd64", "--platform-b", "linux/arm64")).exit, 1);
  const unsaid = await diff(layout, layout);
  assert.equal(unsaid.exit, 2);
  assert.match(unsaid.stderr, /--platform\n {2}expected {2}one of the images of .*: "linux\/amd64", "linux\/arm64"/);
});

const REFUSED: readonly (readonly [title: string, layers: Layers, args: readonly string[], message: RegExp])[] = [
  ["an account that nobody has", [BASE], ["--as", "postgres"], /an account of either image/],
  ["a field that is none", [BASE], ["--as", "uid=3,gid=3,shell=x"], /uid=…, gid=…/],
  ["a field twice", [BASE], ["--as", "uid=3,gid=3,uid=4"], /uid once/],
  ["no group", [BASE], ["--as", "uid=3"], /both uid=… and gid=…/],
  ["an id that is none", [BASE], ["--as", "uid=-3,gid=3"], /an id, in decimal digits/],
  ["a capability that is none", [BASE], ["--as", "uid=3,gid=3,caps=all_of_them"], /capabilities such as dac_override/],
  ["a map that is none", [BASE], ["--map-a", "0:1"], /--map-a/],
  ["a map of groups without one of users", [BASE], ["--gid-map-b", "0:1:1"], /the map that --gid-map-b goes with/],
  ["links that lead in a circle", [[link("x", "y", "2"), link("y", "x", "2"), file("x/f")]], [], /at most 40 links/],
  [
    "a hard link to nothing",
    [[link("x", "y", "1")]],
    [],
    /layer 1 .*: entry 1 "x", byte 0\n.*a hard link to a file that is there/,
  ],
  ["a hard link to a directory", [[dir("y"), link("x", "y", "1")]], [], /which is a directory/],
  ["a path that no file can have", [[pax({ path: `${"/".repeat(9000)}x` }), file("x")]], [], /a path of at most 4095/],
  ["a whiteout of nothing", [[file(".wh.")]], [], /the name of what is taken away/],
  ["a root that is no directory", [[link(".", "x", "2")]], [], /a directory as root/],
  [
    "an ACL that is none",
    [[file("f", 0o644, { attributes: { "system.posix_acl_access": aclValue([ACL.other, 4, ACL.none]) } })]],
    [],
    /a valid ACL/,
  ],
];

test("image diff: link targets that fill the memory are refused where they go past what is kept", async (t) => {
  const link = layerOf([{ path: "a", type: "symlink", link: "x".repeat(1_000_000) }]).subarray(0, -1024);
  const tar = Buffer.concat([...Array.from({ length: 70 }, () => link), layerOf([])]);
  const from = writeFolder(layoutOf(plain(tar)), join(folderFor(t), "in"));
  const { exit, stderr } = await userns(["image", "diff", from, from, "--as", "uid=0,gid=0"]);
  assert.equal(exit, 2);
  assert.match(stderr, /entry 68 "a", byte \d+\n.* of at most 67108864 bytes in all/);
});

for (const [title, layers, args, message] of REFUSED)
  test(`image diff: ${title} is refused`, async (t) => {
    const from = writeFolder(
      layoutOf(...layers.map((entries) => plain(archive(...entries)))),
      join(folderFor(t), "in"),
    );
    const { exit, stdout, stderr } = await userns(["image", "diff", from, from, ...args]);
    assert.deepEqual([exit, stdout], [2, ""]);
    assert.match(stderr, message);
  });
