/** A directory's dump is read as files of users and groups. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { badLines, entriesOf, groupsOfLdif, isLdif, parsePasswd, usersOfLdif } from "../../src/formats/index.ts";

const DUMP = `# extended LDIF
#  of a server
version: 1

dn: dc=example

dn: uid=ann,ou=people,
 dc=example
objectClass: posixAccount
UID: ann
uidNumber: 10
 0033
gidNumber: 100000
jpegPhoto:< file:///tmp/a

dn:: dWlkPWLDtgo=
sAMAccountName:: YsO2
uidnumber;x-test: 120000\r

dn: cn=staff
cn: staff
gidNumber: 100007
memberUid: ann
memberUid: ben

dn: uid=big
uid: big
uidNumber: 4294967296

dn: uid=odd
uid odd
uidNumber: 5
`.replace("\\r", "\r");

test("users are the entries with a uidNumber, groups those with a gidNumber alone", () => {
  assert.deepEqual(entriesOf(usersOfLdif(DUMP)), [
    { name: "ann", uid: 100033, gid: 100000 },
    { name: "b\u00c3\u00b6", uid: 120000, gid: 120000 },
  ]);
  assert.deepEqual(entriesOf(groupsOfLdif(DUMP)), [{ name: "staff", gid: 100007, members: ["ann", "ben"] }]);
});

test("an entry that cannot be read is told with the line that it begins at", () => {
  assert.deepEqual(
    badLines(usersOfLdif(DUMP, "dump")).map(({ where, why }) => [where, why]),
    [
      ["dump:26", "no name, or a uidnumber that is no id"],
      ["dump:30", 'expected attribute: value (got "uid odd")'],
    ],
  );
});

test("a dump begins with its version or a name; lines of accounts do not", () => {
  for (const text of [DUMP, "dn: uid=x\n", "\n\n# c\n# d\ndn:: eA==\n", "version: 1\n"]) assert.ok(isLdif(text), text);
  for (const text of ["", "\n".repeat(1e6), "root:x:0:0::/:\n", "dn:x:1:1::/:\n", "# dn: x\nroot:x:0:0::/:\n"])
    assert.ok(!isLdif(text));
  assert.deepEqual(entriesOf(usersOfLdif("")), entriesOf(parsePasswd("")));
});
