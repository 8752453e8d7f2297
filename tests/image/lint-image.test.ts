/** Which owners a map cannot hold, layer by layer; and which programs run as somebody of the host. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderFor, userns } from "../cli/command.ts";
import { archive, capabilityValue, entry, type Header, id7, pax } from "../shift/archive.ts";
import {
  addImage,
  dockerArchive,
  type Files,
  finishLayout,
  gzipped,
  layoutOf,
  owned,
  plain,
  writeFolder,
} from "./build-image.ts";

const NONE = ["--passwd", "/dev/null", "--group", "/dev/null"];

test("owners that the map does not hold: the layer, the path, how many, and one smallest map for the image", async (t) => {
  const folder = folderFor(t);
  const files: Files = new Map();
  const odd = gzipped(owned(["usr/local/bin/odo", 301071, 301071], ["usr/local/bin/oc", 301071, 0]));
  finishLayout(files, [
    addImage(files, [plain(owned(["etc/shadow", 0, 42])), odd]),
    addImage(files, [odd, plain(owned(["home/user", 0, 1000640000]))], "arm64"),
  ]);
  const args = ["image", "lint", writeFolder(files, join(folder, "in")), "--map", "0:100000:65536", ...NONE];
  const { exit, stdout } = await userns([...args, "--json"]);
  const answer = JSON.parse(stdout);
  assert.equal(exit, 1);
  assert.deepEqual(answer.fit, { map: "0:100000:301072", gidMap: "0:100000:1000640001" });
  type Tally = { kind: string; id: number; owner: number; examples: string[] };
  type Found = { images: { name: string; layer: number }[]; unmapped: Tally[] };
  const found = answer.layers.map(({ images, unmapped }: Found) => [
    images.map(({ name, layer }) => `${name} ${layer}`),
    unmapped.map(({ kind, id, owner, examples }) => [kind, id, owner, examples[0]]),
  ]);
  assert.deepEqual(found, [
    [["linux/amd64 1"], []],
    [
      ["linux/amd64 2", "linux/arm64 1"],
      [
        ["uid", 301071, 2, "usr/local/bin/odo"],
        ["gid", 301071, 1, "usr/local/bin/odo"],
      ],
    ],
    [["linux/arm64 2"], [["gid", 1000640000, 1, "home/user"]]],
  ]);
  const { stdout: words } = await userns(args);
  assert.match(words, /^layer 2, 1 sha256:[0-9a-f]{12} of linux\/amd64, linux\/arm64$/m);
  assert.match(words, /^ {2}--map 0:100000:301072 --gid-map 0:100000:1000640001$/m);
});

test("image owners: every id of every layer, each layer once, with the images that have it", async (t) => {
  const folder = folderFor(t);
  const files: Files = new Map();
  const base = gzipped(owned(["etc/shadow", 0, 42], ["a", 0, 0]));
  finishLayout(files, [addImage(files, [base]), addImage(files, [plain(owned(["b", 33, 33])), base], "arm64")]);
  const { exit, stdout } = await userns(["image", "owners", writeFolder(files, join(folder, "in"))]);
  assert.equal(exit, 0);
  assert.match(stdout, /: 2 images, 2 layers, 3 entries\n/);
  assert.match(stdout, /^layer 1, 2 sha256:[0-9a-f]{12} of linux\/amd64, linux\/arm64: 2 entries, 3 ids$/m);
  assert.match(stdout, /^ {2}uid +33 +1 {2}b$/m);
});

test("an image that the map holds: exit 0, in an archive of docker save too", async (t) => {
  const folder = folderFor(t);
  const path = join(folder, "in.tar");
  writeFileSync(path, dockerArchive(owned(["a", 0, 0])));
  const { exit, stdout } = await userns(["image", "lint", path, "--map", "0:100000:65536", ...NONE]);
  assert.equal(exit, 0);
  assert.match(stdout, /: 2 images, 1 layer, 1 entry\nthe map holds every owner/);
});

/** The map 0:1000:1,1:100000:65536; on the host ben is 1000, web 100032, and the group staff 100049. */
const PROGRAMS: readonly (readonly [
  title: string,
  header: Header,
  records: Record<string, string>,
  found: unknown[],
])[] = [
  ["setuid root", { at: { 100: "0004755" } }, {}, [["setuid", "uid", 0, 1000, "ben"]]],
  [
    "setuid of an account of the image's",
    { at: { 100: "0004755" }, uid: id7(33) },
    {},
    [["setuid", "uid", 33, 100032, "web"]],
  ],
  ["setuid of nobody on the host", { at: { 100: "0004755" }, uid: id7(34) }, {}, []],
  ["setgid", { at: { 100: "0002755" }, gid: id7(50) }, {}, [["setgid", "gid", 50, 100049, "staff"]]],
  ["setgid without group execute, which is mandatory locking", { at: { 100: "0002745" }, gid: id7(50) }, {}, []],
  ["a setgid folder, which is no program", { at: { 100: "0002755" }, gid: id7(50), type: "5" }, {}, []],
  [
    "a capability with a root id",
    { uid: id7(34) },
    { "SCHILY.xattr.security.capability": capabilityValue(3, 33) },
    [["capability", "uid", 33, 100032, "web"]],
  ],
  [
    "a capability without one",
    { uid: id7(33) },
    { "SCHILY.xattr.security.capability": capabilityValue(2) },
    [["capability", "uid", 33, 100032, "web"]],
  ],
  ["a program that gives nothing", {}, {}, []],
];

for (const [title, header, records, expected] of PROGRAMS)
  test(`programs of the host's: ${title}`, async (t) => {
    const folder = folderFor(t);
    writeFileSync(join(folder, "passwd"), "ben:x:1000:1000::/:/bin/sh\nweb:x:100032:1000::/:/bin/sh\n");
    writeFileSync(join(folder, "group"), "staff:x:100049:\n");
    const extensions = Object.keys(records).length > 0 ? [pax(records)] : [];
    const tar = archive(...extensions, entry({ name: "bin/x", ...header }));
    const from = writeFolder(layoutOf(plain(tar)), join(folder, "in"));
    const hosts = ["--passwd", join(folder, "passwd"), "--group", join(folder, "group")];
    const map = ["--map", "0:1000:1,1:100000:65536"];
    const { exit, stdout } = await userns(["image", "lint", from, ...map, ...hosts, "--json"]);
    const { layers } = JSON.parse(stdout);
    type Exposed = { privilege: string; kind: string; id: number; hostId: number; account: string };
    const found = layers[0].exposed.files.map((file: Exposed) => [
      file.privilege,
      file.kind,
      file.id,
      file.hostId,
      file.account,
    ]);
    assert.deepEqual([exit, found], [expected.length > 0 ? 1 : 0, expected]);
  });
