/** ACLs: in which order their setting is refused, what they grant, and what creation and chmod make of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { validateAcl } from "../../src/kernel/acl-valid.ts";
import {
  ACL_TAGS,
  type AclEntry,
  type AclTag,
  chmodAcl,
  inheritAcl,
  modeOfAcl,
  type PosixAcl,
} from "../../src/kernel/posix-acl.ts";
import { ENGINES } from "../suites/kernel-engines.ts";
import { answersOf, type ShortStep } from "../suites/kernel-steps.ts";

const MAP = [[0, 100000, 1000]];
const OWNED = { uid: 100005, gid: 100005 };
const FULL = [
  ["user_obj", null, 7],
  ["user", 7, 7],
  ["group_obj", null, 5],
  ["mask", null, 7],
  ["other", null, 0],
];
const MINIMAL = [
  ["user_obj", null, 7],
  ["group_obj", null, 5],
  ["other", null, 5],
];

/** File systems of the initial and of a child namespace, plain, idmapped and read-only; the owner, another, and root. */
const SETUP = {
  namespaces: [
    { name: "A", parent: "init", owner: [1000, 1000], uid_map: MAP, gid_map: MAP },
    { name: "M", parent: "init", owner: [0, 0], uid_map: [[100005, 100005, 1]], gid_map: [[100005, 100005, 1]] },
  ],
  filesystems: [
    { name: "f", type: "tmpfs" },
    { name: "e", type: "ext4" },
    { name: "s", type: "tmpfs", user_ns: "A", root: { uid: 100000, gid: 100000, mode: "0777" } },
  ],
  files: [
    { fs: "f", path: "x", mode: "0644", ...OWNED },
    { fs: "f", path: "d", type: "dir", mode: "0755", ...OWNED },
    { fs: "f", path: "l", type: "symlink", target: "x", ...OWNED },
    { fs: "f", path: "foreign", mode: "0644", uid: 5, gid: 5 },
    { fs: "f", path: "g", mode: "2755", uid: 100005, gid: 9 },
    { fs: "e", path: "g", mode: "2755", uid: 100005, gid: 9 },
    { fs: "s", path: "x", mode: "0644", ...OWNED },
    {
      fs: "f",
      path: "masked",
      mode: "0600",
      uid: 0,
      gid: 0,
      acl: [...FULL.slice(0, 3), ["mask", null, 0], ["other", null, 4]],
    },
    { fs: "f", path: "limited", uid: 0, gid: 0, acl: [...FULL.slice(0, 3), ["mask", null, 4], ["other", null, 6]] },
  ],
  mounts: [
    { name: "m", fs: "f", idmap: "M" },
    { name: "r", fs: "f", flags: ["ro"] },
  ],
  tasks: [
    { name: "owner", ns: "A", ...OWNED },
    { name: "other", ns: "A", uid: 100006, gid: 100006 },
    { name: "k7", uid: 7, gid: 7 },
    { name: "k8", uid: 8, gid: 8 },
  ],
};

const set = (task: string, path: string, acl: unknown, type = "access"): ShortStep => [
  task,
  "acl_set",
  { path, acl, type },
];
const naming = (id: number) => [["user_obj", null, 7], ["user", id, 7], ...FULL.slice(2)];
const access = (task: string, path: string, mode: string): ShortStep => [task, "access", { path, mode, eff: true }];

const ROWS: readonly (readonly [rule: string, step: ShortStep, answer: string])[] = [
  ["a read-only mount is asked before the ACL's ids", set("owner", "r:x", naming(5000)), "EROFS"],
  ["an id that the caller does not map is asked before ownership", set("other", "f:x", naming(5000)), "EINVAL"],
  ["ownership is asked before an id that the mount cannot hold", set("other", "m:x", naming(7)), "EPERM"],
  ["an id that the mount cannot hold is refused to the owner", set("owner", "m:x", naming(7)), "EINVAL"],
  ["ownership is asked before an id that the file system cannot hold", set("k7", "s:x", naming(7)), "EPERM"],
  ["an id that the file system cannot hold is refused to root", set("@root", "s:x", naming(7)), "EINVAL"],
  ["ownership is asked before the form", set("other", "f:x", FULL.slice(1)), "EPERM"],
  ["the form is asked of the owner", set("owner", "f:x", FULL.slice(1)), "EINVAL"],
  ["a default ACL of a file is refused before ownership is asked", set("other", "f:x", MINIMAL, "default"), "EACCES"],
  [
    "a default ACL that a file has not is removed by anybody",
    ["other", "acl_remove", { path: "f:x", type: "default" }],
    "ok",
  ],
  ["an ACL that a directory has not is removed by its owner alone", ["other", "acl_remove", { path: "f:d" }], "EPERM"],
  ["a symbolic link has no ACL to read", ["owner", "acl_get", { path: "f:l" }], "ENOTSUP"],
  ["a symbolic link takes no ACL", set("owner", "f:l", FULL), "ENOTSUP"],
  ["a symbolic link has no ACL to remove", ["owner", "acl_remove", { path: "f:l" }], "ENOTSUP"],
  [
    "a file whose owner has no value on the mount keeps its ACL, root or not",
    set("@root", "m:foreign", MINIMAL),
    "EPERM",
  ],
  ["an ACL with a mask of 0 is not asked: a named user has the rights of others", access("k7", "f:masked", "r"), "ok"],
  ["a named user has what entry and mask both grant", access("k7", "f:limited", "r"), "ok"],
  ["a named user has no more than the mask, though others do", access("k7", "f:limited", "w"), "EACCES"],
  ["whom the ACL does not name has the rights of others, past the mask", access("k8", "f:limited", "rw"), "ok"],
];

for (const engine of ENGINES) {
  for (const [rule, step, answer] of ROWS)
    test(`${rule}, on ${engine.name}`, () => {
      assert.equal(answersOf(engine, SETUP, [step]).at(-1)?.answer, answer);
    });

  test(`what an ACL's id has no place on is told apart: the mount, or the file system, on ${engine.name}`, () => {
    const answers = answersOf(engine, SETUP, [set("owner", "m:x", naming(7)), set("@root", "s:x", naming(7))]);
    assert.deepEqual(
      answers.map(({ rule }) => rule),
      ["aclIdHasPlace", "aclIdOnDisk"],
    );
  });

  const modeAfter = (path: string, ...steps: readonly ShortStep[]) =>
    answersOf(engine, SETUP, [...steps, ["@root", "stat", { path }]]).at(-1)?.values.mode;

  test(`setting an ACL drops a set-group-ID bit that the caller may not set, on ${engine.name}`, () => {
    assert.equal(modeAfter("f:g", set("owner", "f:g", FULL)), "0770");
    assert.equal(modeAfter("f:g", set("@root", "f:g", FULL)), "2770");
  });

  test(`removing an ACL drops such a bit on tmpfs alone, and leaves the mode, on ${engine.name}`, () => {
    assert.equal(modeAfter("f:g", ["owner", "acl_remove", { path: "f:g" }]), "0755");
    assert.equal(modeAfter("e:g", ["owner", "acl_remove", { path: "e:g" }]), "2755");
    assert.equal(modeAfter("f:x", set("owner", "f:x", FULL), ["owner", "acl_remove", { path: "f:x" }]), "0770");
  });

  test(`an ACL of no entries removes it; one that says what a mode can becomes the mode, on ${engine.name}`, () => {
    for (const acl of [[], MINIMAL]) {
      const answers = answersOf(engine, SETUP, [
        set("owner", "f:x", FULL),
        set("owner", "f:x", acl),
        ["owner", "acl_get", { path: "f:x" }],
      ]);
      assert.deepEqual(
        answers.map(({ answer }) => answer),
        ["ok", "ok", "ENODATA"],
      );
    }
  });
}

const kid = { id: 1, number: 0 };
const entryOf = (tag: AclTag, perm: number): AclEntry =>
  tag === "user" ? { tag, perm, kid } : tag === "group" ? { tag, perm, kid } : { tag, perm };
const perm = fc.integer({ min: 0, max: 7 });

test("a valid ACL is owner, named users, group, named groups, a mask where any is named, others", () => {
  const LETTER: { readonly [T in AclTag]: string } = {
    user_obj: "U",
    user: "u",
    group_obj: "G",
    group: "g",
    mask: "m",
    other: "o",
  };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...ACL_TAGS), { minLength: 1, maxLength: 7 }),
      fc.boolean(),
      (tags, isSorted) => {
        const ordered = isSorted ? [...tags].sort((a, b) => ACL_TAGS.indexOf(a) - ACL_TAGS.indexOf(b)) : tags;
        const text = ordered.map((tag) => LETTER[tag]).join("");
        const expected = /^Uu*Gg*mo$|^UGo$/.test(text);
        assert.equal(validateAcl(ordered.map((tag) => entryOf(tag, 7))).ok, expected, text);
      },
    ),
    { numRuns: 2000 },
  );
});

const valid: fc.Arbitrary<PosixAcl> = fc
  .record({
    users: fc.array(perm, { maxLength: 2 }),
    groups: fc.array(perm, { maxLength: 2 }),
    bits: fc.tuple(perm, perm, perm, perm),
    masked: fc.boolean(),
  })
  .map(({ users, groups, bits: [owner, group, mask, other], masked }) => [
    entryOf("user_obj", owner),
    ...users.map((bits) => entryOf("user", bits)),
    entryOf("group_obj", group),
    ...groups.map((bits) => entryOf("group", bits)),
    ...(masked || users.length + groups.length > 0 ? [entryOf("mask", mask)] : []),
    entryOf("other", other),
  ]);
const mode = fc.integer({ min: 0, max: 0o7777 });

test("after chmod the ACL makes the mode that was set, and still names whom it named", () => {
  fc.assert(
    fc.property(valid, mode, (acl, bits) => {
      const changed = chmodAcl(acl, bits);
      assert.equal(modeOfAcl(changed).mode, bits & 0o777);
      const named = (list: PosixAcl) => list.filter((entry) => "kid" in entry);
      assert.deepEqual(named(changed), named(acl));
      assert.ok(validateAcl(changed).ok);
    }),
  );
});

test("what is created has the bits that both the default ACL and the mode asked for grant, and the umask says nothing", () => {
  fc.assert(
    fc.property(valid, mode, mode, fc.boolean(), (acl, asked, umask, isDirectory) => {
      const made = inheritAcl(acl, asked, umask, isDirectory);
      assert.equal(made.mode, (asked & ~0o777) | (asked & modeOfAcl(acl).mode));
      assert.equal(made.acls.default, isDirectory ? acl : null);
      assert.equal(made.acls.access === null, acl.length === 3);
      if (made.acls.access) assert.equal(modeOfAcl(made.acls.access).mode, made.mode & 0o777);
    }),
  );
});

test("without a default ACL the umask withholds permission bits and no others", () => {
  assert.deepEqual(inheritAcl(null, 0o6777, 0o7027, false), { mode: 0o6750, acls: { access: null, default: null } });
});
