/** Ids that the maps do not hold: refused, squashed or kept, and always reported. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { IDENTITY, idMap, showExtent } from "../../src/core/index.ts";
import { fittingMaps, lintTar, scanTar, UnmappedError, unmappedIn } from "../../src/shift/index.ts";
import { aclValue, archive, capabilityValue, concat, END, entry, id7, pax } from "./archive.ts";
import { assertBytes, both, type Options, pieces, SHIFT, shift, tryShift } from "./shifting.ts";

const good = entry({ name: "etc/passwd", uid: id7(0), gid: id7(42) }, "root");
const goodShifted = entry({ name: "etc/passwd", uid: id7(100_000), gid: id7(100_042) }, "root");
const acl = pax({ "SCHILY.xattr.system.posix_acl_access": aclValue([2, 7, 70_000], [8, 7, 5]) });
const capability = pax({ "SCHILY.xattr.security.capability": capabilityValue(3, 80_000) });

/** Owners 0 and 42 are mapped; 90000 and 65536 own something; an ACL names 70000; 80000 is a capability's root. */
const MIXED = archive(
  good,
  concat(acl, entry({ name: "var/spool" })),
  entry({ name: "home/lisa", uid: id7(90_000), gid: id7(65_536) }, "lisa"),
  concat(capability, entry({ name: "usr/bin/ping" })),
  entry({ name: "home/lisa/notes", uid: id7(90_000) }),
);

for (const sizes of [[MIXED.length], [1], [700]])
  test(`refuse: the output ends before the first entry, its extensions too, that is not mapped; pieces of ${sizes}`, async () => {
    const { bytes, error, report } = await tryShift(MIXED, { sizes, name: "layer.tar" });
    assertBytes(bytes, goodShifted);
    assert.ok(error instanceof UnmappedError);
    assert.equal(error.code, "ERR_UNMAPPED");
    assert.deepEqual(error.stop, { entry: 2, path: "var/spool", offset: 1024 });
    assert.match(error.message, /^layer\.tar: entry 2 "var\/spool", byte 1024: /);
    assert.equal(report.entries, 5, "the rest was read");
  });

test("refuse: the error lists every id that is not mapped, where it stood, and the smallest map that fits", async () => {
  const { error } = await tryShift(MIXED);
  assert.ok(error instanceof UnmappedError);
  const none = { owner: 0, acl: 0, capability: 0, names: [] };
  assert.deepEqual(error.unmapped, [
    { ...none, kind: "uid", id: 70_000, acl: 1, examples: ["var/spool"] },
    { ...none, kind: "uid", id: 80_000, capability: 1, examples: ["usr/bin/ping"] },
    { ...none, kind: "uid", id: 90_000, owner: 2, examples: ["home/lisa", "home/lisa/notes"] },
    { ...none, kind: "gid", id: 65_536, owner: 1, examples: ["home/lisa"] },
  ]);
  assert.deepEqual(error.fit.uids?.extents.map(showExtent), ["0:100000:90001"]);
  assert.deepEqual(error.fit.gids?.extents.map(showExtent), ["0:100000:65537"]);
  assert.equal((await tryShift(MIXED, { ...(await fitOf(error)) })).error, null, "with that map nothing is refused");
});

async function fitOf({ fit }: UnmappedError): Promise<Options> {
  assert.ok(fit.uids && fit.gids);
  return { uids: fit.uids, gids: fit.gids };
}

test("refuse: input that is not sound after the first refusal is still bad input", async () => {
  const { error } = await tryShift(MIXED.subarray(0, MIXED.length - 1500));
  assert.equal(error?.code, "ERR_TAR");
});

test("squash: every id that is not mapped becomes the one named, and is reported", async () => {
  const { bytes, report } = await shift(MIXED, { unmapped: { mode: "squash", uid: 65_534, gid: 65_533 } });
  assertBytes(
    bytes,
    archive(
      goodShifted,
      pax({ "SCHILY.xattr.system.posix_acl_access": aclValue([2, 7, 65_534], [8, 7, 100_005]) }),
      entry({ name: "var/spool", uid: id7(100_000), gid: id7(100_000) }),
      entry({ name: "home/lisa", uid: id7(65_534), gid: id7(65_533) }, "lisa"),
      pax({ "SCHILY.xattr.security.capability": capabilityValue(3, 65_534) }),
      entry({ name: "usr/bin/ping", uid: id7(100_000), gid: id7(100_000) }),
      entry({ name: "home/lisa/notes", uid: id7(65_534), gid: id7(100_000) }),
    ),
  );
  assert.deepEqual(
    report.unmapped.map(({ kind, id, owner }) => [kind, id, owner]),
    [
      ["uid", 70_000, 0],
      ["uid", 80_000, 0],
      ["uid", 90_000, 2],
      ["gid", 65_536, 1],
    ],
  );
  assert.equal(report.headersShifted, 3);
  assert.deepEqual(report.capabilities, { withoutRoot: 0, withRoot: 1 });
  assert.deepEqual(report.acls, { values: 1, namesWithoutId: 0, untranslated: { count: 0, example: null } });
});

test("squash: an id that is none is wrong use", async () => {
  const squash = { mode: "squash", uid: 4_294_967_295, gid: 0 } as const;
  await assert.rejects(shift(MIXED, { unmapped: squash }), { code: "ERR_ID_RANGE", where: "squash" });
});

test("keep: ids that are not mapped stay, the others are shifted, and both are counted", async () => {
  const { bytes, report } = await shift(MIXED, { unmapped: { mode: "keep" } });
  const { ids } = await scanTar(pieces(bytes));
  assert.deepEqual(
    ids.map(({ kind, id }) => `${kind} ${id}`),
    ["uid 70000", "uid 80000", "uid 90000", "uid 100000", "gid 65536", "gid 100000", "gid 100005", "gid 100042"],
  );
  assert.equal(report.unmapped.length, 4);
});

test("a capability without a root id needs root mapped when it shall be the namespace's", async () => {
  const input = archive(
    pax({ "SCHILY.xattr.security.capability": capabilityValue(2) }),
    entry({ uid: id7(5), gid: id7(5) }),
  );
  const noRoot = both(idMap([{ first: 1, lowerFirst: 100_001, count: 9 }]));
  assert.equal((await tryShift(input, noRoot)).error, null);
  const { error } = await tryShift(input, { ...noRoot, capabilities: "namespace" });
  assert.ok(error instanceof UnmappedError);
  assert.deepEqual(
    error.unmapped.map(({ kind, id, capability: count }) => [kind, id, count]),
    [["uid", 0, 1]],
  );
});

test("a scan counts every id and changes nothing, and finds what the maps do not hold", async () => {
  const before = MIXED.slice();
  async function* whole() {
    yield before;
  }
  const owners = await scanTar(whole());
  assertBytes(before, MIXED);
  assert.equal(owners.entries, 5);
  assert.deepEqual(
    owners.ids.map(({ kind, id, owner, acl: named, capability: roots }) => [kind, id, owner, named, roots]),
    [
      ["uid", 0, 3, 0, 0],
      ["uid", 70_000, 0, 1, 0],
      ["uid", 80_000, 0, 0, 1],
      ["uid", 90_000, 2, 0, 0],
      ["gid", 0, 3, 0, 0],
      ["gid", 5, 0, 1, 0],
      ["gid", 42, 1, 0, 0],
      ["gid", 65_536, 1, 0, 0],
    ],
  );
  const maps = both(SHIFT);
  assert.deepEqual(
    unmappedIn(owners.ids, maps).map(({ id }) => id),
    [70_000, 80_000, 90_000, 65_536],
  );
  assert.deepEqual(fittingMaps(owners.ids, maps).uids?.extents.map(showExtent), ["0:100000:90001"]);
});

test("ids beyond the number that is kept are counted, and no map is proposed for them", async () => {
  const MOST = 100_000;
  async function* many() {
    for (let id = 0; id < MOST + 5; id++) yield entry({ uid: id7(id), gid: id7(0) });
    yield END;
  }
  const { ids, unlisted } = await scanTar(many());
  assert.equal(ids.length, MOST);
  assert.equal(unlisted, 6, "the last five uids, and gid 0, which comes after 100,000 of them");
  assert.equal(fittingMaps(ids, both(SHIFT), unlisted).uids, null);
  const held = await lintTar(many(), both(IDENTITY));
  assert.deepEqual([held.unmapped, held.unlisted], [[], 0], "a map that holds them all holds those as well");
  const outside = await lintTar(many(), both(SHIFT));
  assert.deepEqual([outside.unmapped.length, outside.unlisted], [MOST + 5 - 65_536, 0]);
});
