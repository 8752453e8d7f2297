/** Archives of other tools: written by GNU tar and Python's tarfile, read back by them, and the layer that ships. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { idMap } from "../../src/core/index.ts";
import { scanTar, UnmappedError } from "../../src/shift/index.ts";
import { need } from "../need.ts";
import { assertBytes, both, FAR, type Options, pieces, shift, tryShift } from "./shifting.ts";

/** A command's output, or null where it does not run. */
function output(command: string, args: readonly string[], input?: Uint8Array): Buffer | null {
  try {
    return execFileSync(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      maxBuffer: 1 << 28,
      ...(input ? { input } : {}),
    });
  } catch {
    return null;
  }
}

const hasGnuTar = output("tar", ["--version"])?.toString().includes("GNU tar") ?? false;
const hasPython = output("python3", ["-c", "import tarfile"]) !== null;

const LIST = `
import hashlib, io, json, sys, tarfile
archive = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()), encoding="latin-1")
for entry in archive:
    body = archive.extractfile(entry) if entry.isreg() else None
    other = {key: value for key, value in entry.pax_headers.items() if key not in ("uid", "gid") and "acl" not in key}
    print(json.dumps([entry.name, entry.uid, entry.gid, entry.uname, entry.gname, entry.mode, entry.mtime, entry.linkname,
        entry.type.decode("latin-1"), other, 
        entry.pax_headers.get("SCHILY.xattr.system.posix_acl_access", "").encode("utf-8", "surrogateescape").hex(),
        hashlib.sha256(body.read()).hexdigest() if body else None]))
`;

type Listed = readonly [name: string, uid: number, gid: number, ...rest: unknown[]];

function list(tar: Uint8Array): Listed[] {
  const lines = output("python3", ["-c", LIST], tar)?.toString().trim().split("\n");
  assert.ok(lines, "tarfile reads the archive");
  return lines.map((line): Listed => JSON.parse(line));
}

const layer = gunzipSync(readFileSync("tests/layers/debian-mixed-owners.tar.gz"));
const ACL_AT = 10;

test("the layer that ships: tarfile reads every owner shifted, the ACL's too, and everything else as it was", async (t) => {
  if (!need(t, hasPython, "python3 with tarfile")) return;
  const { bytes, report } = await shift(layer, { sizes: [65_536] });
  assert.equal(report.entries, 272);
  assert.deepEqual(report.capabilities, { withoutRoot: 1, withRoot: 0 });
  assert.deepEqual(report.acls, { values: 1, namesWithoutId: 0, untranslated: { count: 0, example: null } });
  // Tag and permissions, then the id: the user 100 and the group 102 are named.
  const shiftedAcl = (hex: string) =>
    hex.replace("0200070064000000", "0200070004870100").replace("0800070066000000", "0800070006870100");
  const before = list(layer);
  const acls = before.map((entry) => String(entry[ACL_AT])).filter((acl) => acl !== "");
  assert.deepEqual(
    acls.map((acl) => shiftedAcl(acl) === acl),
    [false],
  );
  const expected = before.map(([name, uid, gid, ...rest]) => {
    const listed: unknown[] = [name, uid + 100_000, gid + 100_000, ...rest];
    listed[ACL_AT] = shiftedAcl(String(listed[ACL_AT]));
    return listed;
  });
  assert.deepEqual(list(bytes), expected);
});

test("the layer that ships: shifting back gives the same bytes", async () => {
  const there = await shift(layer, { sizes: [10_000] });
  assertBytes((await shift(there.bytes, { reverse: true })).bytes, layer);
});

test("the layer that ships: a map of one id, as rootless containers without subordinate ids have, is refused", async () => {
  const { error } = await tryShift(layer, { ...both(idMap([{ first: 0, lowerFirst: 1000, count: 1 }])) });
  assert.ok(error instanceof UnmappedError);
  assert.deepEqual(
    error.unmapped.map(({ kind, id }) => `${kind} ${id}`),
    [
      "uid 1",
      "uid 100",
      "uid 101",
      "uid 65534",
      "gid 1",
      "gid 8",
      "gid 42",
      "gid 101",
      "gid 102",
      "gid 103",
      "gid 65534",
    ],
  );
});

const PYTHON_MAKE = `
import io, sys, tarfile
form, uid, gid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
archive = tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=getattr(tarfile, form + "_FORMAT"))
for name, size in (("short", 3), ("d/" * 70 + "n" * 90, 1000), ("empty", 0)) + ((("long/" * 60, 5),) if form != "USTAR" else ()):
    entry = tarfile.TarInfo(name)
    entry.size, entry.uid, entry.gid, entry.uname, entry.gname = size, uid, gid, "lisa", "users"
    archive.addfile(entry, io.BytesIO(b"x" * size))
archive.close()
`;

/** Format, owner, maps, and whether an encoding changes. */
const PYTHON: readonly (readonly [
  form: string,
  uid: number,
  gid: number,
  options: Options,
  by: number,
  isOneWay: boolean,
])[] = [
  ["USTAR", 1000, 100, {}, 100_000, false],
  ["USTAR", 1000, 100, both(FAR), 3_000_000, true],
  ["GNU", 1000, 100, {}, 100_000, false],
  ["GNU", 1000, 100, both(FAR), 3_000_000, true],
  ["GNU", 3_000_000, 5_000_000, both(idMap([{ first: 0, lowerFirst: 9_000_000, count: 9_000_000 }])), 9_000_000, false],
  ["PAX", 1000, 100, {}, 100_000, false],
  ["PAX", 1000, 100, both(FAR), 3_000_000, true],
  ["PAX", 3_000_000, 1000, both(idMap([{ first: 0, lowerFirst: 1_000_000, count: 9_000_000 }])), 1_000_000, false],
];

for (const [form, uid, gid, options, by, isOneWay] of PYTHON)
  test(`tarfile, ${form}, ${uid}:${gid}: read back, the owners are ${by} higher and nothing else differs`, async (t) => {
    if (!need(t, hasPython, "python3 with tarfile")) return;
    const input = output("python3", ["-c", PYTHON_MAKE, form, String(uid), String(gid)]);
    assert.ok(input);
    const { bytes, report } = await shift(input, options);
    assert.deepEqual(
      list(bytes),
      list(input).map(([name, owner, group, ...rest]) => [name, owner + by, group + by, ...rest]),
    );
    assert.equal(report.recordsAdded + report.fieldsWidened > 0, isOneWay);
    if (!isOneWay) assertBytes((await shift(bytes, { ...options, reverse: true })).bytes, input);
  });

const FORMATS = ["v7", "oldgnu", "gnu", "ustar", "posix"] as const;

for (const format of FORMATS)
  test(`GNU tar, ${format}: links, folders, long names and sparse files keep everything but their owner`, async (t) => {
    if (!need(t, hasGnuTar, "GNU tar")) return;
    const folder = mkdtempSync(join(tmpdir(), "userns-tar-"));
    try {
      const long =
        format === "v7" ? "short" : format === "ustar" ? `${"d".repeat(90)}/${"n".repeat(90)}` : "n".repeat(200);
      execFileSync(
        "sh",
        [
          "-c",
          `mkdir -p "$(dirname "${long}")" && echo long > "${long}" && echo a > a && ln a hard && ln -s a soft && ${format === "v7" ? "true" : "mkfifo pipe"} && truncate -s 1M holes && echo end >> holes && mkdir empty`,
        ],
        { cwd: folder },
      );
      // Versions from 0.1 on put tar's process id into a name.
      const sparse = format === "v7" || format === "ustar" ? [] : ["--sparse", "--sparse-version=0.0"];
      const make = (uid: number, gid: number) =>
        output("tar", [
          "-c",
          "--sort=name",
          `--format=${format}`,
          `--owner=lisa:${uid}`,
          `--group=users:${gid}`,
          ...sparse,
          ...(format === "posix" ? ["--pax-option=delete=atime,delete=ctime,exthdr.name=%f"] : []),
          "-C",
          folder,
          ".",
        ]);
      const [input, expected] = [make(1000, 50), make(101_000, 100_050)];
      assert.ok(input && expected);
      const { bytes } = await shift(input, { sizes: [3000] });
      assertBytes(bytes, expected, "as tar itself writes these owners:");
      assertBytes((await shift(bytes, { reverse: true })).bytes, input, "back:");
      const [far, hugeInput] = [await shift(input, both(FAR)), output("tar", ["-tvf", "-", "--numeric-owner"], input)];
      const listed = output("tar", ["-tvf", "-", "--numeric-owner"], far.bytes)?.toString();
      assert.equal(
        listed?.replace(/ +/g, " "),
        hugeInput?.toString().replaceAll("1000/50", "3001000/3000050").replace(/ +/g, " "),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

test("GNU tar reads the names dropped", async (t) => {
  if (!need(t, hasGnuTar, "GNU tar")) return;
  const { bytes } = await shift(layer, { names: "drop" });
  const listed = output("tar", ["-tvf", "-"], bytes)?.toString() ?? "";
  assert.match(listed, / 165534\/165534 .* srv\/tftp\/\n/);
  assert.doesNotMatch(listed, /nobody|root\//);
});

test("an archive of one thousand entries with pax headers is scanned as it is shifted", async (t) => {
  if (!need(t, hasGnuTar, "GNU tar")) return;
  const folder = mkdtempSync(join(tmpdir(), "userns-tar-"));
  try {
    for (let k = 0; k < 1000; k++) writeFileSync(join(folder, `f${k}`), "x".repeat(k));
    const input = output("tar", ["-c", "--format=posix", "--owner=:70000", "--group=:7", "-C", folder, "."]);
    assert.ok(input);
    const { ids, entries } = await scanTar(pieces(input, [65_536]));
    assert.equal(entries, 1001);
    assert.deepEqual(
      ids.map(({ kind, id, owner, examples }) => [kind, id, owner, examples.length]),
      [
        ["uid", 70_000, 1001, 3],
        ["gid", 7, 1001, 3],
      ],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
