/** File capabilities: their bytes, who sets and sees them, and what takes them away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeCapability, encodeCapability } from "../../src/kernel/capability-xattr.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

test("what is encoded is decoded to the same, and any other length, version or flag to nothing", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(2, 3),
      fc.boolean(),
      u64,
      u64,
      u32,
      (version, isEffective, permitted, inheritable, root) => {
        const held = { version, isEffective, permitted, inheritable, rootId: version === 3 ? root : 0 } as const;
        const bytes = encodeCapability(held);
        assert.deepEqual(decodeCapability(bytes), held);
        assert.equal(decodeCapability(bytes.subarray(1)), null);
        assert.equal(decodeCapability(Uint8Array.of(...bytes, 0)), null);
        for (const at of [0, 1, 2, 3]) {
          const spoilt = bytes.slice();
          spoilt[at] = (spoilt[at] ?? 0) ^ 4;
          assert.equal(decodeCapability(spoilt), null);
        }
      },
    ),
  );
});

const MAP = [[0, 100000, 1000]];
const BOUND = { v: 3, eff: true, perm: ["kill"], inh: "none", rootid: 0 };
const V2 = { v: 2, eff: true, perm: ["kill"], inh: "none" };

const SETUP = {
  namespaces: [
    { name: "A", parent: "init", owner: [1000, 1000], uid_map: MAP, gid_map: MAP },
    { name: "N", parent: "init", owner: [1000, 1000], uid_map: [[1, 100001, 9]], gid_map: MAP },
    {
      name: "M",
      parent: "init",
      owner: [0, 0],
      uid_map: [
        [7, 0, 1],
        [100000, 100000, 9],
      ],
      gid_map: [[100000, 100000, 9]],
    },
  ],
  filesystems: [
    { name: "f", type: "tmpfs" },
    { name: "s", type: "tmpfs", user_ns: "A", root: { uid: 100000, gid: 100000, mode: "0777" } },
  ],
  files: [
    { fs: "f", path: "x", type: "exe", uid: 100000, gid: 100000, mode: "0755", fcap: { ...BOUND, rootid: 100000 } },
    { fs: "f", path: "none", type: "exe", uid: 100000, gid: 100000, mode: "0755" },
    { fs: "f", path: "n", type: "exe", uid: 100001, gid: 100001, mode: "0755" },
    { fs: "f", path: "d", type: "dir", uid: 100000, gid: 100000, mode: "0755", fcap: V2 },
    { fs: "s", path: "x", type: "exe", uid: 100000, gid: 100000, mode: "0755" },
  ],
  mounts: [
    { name: "m", fs: "f", idmap: "M" },
    { name: "r", fs: "f", flags: ["ro"] },
  ],
  tasks: [
    { name: "a", ns: "A", uid: 100000, gid: 100000, caps: "all" },
    { name: "n", ns: "N", uid: 100001, gid: 100001, caps: "all" },
    { name: "u", uid: 100000, gid: 100000 },
  ],
};

const set = (task: string, path: string, fcap: object): ShortStep => [task, "fcap_set", { path, fcap }];
const raw = (task: string, path: string, value: object): ShortStep => [
  task,
  "setxattr",
  { path, name: "security.capability", ...value },
];

const ROWS: readonly (readonly [rule: string, step: ShortStep, answer: string])[] = [
  ["a read-only mount is asked before the form", raw("u", "r:x", { value: "junk" }), "EROFS"],
  ["the form is asked before the right to set it", raw("u", "f:x", { value: "junk" }), "EINVAL"],
  ["owning a file is no right to give it capabilities", set("u", "f:x", V2), "EPERM"],
  ["the right is asked before the root id", set("u", "f:x", { ...BOUND, rootid: 4294967295 }), "EPERM"],
  ["a root id that the caller does not map is refused", set("a", "f:x", { ...BOUND, rootid: 5000 }), "EINVAL"],
  ["version 2 from a namespace without a uid 0 has no root to be bound to", set("n", "f:n", V2), "EINVAL"],
  ["the root id must have a place on the mount", set("@root", "m:x", { ...BOUND, rootid: 5 }), "EINVAL"],
  ["the root id must have a place on the file system", set("@root", "s:x", BOUND), "EINVAL"],
  ["the right is asked before there is nothing to remove", ["u", "fcap_remove", { path: "f:none" }], "EPERM"],
  ["nothing to remove is ENODATA", ["a", "fcap_remove", { path: "f:none" }], "ENODATA"],
];

for (const engine of ENGINES) {
  for (const [rule, step, answer] of ROWS)
    test(`${rule}, on ${engine.name}`, () => {
      assert.equal(answersOf(engine, SETUP, [step]).at(-1)?.answer, answer);
    });

  test(`what a root id has no place in is told apart: the caller's namespace, or mount and file system, on ${engine.name}`, () => {
    const answers = answersOf(engine, SETUP, [set("n", "f:n", V2), set("@root", "s:x", BOUND)]);
    assert.deepEqual(
      answers.map(({ rule }) => rule),
      ["fcapRootKnown", "fcapRootHasPlace"],
    );
  });

  test(`version 2 is kept through a plain mount and bound to a translated root through an idmapped one, on ${engine.name}`, () => {
    const hexOf = (path: string) =>
      answersOf(engine, SETUP, [
        set("@root", path, V2),
        ["@root", "getxattr", { path: "f:x", name: "security.capability" }],
      ]).at(-1)?.values.hex;
    assert.equal(hexOf("f:x"), "0100000220000000000000000000000000000000");
    assert.equal(hexOf("m:x"), "010000032000000000000000000000000000000007000000");
  });

  test(`a change of owner, a write and a truncation take capabilities, chmod and touching do not, on ${engine.name}`, () => {
    const KILLERS: readonly (readonly [ShortStep, string])[] = [
      [["@root", "chown", { path: "f:x", uid: null, gid: null }], "ENODATA"],
      [["@root", "write", { path: "f:x" }], "ENODATA"],
      [["@root", "truncate", { path: "f:x" }], "ENODATA"],
      [["@root", "open", { path: "f:x", acc: "r", flags: ["trunc"] }], "ENODATA"],
      [["@root", "chmod", { path: "f:x", mode: "0700" }], "ok"],
      [["@root", "utimens", { path: "f:x" }], "ok"],
      [["@root", "chown", { path: "f:d", uid: 5, gid: 5 }], "ok"],
    ];
    for (const [step, answer] of KILLERS) {
      const { path } = step[2];
      assert.equal(answersOf(engine, SETUP, [step, ["@root", "fcap_get", { path }]]).at(-1)?.answer, answer, step[1]);
    }
  });

  test(`a refused change takes nothing, on ${engine.name}`, () => {
    const steps: ShortStep[] = [
      ["u", "chown", { path: "f:x", uid: 1, gid: null }],
      ["@root", "fcap_get", { path: "f:x" }],
    ];
    assert.deepEqual(
      answersOf(engine, SETUP, steps).map(({ answer }) => answer),
      ["EPERM", "ok"],
    );
  });

  test(`setting security.capability to nothing is refused by name, on ${engine.name}`, () => {
    assert.throws(() => answersOf(engine, SETUP, [raw("@root", "f:x", { hex: "" })]), {
      code: "ERR_SCENARIO",
      where: "$.steps[0]",
      got: "security.capability: an empty value",
    });
  });
}
