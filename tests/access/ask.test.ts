/** Who may do what in the tree of an image: the kernel's rules answer, for everybody that passwd names and anyone else. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { aclToBytes } from "../../src/kernel/index.ts";
import { readAclText } from "../../src/manifest/index.ts";
import { folderFor, userns } from "../cli/command.ts";

const MANIFEST = `#mtree
. type=dir mode=755 uid=0 gid=0
./bin type=link mode=777 uid=0 gid=0 link=usr/bin
./etc type=dir mode=755 uid=0 gid=0
./etc/passwd type=file mode=644 uid=0 gid=0
./etc/shadow type=file mode=640 uid=0 gid=42
./home type=dir mode=755 uid=0 gid=0
./home/alice type=dir mode=700 uid=1000 gid=1000
./home/alice/open type=file mode=666 uid=1000 gid=1000
./srv type=dir mode=775 uid=0 gid=33
./srv/page type=file mode=644 uid=0 gid=0
./usr type=dir mode=755 uid=0 gid=0
./usr/bin type=dir mode=755 uid=0 gid=0
./usr/bin/expiry type=file mode=2755 uid=0 gid=42
./usr/bin/su type=file mode=4754 uid=0 gid=42
./usr/bin/mail type=file mode=4755 uid=8 gid=8
`;
const PASSWD = "root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n";

async function ask(t: TestContext, question: string, manifest = MANIFEST) {
  const folder = folderFor(t);
  writeFileSync(join(folder, "m"), manifest);
  writeFileSync(join(folder, "passwd"), PASSWD);
  writeFileSync(join(folder, "group"), "shadow:x:42:\n");
  const accounts = ["--passwd", join(folder, "passwd"), "--group", join(folder, "group")];
  const said = await userns(["ask", join(folder, "m"), question, ...accounts]);
  const json = await userns(["ask", join(folder, "m"), question, ...accounts, "--json"]);
  return { ...said, answer: json.exit === 0 ? JSON.parse(json.stdout).answer : null };
}

const yesOf = (people: { who: string; can: boolean }[]) => people.flatMap(({ who, can }) => (can ? who : []));

test("who can: everybody is asked about, and each answer has its rule and what it met", async (t) => {
  const { stdout, answer } = await ask(t, "who can write /etc/passwd");
  assert.deepEqual(yesOf(answer.people), ["root"]);
  assert.match(
    stdout,
    /^alice \(1000\) +no\n {2}Everybody else is held to the bits for others\.\n {2}\(write to tree:etc\/passwd: asked by\n? +k1000:k1000, owner v0:v0, mode 0644\)/m,
  );
  assert.match(stdout, /^anyone else/m);
  assert.deepEqual(yesOf((await ask(t, "who can read etc/shadow?")).answer.people), ["root"]);
});

test("a folder that bars the way is named, however open the file is", async (t) => {
  const { stdout, answer } = await ask(t, "who can read /home/alice/open");
  assert.deepEqual(yesOf(answer.people), ["root", "alice"]);
  assert.match(stdout, /search tree:home\/alice/);
});

test("an ACL's entry decides, and is named as the rule", async (t) => {
  const acl = aclToBytes(readAclText("user::rw-,user:1000:rw-,group::r--,mask::rw-,other::r--", ""));
  const said = `mode=664 uid=0 gid=0 xattr.system.posix_acl_access=${Buffer.from(acl).toString("base64")}`;
  const withAcl = MANIFEST.replace("srv/page type=file mode=644 uid=0 gid=0", `srv/page type=file ${said}`);
  const { stdout, answer } = await ask(t, "who can write /srv/page", withAcl);
  assert.deepEqual(yesOf(answer.people), ["root", "alice"]);
  assert.match(stdout, /A user that the ACL names is held to that entry and the mask\./);
});

test("whoever may not write a file may still replace it", async (t) => {
  const { answer } = await ask(t, "who can write /srv/page");
  const ways = answer.people.map(({ who, otherWay }: { who: string; otherWay: string | null }) => [who, otherWay]);
  assert.deepEqual(ways[1], ["www-data", "can put another in its place"]);
  assert.deepEqual(ways[2], ["alice", null]);
});

test("who reaches a user: the shortest chain of set-id programs, one opening the way to the next", async (t) => {
  const { stdout, answer } = await ask(t, "who reaches uid 0");
  const alice = answer.people.find(({ who }: { who: string }) => who === "alice");
  assert.deepEqual(
    alice.chain.map(({ path }: { path: string }) => path),
    ["usr/bin/expiry", "usr/bin/su"],
  );
  assert.match(stdout, /^root \(0\) +yes, as he is$/m);
  assert.match(stdout, /^anyone else \(\d+\) +yes: usr\/bin\/expiry \(gid 42\), then\s+usr\/bin\/su \(uid 0\)$/m);
  const none = await ask(t, "who reaches uid 0", MANIFEST.replace("mode=2755", "mode=755"));
  assert.deepEqual(
    none.answer.people.map(({ chain }: { chain: unknown }) => chain),
    [[], null, null, null],
  );
  const runs = await ask(t, "who reaches /usr/bin/su");
  assert.equal(runs.answer.people[2].chain.length, 1);
});

// Asked of Linux 6.18 with two such programs, also where each makes its group the real one before it runs the next.
test("a group that a program gave is lost to the next program that gives one", async (t) => {
  const behind = (
    folder: string,
  ) => `${MANIFEST.replace("usr/bin/su type=file mode=4754", "usr/bin/su type=file mode=755")}./usr/bin/vault type=file mode=2755 uid=0 gid=43
./vault type=dir mode=${folder}
./vault/su type=file mode=4750 uid=0 gid=42
`;
  const chainOfAlice = async (manifest: string) => (await ask(t, "who reaches uid 0", manifest)).answer.people[2].chain;
  assert.equal(await chainOfAlice(behind("750 uid=0 gid=43")), null, "the folder is for 43, the program for 42");
  assert.equal((await chainOfAlice(behind("750 uid=0 gid=42"))).length, 2, "both are for 42");
});

test("programs of sixteen groups are sixteen groups to be in, not each choice among them", async (t) => {
  const programs = Array.from({ length: 16 }, (_, n) => `./usr/bin/p${n} type=file mode=2755 uid=0 gid=${200 + n}\n`);
  const { answer } = await ask(t, "who reaches uid 0", MANIFEST.replace("mode=4754", "mode=754") + programs.join(""));
  assert.deepEqual(
    answer.people.map(({ chain }: { chain: unknown }) => chain),
    [[], null, null, null],
  );
});

test("a program with CAP_SETUID leads to every user, and so to what root alone may run", async (t) => {
  const setuid = Buffer.from("0100000280000000000000000000000000000000", "hex").toString("base64");
  const inManifest = `${MANIFEST}./usr/bin/any type=file mode=755 uid=0 gid=0 xattr.security.capability=${setuid}
./usr/bin/tool type=file mode=700 uid=0 gid=0
./usr/bin/data type=file mode=600 uid=0 gid=0
`;
  const chainsTo = async (what: string) =>
    (await ask(t, `who reaches ${what}`, inManifest)).answer.people.map(
      ({ chain }: { chain: { path: string }[] | null }) => chain?.map(({ path }) => path) ?? null,
    );
  for (const what of ["uid 4711", "/usr/bin/tool"])
    assert.deepEqual(await chainsTo(what), [[], ["usr/bin/any"], ["usr/bin/any"], ["usr/bin/any"]], what);
  assert.deepEqual(await chainsTo("/usr/bin/data"), [null, null, null, null], "no program, whoever starts it");
});

test("what can: the paths alone that somebody may change", async (t) => {
  const { answer } = await ask(t, "what can www-data write");
  assert.deepEqual(
    answer.paths.map(({ path, can }: { path: string; can: boolean }) => [path, can]),
    [
      ["srv", true],
      ["srv/page", false],
    ],
  );
});

test("a question of no form, a path that is not there and a user that nobody is are refused: exit 2", async (t) => {
  const cases: [string, RegExp][] = [
    ["", /who can read\|write\|execute PATH/],
    ["who may write /etc/passwd", /one of: who can/],
    ["who can eat /etc/passwd", /one of: read, write, execute/],
    ["who can read /etc/nothing", /a path of the manifest/],
    ["who can read ../etc", /a path inside the tree/],
    ["who can read /bin/su", /ask about the path that "bin" leads to: usr\/bin/],
    ["who reaches uid root", /a number from 0/],
    ["who reaches uid 0 now", /one of: who can/],
    ["what can eve write", /a user of the image's passwd/],
  ];
  for (const [question, words] of cases) {
    const { exit, stderr } = await ask(t, question);
    assert.equal(exit, 2, question);
    assert.match(stderr, words);
  }
});
