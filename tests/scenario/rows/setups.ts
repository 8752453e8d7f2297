/** Setups that no kernel would have, or that name what is not there. */
import { A, ACL, p, type Row, TMPFS, withFiles, withSetup } from "./row.ts";

export const SETUPS: readonly Row[] = [
  {
    rule: "an unknown part of the setup is refused",
    scenario: withSetup({ procs: [] }),
    says: '$.setup.procs: expected one of namespaces, filesystems, files, mounts, sockets, tasks (got "procs")',
    refusedBy: "both",
  },
  {
    rule: "a namespace's parent is defined before it",
    scenario: withSetup({ namespaces: [{ ...A, parent: "B" }] }),
    says: '$.setup.namespaces[0].parent: expected the name of a user namespace: init (got "B")',
    refusedBy: "loader",
  },
  {
    rule: "a namespace's name is its own",
    scenario: withSetup({ namespaces: [A, A] }),
    says: '$.setup.namespaces[1].name: expected a name that no other namespace has (got "A")',
    refusedBy: "loader",
  },
  {
    rule: "a namespace has an owner",
    scenario: withSetup({ namespaces: [{ name: "A", parent: "init" }] }),
    says: "$.setup.namespaces[0].owner: expected a value (got nothing)",
    refusedBy: "both",
  },
  {
    rule: "a line of a map has three numbers",
    scenario: withSetup({ namespaces: [{ ...A, uid_map: [[0, 1]] }] }),
    says: "$.setup.namespaces[0].uid_map[0]: expected a list of 3 (got [0,1])",
    refusedBy: "both",
  },
  {
    rule: "lines of a map do not overlap",
    scenario: withSetup({
      namespaces: [
        {
          ...A,
          gid_map: [
            [0, 100000, 10],
            [9, 200000, 1],
          ],
        },
      ],
    }),
    says: '$.setup.namespaces[0].gid_map[1]: expected ranges that do not overlap (got "9:200000:1, which shares inside id 9 with line 1, 0:100000:10")',
    refusedBy: "loader",
  },
  {
    rule: "a count is at least 1",
    scenario: withSetup({ namespaces: [{ ...A, uid_map: [[0, 100000, 0]] }] }),
    says: '$.setup.namespaces[0].uid_map[0]: expected a count of 1 or more (got "0:100000:0")',
    refusedBy: "loader",
  },
  {
    rule: "the parent's map holds what a child maps",
    scenario: withSetup({ namespaces: [A, { ...A, name: "B", parent: "A", uid_map: [[0, 5, 10]] }] }),
    says: '$.setup.namespaces[1].uid_map: expected a map that Linux takes: Every line must lie within one line of the parent\'s map. (got "no line of uid_map of A holds all of 0:5:10")',
    refusedBy: "loader",
  },
  {
    rule: "a task's namespace is defined",
    scenario: withSetup({ tasks: [p] }),
    says: '$.setup.tasks[0].ns: expected the name of a user namespace: init (got "A")',
    refusedBy: "loader",
  },
  {
    rule: "a task has one id or four of each kind",
    scenario: withSetup({ tasks: [{ name: "p", uid: [1, 2, 3, 4, 5, 6] }] }),
    says: "$.setup.tasks[0].uid: expected an id, or [real, effective, saved, fs] (got [1,2,3,4,5,6])",
    refusedBy: "both",
  },
  {
    rule: "4294967295 is no task's id",
    scenario: withSetup({ tasks: [{ name: "p", gid: [1, 2, 3, 4294967295] }] }),
    says: "$.setup.tasks[0].gid: expected ids of at most 4294967294: 4294967295 is nobody's (got [1,2,3,4294967295])",
    refusedBy: "loader",
  },
  {
    rule: "a task executed its program where it is, or above",
    scenario: withSetup({ namespaces: [A], tasks: [{ name: "p", mm_ns: "A" }] }),
    says: '$.setup.tasks[0].mm_ns: expected init or a namespace above it: a task enters namespaces below, and none leads back (got "A")',
    refusedBy: "loader",
  },
  {
    rule: "a task's effective capabilities are permitted",
    scenario: withSetup({ tasks: [{ name: "p", caps: { eff: ["kill", "chown"], perm: ["kill"] } }] }),
    says: '$.setup.tasks[0].caps.eff: expected capabilities that perm has too (got ["chown"])',
    refusedBy: "loader",
  },
  {
    rule: "a task's ambient capabilities are permitted and inheritable",
    scenario: withSetup({ tasks: [{ name: "p", caps: { perm: ["kill"], inh: ["chown"], amb: ["kill"] } }] }),
    says: '$.setup.tasks[0].caps.amb: expected capabilities that perm and inh have too (got ["kill"])',
    refusedBy: "loader",
  },
  {
    rule: "a fifth id is for a kernel with fsid mappings",
    scenario: withSetup({ tasks: [{ name: "p", uid: [1, 2, 3, 4, 5] }] }),
    says: "$.setup.tasks[0].uid: expected four ids in linux-6.18: real, effective, saved, fs (got [1,2,3,4,5]); profile: linux-6.18+fsid",
    refusedBy: "loader",
  },
  {
    rule: "fs maps are for a kernel with fsid mappings",
    scenario: withSetup({ namespaces: [{ ...A, fsuid_map: [[0, 300000, 10]] }] }),
    says: "$.setup.namespaces[0].fsuid_map: expected no fs map in linux-6.18 (got [[0,300000,10]]); profile: linux-6.18+fsid",
    refusedBy: "loader",
  },
  {
    rule: "a file system is exempt from fs maps where there are some",
    scenario: withSetup({ filesystems: [{ ...TMPFS, fsidmap_exempt: true }] }),
    says: "$.setup.filesystems[0].fsidmap_exempt: expected no fs maps in linux-6.18 (got true); profile: linux-6.18+fsid",
    refusedBy: "loader",
  },
  {
    rule: "an fs map lies in the fs map of the parent",
    scenario: {
      ...withSetup({
        namespaces: [
          { ...A, fsuid_map: [[0, 300000, 10]] },
          { ...A, name: "B", parent: "A", uid_map: [[0, 0, 1]], gid_map: null, fsuid_map: [[0, 10, 1]] },
        ],
      }),
      profile: "linux-6.18+fsid",
    },
    says: '$.setup.namespaces[1].fsuid_map: expected a map that Linux takes: Every line must lie within one line of the parent\'s map. (got "no line of fsuid_map of A holds all of 0:10:1")',
    refusedBy: "loader",
  },
  {
    rule: "an id map that is its fs map too lies in both maps of the parent",
    scenario: {
      ...withSetup({
        namespaces: [
          { ...A, fsuid_map: [[0, 300000, 5]] },
          { ...A, name: "B", parent: "A", uid_map: [[0, 5, 1]], gid_map: null },
        ],
      }),
      profile: "linux-6.18+fsid",
    },
    says: '$.setup.namespaces[1].uid_map: expected a map that Linux takes: Every line must lie within one line of the parent\'s map. (got "fsuid_map mirrors it: no line of fsuid_map of A holds all of 0:5:1")',
    refusedBy: "loader",
  },
  {
    rule: "a capability exists",
    scenario: withSetup({ tasks: [{ name: "p", caps: ["CAP_SETUID"] }] }),
    says: '$.setup.tasks[0].caps[0]: expected a capability without CAP_, like "setuid" (got "CAP_SETUID")',
    refusedBy: "both",
  },
  {
    rule: "a mount is of a file system that there is",
    scenario: withSetup({ mounts: [{ name: "m", fs: "f" }] }),
    says: '$.setup.mounts[0].fs: expected the name of a file system: there is none (got "f")',
    refusedBy: "loader",
  },
  {
    rule: "a file lies in a directory that there is",
    scenario: withSetup({ filesystems: [{ name: "f", type: "tmpfs" }], files: [{ fs: "f", path: "a/b" }] }),
    says: '$.setup.files[0].path: expected a directory of f above it (got "a/b")',
    refusedBy: "loader",
  },
  {
    rule: "a mode is octal text",
    scenario: withFiles({ path: "a", mode: 644 }),
    says: '$.setup.files[0].mode: expected a mode in octal up to 7777, like "0644" (got 644); put it in quotes',
    refusedBy: "both",
  },
  {
    rule: "a file's name is free",
    scenario: withFiles({ path: "a" }, { path: "a" }),
    says: '$.setup.files[1].path: expected a path whose last name nothing has yet (got "a")',
    refusedBy: "loader",
  },
  {
    rule: "a file has a name",
    scenario: withFiles({ path: "" }),
    says: '$.setup.files[0].path: expected a path whose last name nothing has yet (got "")',
    refusedBy: "loader",
  },
  {
    rule: "only a directory has a default ACL",
    scenario: withFiles({ path: "a", acl_default: ACL }),
    says: '$.setup.files[0].type: expected dir, which alone can have acl_default (got "file")',
    refusedBy: "loader",
  },
  {
    rule: "only a symbolic link has a target",
    scenario: withFiles({ path: "a", target: "b" }),
    says: '$.setup.files[0].type: expected symlink, which alone can have target (got "file")',
    refusedBy: "loader",
  },
  {
    rule: "an ACL is one that Linux takes",
    scenario: withFiles({ path: "a", acl: ACL.slice(1) }),
    says: '$.setup.files[0].acl: expected an ACL that Linux takes: An ACL has one entry each for owner, owning group and others; named users stand before the owning group\'s entry and named groups after it, then at most one mask, and the entry for others is the last. (got "group_obj after start")',
    refusedBy: "loader",
  },
  {
    rule: "a file system's name can begin a path",
    scenario: withSetup({ filesystems: [{ name: "a:b", type: "tmpfs" }] }),
    says: '$.setup.filesystems[0].name: expected a name without : and / (got "a:b")',
    refusedBy: "both",
  },
  {
    rule: "a file system's name is its own",
    scenario: withSetup({ filesystems: [TMPFS, TMPFS] }),
    says: '$.setup.filesystems[1].name: expected a name that no other mount has (got "f")',
    refusedBy: "loader",
  },
  {
    rule: "a socket pair's name is its own",
    scenario: withSetup({ sockets: [{ name: "s" }, { name: "s" }] }),
    says: '$.setup.sockets[1].name: expected a name that no other socket pair has (got "s")',
    refusedBy: "loader",
  },
  {
    rule: "an unknown file system is refused",
    scenario: withSetup({ filesystems: [{ name: "f", type: "minix" }] }),
    says: '$.setup.filesystems[0].type: expected one of tmpfs, ext4, xfs, btrfs, overlay, shiftfs, cgroup2 (got "minix")',
    refusedBy: "both",
  },
  {
    rule: "a file has no fewer than no bytes",
    scenario: withFiles({ path: "a", size: -5 }),
    says: "$.setup.files[0].size: expected a whole number, 0 … 9007199254740991 (got -5)",
    refusedBy: "both",
  },
  {
    rule: "a file has whole bytes",
    scenario: withFiles({ path: "a", size: 1.5 }),
    says: "$.setup.files[0].size: expected a whole number, 0 … 9007199254740991 (got 1.5)",
    refusedBy: "both",
  },
  {
    rule: "a file's mode says nothing of its type",
    scenario: withFiles({ path: "a", mode: "10644" }),
    says: '$.setup.files[0].mode: expected a mode in octal up to 7777, like "0644" (got "10644")',
    refusedBy: "both",
  },
  {
    rule: "a umask holds permission bits alone",
    scenario: withSetup({ tasks: [{ name: "q", umask: "1022" }] }),
    says: '$.setup.tasks[0].umask: expected a mask in octal up to 777, like "0022" (got "1022")',
    refusedBy: "both",
  },
  {
    rule: "a file's name is one that Linux takes",
    scenario: withFiles({ path: "a".repeat(256) }),
    says: '$.setup.files[0].path: expected a name that Linux takes: A name has at most 255 bytes. (got "256 bytes")',
    refusedBy: "loader",
  },
  {
    rule: "a symbolic link leads somewhere",
    scenario: withFiles({ path: "a", type: "symlink" }),
    says: '$.setup.files[0].target: expected a target that Linux takes: An empty path names nothing. (got "")',
    refusedBy: "loader",
  },
];
