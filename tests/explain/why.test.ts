import assert from "node:assert/strict";
import { test } from "node:test";
import { type IdMap, initSync, mapDown, NO_ID } from "../../src/core/index.ts";
import {
  askMaps,
  MESSAGES,
  recogniseMessage,
  TEXT_WIDTH,
  TOOLS,
  type WhyAnswer,
  type WhyContext,
  why,
  whyLines,
} from "../../src/explain/index.ts";
import { parseLoginDefs, parsePasswd, parseSubid, parseTriples, parseUidMap } from "../../src/formats/index.ts";
import type { Host } from "../../src/policy/index.ts";

const engine = initSync();

const NOTHING: WhyContext = {
  maps: null,
  mapsName: "the map",
  process: null,
  user: null,
  files: null,
  owner: null,
  layer: null,
  host: null,
  tool: null,
};

const both = (text: string) => ({ uid: parseTriples<"uid">(text), gid: parseTriples<"gid">(text) });

/** Ben of uid 1000 with so many ids in each subid file, and root with a block. */
function granted(count: number, rootCount = 65_536): Pick<WhyContext, "files" | "user"> {
  const text = `root:500000:${rootCount}\nben:100000:${count}\n`;
  const ranges = count > 0 ? [{ first: 100_000, count }] : [];
  return {
    files: {
      subuid: parseSubid(text),
      subgid: parseSubid(text, "/etc/subgid"),
      passwd: parsePasswd("web:x:165540:165540:::\n"),
      group: null,
      loginDefs: parseLoginDefs(""),
    },
    user: { name: "ben", uid: 1000, gid: 1000, granted: { uid: ranges, gid: ranges } },
  };
}

function ask(text: string, context: Partial<WhyContext> = {}): WhyAnswer {
  const answer = why(text, { ...NOTHING, ...context }, engine);
  assert.ok(answer, text);
  return answer;
}

for (const { name, example, source } of MESSAGES)
  test(`why: the real line of ${name} is known as that`, () => {
    assert.equal(recogniseMessage(example)?.message.name, name);
    assert.match(source, /#\d+|recorded: /);
  });

test("why: in a log the most telling line is taken, wherever it stands", () => {
  const log = MESSAGES.map(({ example }) => example).reverse();
  assert.equal(recogniseMessage(log.join("\r\n"))?.message.name, MESSAGES[0]?.name);
});

test("why: a text without such a line is not known", () => {
  for (const text of ["", "hello", "Error: no such container", "\0\u{10ffff}", "a".repeat(100_000)])
    assert.equal(why(text, NOTHING, engine), null);
});

/** What may be known: nothing, one thing, most of it. */
const CONTEXTS: readonly (readonly [name: string, context: Partial<WhyContext>])[] = [
  ["nothing", {}],
  ["one id", { maps: both("0:1000:1") }],
  [
    "few ids, grants",
    { maps: both("0:1000:1,1:100000:30"), ...granted(30), owner: { uid: 3, gid: 70_000, from: "x" } },
  ],
  ["grants", granted(65_536)],
  ["few grants", granted(10)],
  ["no grants", granted(0, 10)],
  ["files alone", { files: granted(30).files }],
  [
    "a process",
    {
      maps: both("0:100000:65536"),
      process: { pid: 5, uid: 0, gid: 0, caps: [], setgroups: "deny" },
      owner: { uid: 7, gid: 7, from: "x" },
    },
  ],
];

for (const tool of [null, ...TOOLS.map(({ name }) => name)])
  test(`why: for ${tool ?? "the tool of the line"} every answer fits 80 columns, and Linux takes every map of a fix`, () => {
    let fixes = 0;
    for (const { example, name } of MESSAGES)
      for (const [known, context] of CONTEXTS) {
        const answer = ask(example, { ...context, tool });
        const isTold = answer.cause !== null || answer.missing.length > 0 || answer.possible.length > 0;
        assert.ok(isTold, `${name}, ${known}: neither cause nor question`);
        for (const { what, lines, question } of answer.fixes) {
          if (!question) continue;
          fixes++;
          for (const { refusal } of askMaps(question, engine))
            assert.equal(refusal, null, `${name}, ${known}: ${what} ${lines.join("; ")}`);
        }
        for (const { text, is } of whyLines(answer))
          if (is !== "fix" && !/^ {4}ask/.test(text))
            assert.ok(text.split(/ +/).some((word) => word.length > 60) || text.length <= TEXT_WIDTH, text);
      }
    assert.ok(fixes > 40, String(fixes));
  });

/** The map of a kind that a fix writes. */
function mapOf(answer: WhyAnswer, kind: "uid" | "gid", at = 0): IdMap {
  const text = answer.fixes[at]?.question?.texts[kind];
  assert.ok(text !== undefined, JSON.stringify(answer.fixes));
  return parseUidMap(text);
}

const GSHADOW = "lchown /etc/gshadow: invalid argument";

test("why: an id that no line of the map holds is named, with the line before it, and the fix holds it", () => {
  const owner = { uid: 0, gid: 42, from: "--owner" };
  const answer = ask(GSHADOW, { maps: both("0:1000:1,1:100000:30"), ...granted(30), owner, tool: "podman" });
  assert.equal(answer.cause, "gid 42 is not in the map");
  assert.equal(answer.rule?.name, "newOwnerMapped");
  assert.deepEqual(answer.found, [
    "uid u0 → k1000: line 1: 0:1000:1",
    "gid u42 → none: no line holds u42: line 2 (1:100000:30) ends at u30",
  ]);
  // 165540 is web's: the free range begins behind it.
  assert.deepEqual(answer.fixes[0]?.lines, ["echo 'ben:165541:65536' >>/etc/subgid", "podman system migrate"]);
  assert.notEqual(mapDown(mapOf(answer, "gid"), 42), NO_ID);
});

test("why: a running namespace older than the grant is told from one whose grant is too small", () => {
  const owner = { uid: 0, gid: 42, from: "--owner" };
  const answer = ask(GSHADOW, { maps: both("0:1000:1"), ...granted(65_536), owner, tool: "podman" });
  assert.match(answer.found.join("\n"), /subgid grants it now: gid u42 → k100041/);
  assert.deepEqual(answer.fixes[0]?.lines, ["podman system migrate"]);
  assert.notEqual(mapDown(mapOf(answer, "gid"), 42), NO_ID);
});

test("why: a map that does hold the ids is no cause, whatever the message says", () => {
  const line =
    "potentially insufficient UIDs or GIDs available in user namespace (requested 0:42 for /etc/shadow): lchown /etc/shadow: invalid argument";
  const answer = ask(line, { maps: both("0:1000:1,1:100000:65536") });
  assert.equal(answer.cause, null);
  assert.match(answer.missing[0]?.what ?? "", /really ran with/);
  assert.equal(answer.missing[0]?.command, "podman unshare cat /proc/self/uid_map /proc/self/gid_map");
});

test("why: 65535 ids do not hold nobody", () => {
  const line = "chown: batata: Invalid argument";
  const answer = ask(line, { maps: both("0:0:65534"), owner: { uid: 65_534, gid: 65_534, from: "" } });
  assert.equal(answer.cause, "uid 65534 and gid 65534 are not in the map");
});

test("why: a range that newuidmap refuses is followed to the subid files, and what is added is enough", () => {
  const line =
    'newuidmap failed to write mapping "newuidmap: uid range [0-65536) -> [100000-165536) not allowed": newuidmap 39984 0 100000 65536';
  const answer = ask(line, { ...granted(30), tool: "lxc" });
  assert.equal(answer.rule?.name, "newIdMapRange");
  assert.deepEqual(answer.fixes[0]?.lines, ["echo 'ben:100030:65506' >>/etc/subuid"]);
  assert.deepEqual(answer.fixes[1]?.lines, ["lxc.idmap = u 0 100000 30", "lxc.idmap = g 0 100000 30"]);
  const enough = ask(line, granted(65_536));
  assert.equal(enough.cause, null);
  assert.match(enough.missing[0]?.command ?? "", /nsswitch/);
});

test("why: a request that is no line of a map is granted by nothing, and no fix is told", () => {
  for (const range of ["[0-99999999999) -> [5-6)", "[9-5) -> [5-1)"]) {
    const answer = ask(`newuidmap: uid range ${range} not allowed`, granted(65_536));
    assert.equal(answer.cause, null);
    assert.match(answer.found[0] ?? "", /is no line of a map/);
    assert.deepEqual(answer.fixes, []);
  }
});

test("why: two lines of root that both begin at 0 are told by the rule that they break", () => {
  const line =
    'lxc able-weasel 20240907224348.346 ERROR idmap_utils - newuidmap failed to write mapping "newuidmap: write to uid_map failed: Invalid argument": newuidmap 5083 0 1000000 1000000000 0 1001000000 1000000000';
  const answer = ask(line);
  assert.equal(answer.rule?.name, "noOverlap");
  assert.match(answer.cause ?? "", /^line 2: .* shares inside id 0 with line 1/);
  assert.deepEqual(answer.fixes[0]?.lines, [
    "lxc.idmap = u 0 1000000 1000000000",
    "lxc.idmap = u 1000000000 1001000000 1000000000",
  ]);
});

test("why: an own id inside the granted range is found without the request being told", () => {
  const text = "build:1:65535\n";
  const ranges = [{ first: 1, count: 65_535 }];
  const answer = ask("newgidmap: write to gid_map failed: Invalid argument", {
    files: { subuid: parseSubid(text), subgid: parseSubid(text), passwd: null, group: null, loginDefs: null },
    user: { name: "build", uid: 1000, gid: 1000, granted: { uid: ranges, gid: ranges } },
  });
  assert.match(answer.cause ?? "", /shares lower id 1000 with line 1/);
});

test("why: a nested map that its parent does not hold is told, with --pid's maps as the parent's", () => {
  const answer = ask(
    "newuidmap 9 [0 0 1 1 100000 65536] failed: newuidmap: write to uid_map failed: Operation not permitted",
    {
      maps: both("0:100000:65536"),
      process: { pid: 7, uid: 0, gid: 0, caps: [], setgroups: "allow" },
    },
  );
  assert.equal(answer.rule?.name, "mapParentCovers");
});

test("why: setgroups that is denied is told apart from a group that is not mapped", () => {
  const denied = ask("E: setgroups 65534 failed - setgroups (1: Operation not permitted)", {
    maps: both("0:0:65536"),
    process: { pid: 7, uid: 0, gid: 0, caps: ["setgid"], setgroups: "deny" },
  });
  assert.equal(denied.rule?.name, "setgroupsDenied");
  const unmapped = ask("E: setgroups 65534 failed - setgroups (22: Invalid argument)", { maps: both("0:0:9") });
  assert.equal(unmapped.rule?.name, "groupMapped");
  assert.equal(ask("su: cannot set groups: Operation not permitted").cause, null);
});

test("why: an owner that is shown as nobody gets its number through an idmapped mount, in the tool's syntax", () => {
  const line = "drwxr-xr-x 2 nobody nogroup 4096 Nov 27 04:43 srv";
  const answer = ask(line, { maps: both("0:100000:65536"), owner: { uid: 5, gid: 6, from: "" }, tool: "podman" });
  assert.equal(answer.cause, "the map has no number for uid 5 and gid 6");
  assert.deepEqual(answer.fixes[0]?.lines, ["idmap=uids=0-100000-65536;gids=0-100000-65536"]);
});

test("why: a file system without idmapped mounts is told where the machine is known", () => {
  const system = { kernel: "6.18.0", tools: [], limits: new Map(), hasUserNamespaces: true, uses: [] };
  const mounts = [
    { at: "/", type: "ext4", isIdmapped: false },
    { at: "/var/lib/nfs", type: "ext4", isIdmapped: false },
    // Over the other, which it hides.
    { at: "/var/lib/nfs", type: "nfs4", isIdmapped: false },
  ];
  const host: Host = {
    files: { subuid: null, subgid: null, passwd: null, group: null, loginDefs: null },
    system: { ...system, mounts },
    unseen: [],
  };
  const line = "failed to set MOUNT_ATTR_IDMAP on /var/lib/nfs/x: invalid argument";
  assert.equal(ask(line, { host }).cause, "mounts of nfs4 cannot be idmapped: no Linux idmaps mounts of nfs4");
  assert.equal(ask(line.replace("/nfs/", "/nfsx/"), { host }).cause, null);
  assert.match(ask(line).possible[0]?.ask ?? "", /^findmnt -no FSTYPE --target \/var\/lib\/nfs\/x; uname -r/);
});

test("why: a setting that forbids namespaces is told where the machine is known", () => {
  const limits = new Map([["user.max_user_namespaces", 0]]);
  const host: Host = {
    files: { subuid: null, subgid: null, passwd: null, group: null, loginDefs: null },
    system: { kernel: "6.18.0", tools: [], limits, hasUserNamespaces: true, uses: [], mounts: [] },
    unseen: [],
  };
  const answer = ask("bwrap: Creating new namespace failed: No space left on device", { host });
  assert.match(answer.cause ?? "", /max_user_namespaces is 0/);
  assert.match(answer.fixes[0]?.lines[0] ?? "", /^sysctl -w user.max_user_namespaces=/);
});

test("why: an own id among the granted ones makes no map, and so no cause", () => {
  const ranges = [{ first: 1, count: 65_535 }];
  const user = { name: "build", uid: 1000, gid: 1000, granted: { uid: ranges, gid: ranges } };
  const answer = ask(GSHADOW, { ...granted(0), user, tool: "podman", owner: { uid: 0, gid: 42, from: "" } });
  assert.equal(answer.cause, null);
});

test("why: an id that a line does not tell is that of --owner, for a process too", () => {
  const answer = ask("su: cannot set groups: Invalid argument", {
    maps: both("0:0:9"),
    owner: { uid: 1, gid: 50, from: "" },
  });
  assert.deepEqual([answer.asked, answer.cause], ["setgroups(50)", "gid 50 is not in the map"]);
});

/** What the initial namespace looks like, and one below it. */
const WHOLE = both("0:0:4294967295");

function asker(maps: WhyContext["maps"], process: Partial<WhyContext["process"]> = {}): Partial<WhyContext> {
  return { maps, process: { pid: 5, uid: 0, gid: 0, caps: ["sys_admin"], setgroups: "allow", ...process } };
}

function hostWith(mounts: NonNullable<Host["system"]>["mounts"]): Partial<WhyContext> {
  const files = { subuid: null, subgid: null, passwd: null, group: null, loginDefs: null };
  const system = { kernel: "6.18.0", tools: [], limits: new Map(), hasUserNamespaces: true, uses: [], mounts };
  return { host: { files, system, unseen: [] } };
}

const rulesOf = ({ possible }: WhyAnswer) => possible.map(({ rule }) => rule.name);
const CLONE = "bwrap: Creating new namespace failed: ";
const SETATTR = "mount_setattr `/srv/x`: ";

test("why: without more, every rule of the model that refuses with the errno is told, with what tells it", () => {
  for (const [line, rules] of [
    [`${CLONE}No space left on device`, ["namespacesOfUser", "levelLimit"]],
    [`${CLONE}Operation not permitted`, ["creatorMapped"]],
    [`${CLONE}Invalid argument`, []],
    ["unshare: unshare failed: Operation not permitted", ["unshareAdmin", "creatorMapped"]],
    [`${SETATTR}Operation not permitted`, ["superblockAdmin", "mayMount", "idmappedOnce", "notInitial"]],
    [`${SETATTR}Invalid argument`, ["typeAllowsIdmap", "bothMapsWritten", "notOwnNamespace", "detachedOnly"]],
  ] as const) {
    const answer = ask(line);
    assert.deepEqual([answer.cause, rulesOf(answer)], [null, rules], line);
    assert.ok(
      answer.possible.every(({ fixes }) => fixes.length > 0),
      `${line}: what helps was taken in the model`,
    );
  }
});

test("why: what is known of the asker leaves the rules that can have refused it", () => {
  const unmapped = ask(`${CLONE}Operation not permitted`, asker(both("0:100000:9"), { uid: NO_ID }));
  assert.equal(unmapped.rule?.name, "creatorMapped");
  const admin = ask("unshare: unshare failed: Operation not permitted", asker(WHOLE));
  assert.deepEqual(rulesOf(admin), []);
  const powerless = ask(`${SETATTR}Operation not permitted`, asker(WHOLE, { caps: [] }));
  assert.equal(powerless.rule?.name, "mayMount");
  const outside = ask(`${SETATTR}Operation not permitted`, asker(WHOLE));
  assert.deepEqual(rulesOf(outside), ["idmappedOnce", "notInitial"]);
});

test("why: a disk's mount asked for by a rootless tool is refused by who owns the file system", () => {
  const ofType = (type: string) => hostWith([{ at: "/srv", type, isIdmapped: false }]);
  const rootless = { ...granted(65_536), tool: "podman" } as const;
  const answer = ask(`${SETATTR}Operation not permitted`, { ...ofType("ext4"), ...rootless });
  assert.equal(answer.rule?.name, "superblockAdmin");
  assert.deepEqual(
    answer.fixes.map(({ lines }) => lines[0]?.split(" ")[0]),
    ["sudo", "podman"],
  );
  // Its root may have mounted that itself.
  assert.equal(ask(`${SETATTR}Operation not permitted`, { ...ofType("tmpfs"), ...rootless }).cause, null);
});

test("why: a type that takes no idmap is the rule where the machine is known, and no question where it takes one", () => {
  const at = (type: string) => ask(`${SETATTR}Invalid argument`, hostWith([{ at: "/srv", type, isIdmapped: false }]));
  assert.equal(at("overlay").rule?.name, "typeAllowsIdmap");
  assert.deepEqual(rulesOf(at("xfs")), ["bothMapsWritten", "detachedOnly"]);
  const twice = ask(`${SETATTR}Operation not permitted`, hostWith([{ at: "/srv/x", type: "xfs", isIdmapped: true }]));
  assert.equal(twice.rule?.name, "idmappedOnce");
});

test("why: a setting that forbids namespaces refuses with its own errno, and no other", () => {
  const limits = new Map([["kernel.unprivileged_userns_clone", 0]]);
  const { host } = hostWith([]);
  assert.ok(host?.system);
  const context = { host: { ...host, system: { ...host.system, limits } } };
  assert.match(ask(`${CLONE}Operation not permitted`, context).cause ?? "", /unprivileged_userns_clone is 0/);
  assert.equal(ask(`${CLONE}No space left on device`, context).cause, null);
});

test("why: Podman's own look at max_user_namespaces is told by the kernel's rule, and the sysctl that lifts it", () => {
  const answer = ask("user namespaces are not enabled in /proc/sys/user/max_user_namespaces");
  assert.equal(answer.rule?.name, "namespacesOfUser");
  assert.match(answer.fixes[0]?.lines[0] ?? "", /^sysctl -w user\.max_user_namespaces=\d+/);
});

test("why: a missing grant is refused by newuidmap's rule where a user's tool asks it, and by none where root reads", () => {
  const line = 'No subuid ranges found for user 1000 ("ben")';
  assert.equal(ask(line).rule?.name, "newIdMapRange");
  assert.equal(ask(line, granted(0)).rule?.name, "newIdMapRange");
  assert.equal(ask('no subuid ranges found for user "containers" in /etc/subuid').rule, null);
  assert.equal(ask("error: Not enough uid/gid available for the container.", granted(0, 10)).rule, null);
});
