/** The texts of paths, ACLs and capabilities. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { aclFromBytes, aclToBytes } from "../../src/kernel/index.ts";
import {
  bytesOfPath,
  canonicalPath,
  pathOfBytes,
  readAclText,
  readCapabilityText,
  showAclText,
  showCapabilityText,
  wholeAcl,
} from "../../src/manifest/index.ts";
import { escapeName, unescapeName } from "../../src/manifest/vis.ts";

test("any bytes become the text of a path and come back", () => {
  const bytes = fc.uint8Array({ maxLength: 12 });
  const nearUtf8 = fc.array(
    fc.constantFrom(0x61, 0x2f, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0xed, 0xa0, 0xff),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        bytes,
        nearUtf8.map((list) => Uint8Array.from(list)),
      ),
      (name) => {
        const text = pathOfBytes(name);
        assert.deepEqual(bytesOfPath(text), name);
        assert.equal(unescapeName(escapeName(text)), text);
      },
    ),
  );
});

test("two texts of the same bytes are one path, and a surrogate that is no byte is none", () => {
  assert.equal(canonicalPath("\udcc3\udca9"), "é");
  assert.equal(canonicalPath("\ud800"), null);
  assert.equal(canonicalPath("a\0"), null);
});

test("an ACL is read in the long and the short form, in any order, and written in the one that is valid", () => {
  const acl = readAclText("o::-, m::rwx, g:6:r-x, u:100:7, user:33:rw, g::r, u::rwx", "");
  assert.equal(showAclText(acl), "user::rwx,user:33:rw-,user:100:rwx,group::r--,group:6:r-x,mask::rwx,other::---");
  assert.deepEqual(readAclText(showAclText(acl), ""), acl);
  assert.deepEqual(aclFromBytes(aclToBytes(acl)), acl);
  assert.equal(wholeAcl(acl, ""), acl);
});

test("the bytes of an ACL are those that setfacl makes", () => {
  // setfacl -m u:33:r on a file of mode 0640; getfattr -n system.posix_acl_access -e hex (measured, Linux 6.18)
  const hex = "0200000001000600ffffffff02000400210000000400" + "0400ffffffff10000400ffffffff20000000ffffffff";
  const acl = readAclText("user::rw-,user:33:r--,group::r--,mask::r--,other::---", "");
  assert.equal(Buffer.from(aclToBytes(acl)).toString("hex"), hex);
});

test("bytes that are no ACL are null", () => {
  assert.equal(aclFromBytes(Uint8Array.of(2, 0, 0)), null);
  assert.equal(aclFromBytes(Uint8Array.of(3, 0, 0, 0)), null);
  assert.equal(aclFromBytes(Uint8Array.of(2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0)), null);
});

const CAPABILITIES: readonly (readonly [given: string, shown: string])[] = [
  ["cap_net_raw=ep", "cap_net_raw=ep"],
  ["cap_net_raw+ep", "cap_net_raw=ep"],
  ["CAP_KILL,cap_chown=i cap_setuid+p", "cap_chown,cap_kill=i cap_setuid=p"],
  ["cap_chown=eip cap_chown-i", "cap_chown=ep"],
  ["=p cap_chown-p 63+i [rootid=0]", "63=i [rootid=0]"],
];

for (const [given, shown] of CAPABILITIES)
  test(`the capabilities ${given} are ${shown}`, () => {
    const held = readCapabilityText(given, "");
    if (!given.startsWith("=")) assert.equal(showCapabilityText(held), shown);
    assert.deepEqual(readCapabilityText(showCapabilityText(held), ""), held);
  });

const REFUSED: readonly (readonly [what: string, read: () => unknown, message: RegExp])[] = [
  ["an ACL entry for nobody", () => readAclText("user:x:r", "acl"), /acl: expected the id of a user \(got "x"\)/],
  ["a mask for somebody", () => readAclText("mask:3:r", "acl"), /expected user:NAME:rwx, .*got "mask:3:r"/],
  ["the same user twice", () => readAclText("u:3:r,user:3:w", "acl"), /one entry for each user, group and class/],
  ["permissions that are none", () => readAclText("u:3:rz", "acl"), /got "u:3:rz"/],
  ["an ACL without a mask", () => wholeAcl(readAclText("u::r,u:3:r,g::r,o::r", "acl"), "acl"), /has a mask/],
  ["a capability that is none", () => readCapabilityText("cap_fly=ep", "c"), /c: expected the name of a capability/],
  ["capabilities without an operator", () => readCapabilityText("cap_kill", "c"), /expected clauses such as/],
  ["capabilities that grant nothing", () => readCapabilityText("cap_kill=e", "c"), /that a file can grant/],
  [
    "an effective bit for some",
    () => readCapabilityText("cap_kill=ep cap_chown=p", "c"),
    /e for all capabilities or for none/,
  ],
  ["a root id that is none", () => readCapabilityText("cap_kill=p [rootid=4294967295]", "c"), /a root id from 0/],
];

for (const [what, read, message] of REFUSED) test(`${what} is refused`, () => assert.throws(read, message));
