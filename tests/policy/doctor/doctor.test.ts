import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseGroup, parseLoginDefs, parsePasswd, parseSubid } from "../../../src/formats/index.ts";
import { filesystemType } from "../../../src/kernel/index.ts";
import {
  examine,
  type FindingCode,
  type Fix,
  type Host,
  type HostSystem,
  IDMAP_TYPES,
  type IdTool,
  type IdUse,
  idmapAnswer,
  type Severity,
} from "../../../src/policy/index.ts";

interface Texts {
  readonly subuid?: string;
  readonly subgid?: string;
  readonly passwd?: string;
  readonly group?: string;
  readonly loginDefs?: string;
}

const BEN = "ben:x:1000:1000::/home/ben:/bin/sh\n";
const USUAL = "ben:100000:65536\n";

function hostOf(texts: Texts, system: Host["system"] = null): Host {
  const { subuid = USUAL, subgid = USUAL, passwd = BEN, group = "", loginDefs = "" } = texts;
  const files = {
    subuid: parseSubid(subuid, "/etc/subuid"),
    subgid: parseSubid(subgid, "/etc/subgid"),
    passwd: parsePasswd(passwd),
    group: parseGroup(group),
    loginDefs: parseLoginDefs(loginDefs),
  };
  return { files, system, unseen: [] };
}

const showFix = (fix: Fix): string => {
  if (fix.kind === "command") return fix.line;
  return fix.kind === "by-hand" ? fix.what : `${fix.path}: ${fix.from ?? "+"} > ${fix.to}`;
};

type Row = readonly [
  rule: string,
  host: Host,
  found: readonly (readonly [FindingCode, Severity, evidence: readonly string[], fixes: readonly string[]])[],
];

const TOOL: IdTool = {
  name: "newuidmap",
  path: "/usr/bin/newuidmap",
  mode: 0o4755,
  owner: 0,
  capabilities: "",
  isNosuid: false,
};
const SYSTEM: HostSystem = {
  kernel: "6.18.44",
  tools: [],
  limits: new Map(),
  hasUserNamespaces: true,
  mounts: [],
  uses: [],
};
const namespace = (number: number, uid: IdUse["uid"]): IdUse => ({
  by: "namespace",
  owner: `userns-${number}`,
  where: `/proc/${number} (sleep)`,
  uid,
  gid: [],
});
const withTool = (tool: Partial<IdTool>) => hostOf({}, { ...SYSTEM, tools: [{ ...TOOL, ...tool }] });
const withLimit = (name: string, value: number) => hostOf({}, { ...SYSTEM, limits: new Map([[name, value]]) });

const ROWS: readonly Row[] = [
  ["a machine on which all is well has no findings", hostOf({}), []],
  [
    "two owners of one id are an error, and the later line moves",
    hostOf({ subuid: "ben:100000:65536\nann:165535:1\n" }),
    [
      [
        "subid-overlap",
        "error",
        ["/etc/subuid:1: ben:100000:65536", "/etc/subuid:2: ann:165535:1"],
        ["/etc/subuid: ann:165535:1 > ann:165536:1", "files of ann's containers keep their owners: shift them by 1"],
      ],
      ["subid-unknown-owner", "note", ["/etc/subuid:2: ann:165535:1"], []],
    ],
  ],
  [
    "a line that lies in one before the last is found too",
    hostOf({ subuid: "ben:100000:65536\nben:100010:1\nben:100020:1\n" }),
    [
      ["subid-overlap", "warning", ["/etc/subuid:1: ben:100000:65536", "/etc/subuid:2: ben:100010:1"], []],
      ["subid-overlap", "warning", ["/etc/subuid:1: ben:100000:65536", "/etc/subuid:3: ben:100020:1"], []],
    ],
  ],
  [
    "lines that lie in a third, which moves, are held against each other too",
    hostOf({ subuid: "ben:100010:20\nben:100020:20\nben:100000:65536\n" }),
    [
      ["subid-overlap", "warning", ["/etc/subuid:1: ben:100010:20", "/etc/subuid:3: ben:100000:65536"], []],
      ["subid-overlap", "warning", ["/etc/subuid:2: ben:100020:20", "/etc/subuid:3: ben:100000:65536"], []],
      ["subid-overlap", "warning", ["/etc/subuid:1: ben:100010:20", "/etc/subuid:2: ben:100020:20"], []],
    ],
  ],
  [
    "a line over a real account is an error",
    hostOf({ group: "web:x:100033:\n", loginDefs: "SUB_GID_MIN 200000\n" }),
    [
      [
        "subid-covers-account",
        "error",
        ["/etc/subgid:1: ben:100000:65536", "group web is 100033"],
        [
          "/etc/subgid: ben:100000:65536 > ben:165536:65536",
          "files of ben's containers keep their owners: shift them by 65536",
        ],
      ],
    ],
  ],
  [
    "a line that the tools pass over becomes a comment",
    hostOf({ subuid: `${USUAL}ben 5 6\n` }),
    [["subid-line-unreadable", "warning", ["/etc/subuid:2: ben 5 6"], ["/etc/subuid: ben 5 6 > # ben 5 6"]]],
  ],
  [
    "a line beyond the last id moves, and one of no id becomes a comment",
    hostOf({ subuid: "ben:4294901760:65536\nben:7:0\n" }),
    [
      [
        "subid-beyond-ids",
        "warning",
        ["/etc/subuid:1: ben:4294901760:65536"],
        [
          "/etc/subuid: ben:4294901760:65536 > ben:165536:65536",
          "files of ben's containers keep their owners: shift them by -4294736224",
        ],
      ],
      ["subid-beyond-ids", "warning", ["/etc/subuid:2: ben:7:0"], ["/etc/subuid: ben:7:0 > # ben:7:0"]],
    ],
  ],
  ["the last id that there is may be granted", hostOf({ subuid: "ben:4294901759:65536\n" }), []],
  [
    "who stands in one file alone is added to the other",
    hostOf({ subgid: "" }),
    [["subid-one-kind", "error", ["/etc/subuid:1: ben:100000:65536"], ["/etc/subgid: + > ben:165536:65536"]]],
  ],
  [
    "too few for nobody is a warning",
    hostOf({ subuid: "ben:100000:65533\n" }),
    [["subid-too-few", "warning", ["/etc/subuid:1: ben:100000:65533"], ["/etc/subuid: + > ben:165536:65536"]]],
  ],
  ["lines by number and by name count together", hostOf({ subuid: "ben:100000:65533\n1000:200000:1\n" }), []],
  [
    "a person without any is told of, a system user is not",
    hostOf({ passwd: "ann:x:1001:1001::/:/bin/sh\nsys:x:999:999::/:/bin/false\n", subuid: "", subgid: "" }),
    [
      [
        "subid-none",
        "note",
        ["user ann is 1001"],
        ["/etc/subuid: + > ann:100000:65536", "/etc/subgid: + > ann:100000:65536"],
      ],
    ],
  ],
  [
    "new ranges over an account begin above it",
    hostOf({ passwd: `${BEN}dir:x:300000:300000::/:/bin/sh\n` }),
    [["login-defs-over-accounts", "warning", ["user dir is 300000"], ["/etc/login.defs: + > SUB_UID_MIN\t327680"]]],
  ],
  [
    "a setting that is no number is an error, and no fix takes ids from there",
    hostOf({ loginDefs: "SUB_UID_MIN many\n", subgid: "" }),
    [
      ["login-defs-unreadable", "error", ["/etc/login.defs:1"], []],
      ["subid-one-kind", "error", ["/etc/subuid:1: ben:100000:65536"], []],
    ],
  ],
  ["a set-user-ID tool may map", withTool({}), []],
  ["a tool with the capability may map", withTool({ mode: 0o755, capabilities: "cap_setuid=ep" }), []],
  ["a tool whose capabilities could not be seen is not judged", withTool({ mode: 0o755, capabilities: null }), []],
  [
    "a tool with neither cannot, nor one with set-user-ID of somebody else",
    hostOf(
      {},
      {
        ...SYSTEM,
        tools: [
          { ...TOOL, mode: 0o755, capabilities: "cap_setgid=ep" },
          { ...TOOL, name: "newgidmap", path: "/usr/bin/newgidmap", owner: 5 },
        ],
      },
    ),
    [
      [
        "tool-without-rights",
        "error",
        ["/usr/bin/newuidmap: mode 0755, owner 0"],
        ["setcap cap_setuid+ep /usr/bin/newuidmap"],
      ],
      [
        "tool-without-rights",
        "error",
        ["/usr/bin/newgidmap: mode 4755, owner 5"],
        ["setcap cap_setgid+ep /usr/bin/newgidmap"],
      ],
    ],
  ],
  [
    "on a mount with nosuid no tool may map",
    withTool({ isNosuid: true }),
    [["tool-nosuid", "error", ["/usr/bin/newuidmap"], []]],
  ],
  [
    "a tool that is not there is an error",
    withTool({ path: null }),
    [["tool-missing", "error", [], ["apt-get install uidmap   # Fedora: dnf install shadow-utils"]]],
  ],
  [
    "no namespace at all",
    withLimit("user.max_user_namespaces", 0),
    [
      [
        "namespaces-off",
        "error",
        ["/proc/sys/user/max_user_namespaces: 0"],
        ["sysctl -w user.max_user_namespaces=15000   # and in /etc/sysctl.d to keep it"],
      ],
    ],
  ],
  ["a setting as it should be", withLimit("kernel.unprivileged_userns_clone", 1), []],
  [
    "AppArmor's restriction is a warning",
    withLimit("kernel.apparmor_restrict_unprivileged_userns", 1),
    [
      [
        "namespaces-restricted",
        "warning",
        ["/proc/sys/kernel/apparmor_restrict_unprivileged_userns: 1"],
        ["sysctl -w kernel.apparmor_restrict_unprivileged_userns=0   # and in /etc/sysctl.d to keep it"],
      ],
    ],
  ],
  [
    "a kernel without user namespaces",
    hostOf({}, { ...SYSTEM, hasUserNamespaces: false }),
    [["namespaces-off", "error", ["/proc/self/ns/user is not there"], []]],
  ],
  [
    "mounts that cannot be idmapped are named by type; an unknown type is not judged",
    hostOf(
      {},
      {
        ...SYSTEM,
        kernel: "5.14.0",
        mounts: [
          { at: "/", type: "ext4", isIdmapped: false },
          { at: "/srv", type: "nfs4", isIdmapped: false },
          { at: "/data", type: "btrfs", isIdmapped: false },
          { at: "/x", type: "newfs", isIdmapped: false },
          { at: "/home", type: "nfs4", isIdmapped: false },
        ],
      },
    ),
    [
      ["mount-not-idmappable", "note", ["/proc/self/mountinfo: /srv, /home; Linux 5.14.0"], []],
      ["mount-not-idmappable", "note", ["/proc/self/mountinfo: /data; Linux 5.14.0"], []],
    ],
  ],
  [
    "namespaces that share ids without a grant are a warning, one over accounts a note; within a grant all is well",
    hostOf(
      {},
      {
        ...SYSTEM,
        uses: [
          namespace(1, [{ first: 700_000, count: 10 }]),
          namespace(2, [{ first: 700_009, count: 10 }]),
          namespace(3, [{ first: 0, count: 2000 }]),
          namespace(4, [{ first: 100_000, count: 65_536 }]),
          namespace(5, [{ first: 100_000, count: 65_536 }]),
        ],
      },
    ),
    [
      ["namespaces-share-ids", "warning", ["/proc/1 (sleep): userns-1", "/proc/2 (sleep): userns-2"], []],
      ["namespace-over-accounts", "note", ["/proc/3 (sleep): userns-3"], []],
    ],
  ],
];

for (const [rule, host, found] of ROWS)
  test(`doctor: ${rule}`, () => {
    const { findings } = examine(host);
    assert.deepEqual(
      findings.map(({ code, severity, evidence, fixes }) => [code, severity, evidence, fixes.map(showFix)]),
      found,
    );
  });

test("doctor: a file that could not be seen is not judged", () => {
  const host = hostOf({ subuid: "ben:1:1\n" });
  const { findings } = examine({
    ...host,
    files: { ...host.files, subuid: null },
    unseen: ["/etc/subuid: permission denied"],
  });
  assert.deepEqual(findings, []);
});

/** What the fixes leave for people to decide. */
const LEFT: ReadonlySet<FindingCode> = new Set(["subid-unknown-owner", "login-defs-unreadable"]);

test("doctor: when the patches are applied, nothing that they can mend is found again", () => {
  const owner = fc.constantFrom("ben", "ann", "1000", "old");
  const number = fc.constantFrom(
    0,
    1,
    999,
    1000,
    1001,
    99_999,
    100_000,
    100_010,
    165_535,
    165_536,
    65_536,
    4_294_967_290,
  );
  const line = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(owner, number, number).map(([name, first, count]) => `${name}:${first}:${count}`),
    },
    { weight: 1, arbitrary: fc.constantFrom("# note", "", "ben:7", "ben:x:1") },
  );
  const file = fc.array(line, { maxLength: 5 }).map((lines) => lines.map((text) => `${text}\n`).join(""));
  const passwd = `${BEN}ann:x:1001:1001::/:/bin/sh\ndir:x:120000:120000::/:/bin/sh\n`;
  fc.assert(
    fc.property(file, file, (subuid, subgid) => {
      // A user's own doubled lines are left to people, for either may be the one in use.
      const { findings, patches } = examine(hostOf({ subuid, subgid, passwd }));
      const after = (path: string, text: string) => patches.find((patch) => patch.path === path)?.after ?? text;
      const mended = examine(
        hostOf({
          subuid: after("/etc/subuid", subuid),
          subgid: after("/etc/subgid", subgid),
          loginDefs: after("/etc/login.defs", ""),
          passwd,
        }),
      );
      const unfixed = findings.filter(({ fixes }) => fixes.length === 0).length;
      const again = mended.findings.filter(({ code }) => !LEFT.has(code));
      assert.ok(again.length <= unfixed, JSON.stringify({ subuid, subgid, again }));
    }),
    { numRuns: 300 },
  );
});

test("doctor: which types can be idmapped agrees with the modelled kernel, 6.18", () => {
  const types = ["tmpfs", "ext4", "btrfs", "xfs", "overlay"] as const;
  const known = types.filter((type) => IDMAP_TYPES.includes(type));
  assert.deepEqual(
    known.map((type) => [type, idmapAnswer(type, "6.18.0").can === "yes"]),
    known.map((type) => [type, filesystemType(type).allowsIdmap]),
  );
  assert.equal(idmapAnswer("ext4", "unknown").can, "unknown");
});
