/** Policies: what rules decide, what is odd about them, and which constraints a tree breaks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileGlob } from "../../src/cli/glob.ts";
import { parseGroup, parsePasswd } from "../../src/formats/index.ts";
import { manifestToJson, readMtree } from "../../src/manifest/index.ts";
import {
  applyPolicy,
  constraintFindings,
  type Finding,
  peopleOf,
  readModeChange,
  readPolicy,
  ruleFindings,
} from "../../src/pack/index.ts";
import { parseSource } from "../../src/source/index.ts";

const people = peopleOf(
  parsePasswd("root:x:0:0::/root:\nwww:x:33:33::/:\nalice:x:1000:100::/:\nbob:x:1001:100::/:\n"),
  parseGroup("root:x:0:\nwww:x:33:\nusers:x:100:\nstaff:x:50:alice,bob\n"),
);

const read = (text: string) => readPolicy(parseSource(text, "policy.yaml"), { people, compileGlob });

/** A tree of the builder's, 1000:1000. */
const TREE = `#mtree
/set type=file mode=0664 uid=1000 gid=1000
. type=dir mode=0775
./bin type=dir mode=0775
./bin/ping mode=0775
./bin/su mode=0775
./etc type=dir mode=0775
./etc/passwd
./etc/shadow
./srv type=dir mode=0775
./srv/a inode=7 nlink=2
./srv/b inode=7 nlink=2
./srv/link type=link mode=0777 link=a
`;
const tree = readMtree(TREE);

const BASE = `version: 1
rules:
  - paths: "**"
    owner: root:root:u=rwX,go=rX
`;

function findingsOf(text: string): readonly Finding[] {
  const policy = read(text);
  const applied = applyPolicy(tree, policy, () => false);
  return [...ruleFindings(policy, applied), ...constraintFindings(applied.manifest, policy.constraints)];
}

const said = (findings: readonly Finding[]) =>
  findings.map(({ kind, where, path, says }) => [kind, where, path, says].join(" | "));

test("of the rules that match a path the last one that says something of an aspect decides it", () => {
  const policy = read(`${BASE}
  - paths: /bin/ping
    capability: cap_net_raw=ep
  - paths: [bin/su]
    owner: ":staff:4750"
  - paths: etc/shadow
    owner: "::0640"
    acl: user:www:r
  - paths: srv/**
    types: [dir]
    owner: 33:33:2775
    defaultAcl: g:staff:rwx
`);
  const { manifest, decisions, undecided, split } = applyPolicy(tree, policy, () => false);
  assert.deepEqual([undecided, split], [[], []]);
  const lines = manifestToJson(manifest).entries.map((entry) =>
    [entry.path, entry.mode, `${entry.uid}:${entry.gid}`, entry.capability, entry.acl, entry.defaultAcl]
      .filter((part) => part !== undefined)
      .join(" "),
  );
  assert.deepEqual(lines, [
    ". 0755 0:0",
    "bin 0755 0:0",
    "bin/ping 0755 0:0 cap_net_raw=ep",
    "bin/su 4750 0:50",
    "etc 0755 0:0",
    "etc/passwd 0644 0:0",
    "etc/shadow 0640 0:0 user::rw-,user:33:r--,group::r--,mask::r--,other::---",
    "srv 2775 33:33 user::rwx,group::rwx,group:50:rwx,mask::rwx,other::r-x",
    "srv/a 0644 0:0",
    "srv/b 0644 0:0",
    "srv/link 0777 0:0",
  ]);
  const decision = decisions[manifest.entries.findIndex(({ path }) => path === "bin/su")];
  const deciding = [...(decision ?? [])].map(([aspect, rule]) => `${aspect} ${rule.number}`);
  assert.deepEqual(deciding, ["user 1", "group 3", "mode 3"]);
  assert.equal(decision?.get("mode")?.where, "policy.yaml:8:5");
});

test("a glob takes any name, one that holds a newline too", () => {
  const names = ["a\nb", "etc/a\nb", ".hidden/a", "."];
  const taken = (glob: string) => names.filter(compileGlob(glob));
  assert.deepEqual(taken("**"), names);
  assert.deepEqual(taken("etc/**"), ["etc/a\nb"]);
  assert.deepEqual(taken("*"), ["a\nb"]);
  assert.deepEqual(taken("a?b"), ["a\nb"]);
});

test("no owner of the builder's is left where no rule decides, and each such path is a finding", () => {
  const text = "version: 1\nrules:\n  - paths: etc/**\n    owner: 'root:root'\n";
  const { manifest, undecided } = applyPolicy(tree, read(text), () => false);
  assert.ok(manifest.entries.every(({ uid, gid }) => uid === 0 && gid === 0));
  assert.equal(undecided.length, 8);
  assert.equal(findingsOf(text).filter(({ kind, isBroken }) => kind === "undecided" && isBroken).length, 8);
});

test("owners of the image stay where no rule decides", () => {
  const { manifest, undecided } = applyPolicy(
    tree,
    read("version: 1\nrules:\n  - {paths: etc, owner: 'root:'}\n"),
    () => true,
  );
  assert.deepEqual(undecided, []);
  assert.deepEqual([manifest.byPath.get("etc")?.uid, manifest.byPath.get("etc")?.gid], [0, 1000]);
});

test("a rule that matches nothing, one that later ones overrule and two that contradict each other are findings", () => {
  const found = findingsOf(`version: 1
rules:
  - paths: etc/shadow
    owner: "::0600"
  - paths: "**"
    owner: root:root:0644
  - paths: opt/**
    owner: www:www
  - paths: ["**"]
    owner: "www:"
`);
  assert.deepEqual(said(found), [
    "contradiction | policy.yaml:9:5 |  | rule 4 is about the same paths as rule 2 and says another user",
    "overruled | policy.yaml:3:5 |  | rule 1: later rules say all that it says of every path that it matches",
    "unused | policy.yaml:7:5 |  | rule 3: it matches no path",
  ]);
  assert.deepEqual(
    found.map(({ isBroken }) => isBroken),
    [true, false, false],
  );
});

test("two paths of one file that rules decide differently are a finding", () => {
  assert.deepEqual(said(findingsOf(`${BASE}  - {paths: srv/b, owner: "www:"}\n`)), [
    "split | policy.yaml | srv/b | it is one file with srv/a, of which the rules say something else",
  ]);
});

const BROKEN: readonly (readonly [what: string, rules: string, constraints: string, says: readonly string[]])[] = [
  [
    "an id above the highest",
    "  - {paths: etc/passwd, owner: '70000:'}",
    "highestId: 65535",
    ["highest-id | etc/passwd | id 70000 is above 65535"],
  ],
  [
    "an ACL's id above the highest",
    "  - {paths: etc/passwd, acl: 'u:70000:r'}",
    "highestId: 65535",
    ["highest-id | etc/passwd | id 70000 is above 65535"],
  ],
  [
    "an owner that is not allowed",
    "  - {paths: etc/passwd, owner: 'bob:'}",
    "users: [root, 33, 2000-2999]",
    ["owner | etc/passwd | it has user 1001; allowed: root, 33, 2000-2999"],
  ],
  [
    "a group that is not allowed",
    "  - {paths: etc/passwd, owner: ':staff'}",
    "groups: [root]",
    ["owner | etc/passwd | it has group 50; allowed: root"],
  ],
  [
    "a setuid program of another",
    "  - {paths: bin/su, owner: 'www::4755'}",
    "setuid: [root]",
    ["setuid | bin/su | it is a setuid program of user 33; allowed: root"],
  ],
  [
    "a setgid program of another",
    "  - {paths: bin/su, owner: ':staff:2755'}",
    "setgid: [root]",
    ["setgid | bin/su | it is a setgid program of group 50; allowed: root"],
  ],
  ["setgid without group execute is no program", "  - {paths: bin/su, owner: ':staff:2644'}", "setgid: [root]", []],
  [
    "a capability where none may be",
    "  - {paths: bin/*, capability: cap_kill=p}",
    "capabilities: [bin/ping]",
    ["capability | bin/su | it has capabilities; allowed: bin/ping"],
  ],
  [
    "a file that its owner could open for himself",
    "  - {paths: etc/passwd, owner: 'www::0444'}",
    "notWritable: [{paths: etc/**, by: [www]}]",
    ["writable | etc/passwd | www owns it"],
  ],
  [
    "a file in a folder that somebody may change",
    "  - {paths: etc, owner: ':staff:0775'}",
    "notWritable: [{paths: etc/*, by: alice}]",
    [
      "writable | etc/passwd | alice can put another in its place",
      "writable | etc/shadow | alice can put another in its place",
    ],
  ],
  [
    "a sticky folder keeps the files of others",
    "  - {paths: etc, owner: ':staff:1775'}",
    "notWritable: [{paths: etc/*, by: alice}]",
    [],
  ],
  [
    "a folder above that can be replaced",
    "  - {paths: ., owner: 'www:'}",
    "notWritable: [{paths: etc/passwd, by: www}]",
    ["writable | etc/passwd | www can put another in its place"],
  ],
  [
    "a file behind a folder that somebody does not get into",
    "  - {paths: etc, owner: '::0750'}\n  - {paths: etc/passwd, owner: '::0666'}",
    "notWritable: [{paths: etc/**, by: www}]",
    [],
  ],
  [
    "a folder whose owner could open it for himself",
    "  - {paths: etc, owner: 'www::0500'}\n  - {paths: etc/passwd, owner: '::0666'}",
    "notWritable: [{paths: etc/*, by: www}]",
    ["writable | etc/passwd | www writes to it", "writable | etc/shadow | www can put another in its place"],
  ],
  [
    "a folder shut to its owner, which he could open for himself",
    "  - {paths: etc, owner: 'www::0000'}\n  - {paths: etc/passwd, owner: '::0666'}",
    "notWritable: [{paths: etc/passwd, by: www}]",
    ["writable | etc/passwd | www writes to it"],
  ],
  [
    "a symbolic link, whose owner cannot make it another",
    "  - {paths: srv/link, owner: 'www:'}",
    "notWritable: [{paths: srv/link, by: www}]",
    [],
  ],
  [
    "a file that an ACL lets somebody write to",
    "  - {paths: etc/passwd, acl: 'u:www:rw'}",
    "notWritable: [{paths: etc/**, by: www}]",
    ["writable | etc/passwd | www writes to it"],
  ],
  [
    "an ACL whose mask takes it back",
    "  - {paths: etc/passwd, acl: 'u:www:rw,m::r'}",
    "notWritable: [{paths: etc/**, by: www}]",
    [],
  ],
  [
    "a file of two people",
    "  - {paths: [etc/passwd, srv/**], owner: ':staff:g+w'}",
    "separate: [{users: [alice, bob, www], outside: srv/**}]",
    ["separation | etc/passwd | alice writes to it, bob writes to it"],
  ],
];

for (const [what, rules, constraints, says] of BROKEN)
  test(`constraints: ${what}`, () => {
    const found = findingsOf(`${BASE}${rules}\nconstraints:\n  ${constraints}\n`).filter(({ isBroken }) => isBroken);
    assert.deepEqual(
      found.map(({ kind, path, says }) => `${kind} | ${path} | ${says}`),
      says,
    );
    assert.ok(
      found.every(({ where }) => /^policy\.yaml:\d+:\d+$/.test(where)),
      JSON.stringify(found),
    );
  });

test("constraints: a file in a shut folder is written to by another of its paths", () => {
  const linked = readMtree(`#mtree
/set type=file mode=0666 uid=0 gid=0
. type=dir mode=0755
./etc type=dir mode=0700
./etc/kept inode=7
./etc/lone
./tmp type=dir mode=0755
./tmp/kept inode=7
`);
  const { constraints } = read(`${BASE}constraints:\n  notWritable: [{paths: etc/*, by: www}]\n`);
  assert.deepEqual(
    constraintFindings(linked, constraints).map(({ path, says }) => `${path} ${says}`),
    ["etc/kept www writes to it"],
  );
});

const MODES: readonly (readonly [text: string, before: number, isDirectory: boolean, after: number])[] = [
  ["0640", 0o777, false, 0o640],
  ["4755", 0, true, 0o4755],
  ["u=rwX,go=rX", 0o664, false, 0o644],
  ["u=rwX,go=rX", 0o674, false, 0o755],
  ["u=rwX,go=rX", 0o664, true, 0o755],
  ["a-w,u+s", 0o775, false, 0o4555],
  ["g=s", 0o775, true, 0o2705],
  ["+t", 0o777, true, 0o1777],
  ["-t", 0o1777, true, 0o777],
  ["o=", 0o757, false, 0o750],
];

for (const [text, before, isDirectory, after] of MODES)
  test(`the mode ${text} makes ${after.toString(8)} of ${before.toString(8)}`, () =>
    assert.equal(readModeChange(text)?.(before, isDirectory), after));

const REFUSED: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["another version", "version: 2\nrules: []\n", /policy\.yaml:1:1: \$\.version: expected version: 1 \(got 2\)/],
  [
    "a key that is none",
    "version: 1\nrules: []\nrule: 1\n",
    /\$: expected the keys version, rules, constraints \(got "rule"\)/,
  ],
  [
    "a rule that says nothing",
    "version: 1\nrules:\n  - paths: a\n",
    /policy\.yaml:3:5: \$\.rules\[0\]: expected something to say/,
  ],
  [
    "a rule without paths",
    "version: 1\nrules:\n  - owner: 'root:root'\n",
    /\$\.rules\[0\]\.paths: expected a pattern, or a list of them/,
  ],
  [
    "an owner that nobody has",
    "version: 1\nrules:\n  - paths: a\n    owner: eve:root\n",
    /policy\.yaml:4:5: \$\.rules\[0\]\.owner: expected a user of the image's passwd \(got "eve"\)/,
  ],
  ["an owner alone", "version: 1\nrules:\n  - {paths: a, owner: root}\n", /expected OWNER:GROUP or OWNER:GROUP:MODE/],
  [
    "a mode that is none",
    "version: 1\nrules:\n  - {paths: a, owner: '::0999'}\n",
    /expected a mode such as 0640 or u=rwX,go=rX \(got "0999"\)/,
  ],
  [
    "a type that is none",
    "version: 1\nrules:\n  - {paths: a, types: door, owner: '0:0'}\n",
    /expected some of file, dir/,
  ],
  [
    "an ACL for nobody",
    "version: 1\nrules:\n  - {paths: a, acl: 'u:eve:r'}\n",
    /policy\.yaml:3:\d+: \$\.rules\[0\]\.acl: expected the id of a user/,
  ],
  [
    "a capability that is none",
    "version: 1\nrules:\n  - {paths: a, capability: cap_fly=p}\n",
    /the name of a capability/,
  ],
  [
    "root as somebody whom permissions hold",
    `${BASE}constraints:\n  notWritable: [{paths: a, by: root}]\n`,
    /users that are not root \(got root, whom/,
  ],
  ["a separation of one", `${BASE}constraints:\n  separate: [{users: [bob]}]\n`, /expected 2 or more users/],
];

for (const [what, text, message] of REFUSED)
  test(`${what} is refused with its place`, () => assert.throws(() => read(text), message));
