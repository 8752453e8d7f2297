/** mtree as other programs write it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ManifestEntry, readMtree } from "../../src/manifest/index.ts";

const ROOT = ". type=dir mode=0755 uid=0 gid=0\n";

const short = ({ path, type, mode, uid, gid }: ManifestEntry) => `${path} ${type} ${mode.toString(8)} ${uid}:${gid}`;

test("names without a slash stand in the folder that the lines before led to, and /set counts until it is undone", () => {
  const { entries } = readMtree(`#mtree
#	   user: (null)
/set type=file uid=0 gid=0 mode=0644 nlink=1 flags=none
.               type=dir mode=0755 nlink=3 time=5.250000000
    f           nlink=2 size=3
    l\\snk       type=link mode=0777 \\
                link=f
# ./a b
a\\sb            type=dir mode=0755
/set uid=7
    h\\#sh\\\\\\M-C\\M-) \\
                size=1
# ./a b
..
/unset uid
last            uid=9
..
`);
  assert.deepEqual(entries.map(short), [
    ". dir 755 0:0",
    "a b dir 755 0:0",
    "a b/h#sh\\é file 644 7:0",
    "f file 644 0:0",
    "l nk symlink 777 0:0",
    "last file 644 9:0",
  ]);
  assert.equal(entries[4]?.target, "f");
  assert.deepEqual(entries[0]?.mtime, { seconds: 5, nanoseconds: 250_000_000 });
  assert.deepEqual([...(entries[2]?.keywords ?? [])], [["flags", "none"]]);
});

test("a name with a slash is a path from the root, as bsdtar writes it", () => {
  const { byPath } = readMtree(`#mtree
. gname=root uname=root mode=755 gid=0 uid=0 type=dir
./d mode=755 gid=0 uid=0 type=dir
./d/h\\043sh\\134\\303\\251 gname=root uname=root time=1.5 mode=644 gid=0 uid=1000 type=file size=1
./null mode=644 gid=0 uid=0 type=char device=native,1,3
./raw mode=644 gid=0 uid=0 type=block device=0x801
`);
  assert.equal(byPath.get("d/h#sh\\é")?.uid, 1000);
  // bsdtar leaves out the zeros before the nanoseconds.
  assert.deepEqual(byPath.get("d/h#sh\\é")?.mtime, { seconds: 1, nanoseconds: 5 });
  assert.deepEqual(byPath.get("null")?.device, { major: 1, minor: 3 });
  assert.deepEqual(byPath.get("raw")?.device, { major: 8, minor: 1 });
});

test("a name counts where there is no number, and never where there is one", () => {
  const text = `. type=dir mode=0755 uname=www-data gname=root gid=5\n`;
  const { entries } = readMtree(text, { idOf: (kind, name) => (kind === "uid" && name === "www-data" ? 33 : null) });
  assert.deepEqual([entries[0]?.uid, entries[0]?.gid], [33, 5]);
  assert.throws(
    () => readMtree(text),
    /mtree:1: expected uid=, or a name in uname= whose id is known \(got uname="www-data"\)/,
  );
});

test("paths with one inode number are one file; each file system counts its own", () => {
  const file = (name: string, rest: string) => `./${name} type=file mode=0644 uid=0 gid=0 ${rest}\n`;
  const { byPath } = readMtree(
    ROOT + file("a", "inode=5 resdevice=1") + file("b", "inode=5 resdevice=2") + file("c", "inode=5 resdevice=1"),
  );
  assert.deepEqual(
    ["a", "b", "c"].map((path) => byPath.get(path)?.linkGroup),
    [1, null, 1],
  );
});

test("attributes are read as go-mtree writes them, too", () => {
  const { byPath } = readMtree(`${ROOT}./a type=file mode=0644 uid=0 gid=0 xattr.user.note=aGk=\n`);
  assert.deepEqual(byPath.get("a")?.xattrs, new Map([["user.note", Uint8Array.of(104, 105)]]));
});

const REFUSED: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  [
    "a line without a type",
    `${ROOT}./a mode=0644 uid=0 gid=0`,
    /mtree:2: expected type= and one of .* \(got no type\)/,
  ],
  ["a symbolic mode", `${ROOT}./a type=file mode=u=rw uid=0 gid=0`, /mtree:2: expected mode= .*got mode="u=rw"/],
  ["an id that is none", `${ROOT}./a type=file mode=0644 uid=-1 gid=0`, /uid= and an id .*got uid="-1"/],
  ["a path out of the tree", `${ROOT}../a type=file mode=0644 uid=0 gid=0`, /mtree:2: expected a path inside the tree/],
  [
    "a path longer than Linux takes",
    `${ROOT}./${"a/".repeat(2047)}éa type=dir mode=755 uid=0 gid=0`,
    /mtree:2: expected a path of at most 4095 bytes/,
  ],
  ["a way out of the root", `${ROOT}..\n..`, /mtree:3: expected a path inside the tree \(got ".." outside its root\)/],
  ["an escape that is none", `${ROOT}./\\q type=file mode=0644 uid=0 gid=0`, /in the escapes of vis\(3\)/],
  [
    "a device without its number",
    `${ROOT}./a type=char mode=0644 uid=0 gid=0`,
    /device=native,MAJOR,MINOR \(got no device\)/,
  ],
  ["a link without its end", `${ROOT}./a type=link mode=0777 uid=0 gid=0`, /link= and where it leads \(got no link\)/],
  ["a digest that is none", `${ROOT}./a type=file mode=0644 uid=0 gid=0 sha256digest=12`, /64 hexadecimal digits/],
  [
    "an attribute in no base64",
    `${ROOT}./a type=file mode=0644 uid=0 gid=0 tags=xattr.user.a:?`,
    /its value in base64/,
  ],
  ["a second entry for a path", `${ROOT}${ROOT}`, /mtree:2: ".": expected one entry for each path/],
];

for (const [what, text, message] of REFUSED)
  test(`${what} is refused with its line`, () => assert.throws(() => readMtree(text), message));
