/** ACLs of kinds that are not translated: passed on as they are, counted, and the first one named. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scanTar } from "../../src/shift/index.ts";
import { archive, entry, id7, pax } from "./archive.ts";
import { assertBytes, pieces, shift } from "./shifting.ts";

const R = id7(100_000);
const FILE = { name: "srv/share" };
const MOVED = { ...FILE, uid: R, gid: R };
const solarisAcl = (owner: object) => entry({ name: "srv/share", type: "A", ...owner }, "1000005\0user:lisa:rwx");

const KINDS: readonly (readonly [what: string, before: Uint8Array, after: Uint8Array])[] = [
  ...["system.nfs4_acl", "system.nfs4_acl_xdr", "system.richacl"].flatMap((attribute) =>
    ["SCHILY", "LIBARCHIVE"].map((vendor): [string, Uint8Array, Uint8Array] => {
      const record = pax({ [`${vendor}.xattr.${attribute}`]: "\0\0\0\x011000" });
      return [`${vendor}.xattr.${attribute}`, record, record];
    }),
  ),
  ["Solaris' header of type A", solarisAcl({}), solarisAcl({ uid: R, gid: R })],
];

for (const [what, before, after] of KINDS)
  test(`${what} keeps its body, and is counted with the path of its entry`, async () => {
    const input = archive(entry(), before, entry(FILE), before, entry(FILE));
    const { bytes, report } = await shift(input, { sizes: [700] });
    assertBytes(bytes, archive(entry({ uid: R, gid: R }), after, entry(MOVED), after, entry(MOVED)));
    assert.deepEqual(report.acls.untranslated, { count: 2, example: "srv/share" });
    assert.deepEqual((await scanTar(pieces(input))).acls.untranslated, { count: 2, example: "srv/share" });
  });

test("ACLs that are translated, and other attributes, are not among them", async () => {
  const records = { "SCHILY.acl.access": "user:lisa:rwx:1000", "SCHILY.xattr.user.nfs4_acl": "lisa" };
  const { report } = await shift(archive(pax(records), entry(FILE)));
  assert.deepEqual(report.acls.untranslated, { count: 0, example: null });
});
