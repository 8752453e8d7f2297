/** Everyday questions about a file, each one command, with all that it prints. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileExplainAnswer } from "../../src/cli/explain-file.ts";
import { userns } from "./command.ts";

interface Row {
  readonly rule: string;
  readonly args: string;
  readonly exit: number;
  readonly lines: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    rule: "a chown to an id that the map lacks is refused first of all, and a longer map helps",
    args: "chown --to 0:42 --map 0:1000:1 --owner 1000:1000",
    exit: 1,
    lines: [
      "chown by 0:0: EINVAL",
      "  rule  The new owner must be mapped in the caller's namespace; this is asked",
      "        first of all. (gid 42 is not mapped in container)",
      "  from  chown(2); vectors/linux-6.18/2_id_translation.json (tag chown)",
      "  fix   a line more in the namespace's map: gid_map 1:100000:65536",
      "uid u0 → k1000",
      "  u0 → k1000  uid_map of container, line 1: 0:1000:1",
      "gid u0 → k1000",
      "  u0 → k1000  gid_map of container, line 1: 0:1000:1",
      "uid k1000 → u0",
      "  k1000 → u0  uid_map of container, line 1: 0:1000:1",
      "gid k1000 → u0",
      "  k1000 → u0  gid_map of container, line 1: 0:1000:1",
      "gid u42 → not mapped, shown as 65534",
      "  u42 → none  gid_map of container, no line holds u42: line 1 (0:1000:1) ends at",
      "              u0",
    ],
  },
  {
    rule: "a file of another user of the host shows 65534 in a container",
    args: "stat --owner 1000:1000 --mode 0640 --map 0:100000:65536",
    exit: 1,
    lines: [
      "stat shows 65534:65534, mode 0640, without a number for the uid, a number for",
      "the gid",
      "  fix   an idmapped mount with the namespace's own map: mount -o",
      '        X-mount.idmap="u:0:100000:65536 g:0:100000:65536"',
      "  fix   on disk: chown 101000:101000 the file",
      "  fix   a line more in the namespace's map: uid_map 65536:1000:1, gid_map",
      "        65536:1000:1",
      "uid u0 → k100000",
      "  u0 → k100000  uid_map of container, line 1: 0:100000:65536",
      "gid u0 → k100000",
      "  u0 → k100000  gid_map of container, line 1: 0:100000:65536",
      "uid k1000 → not mapped, shown as 65534",
      "  k1000 → u65534  uid_map of container, no line holds k1000: line 1",
      "                  (0:100000:65536) begins at k100000; the overflow id is shown",
      "gid k1000 → not mapped, shown as 65534",
      "  k1000 → u65534  gid_map of container, no line holds k1000: line 1",
      "                  (0:100000:65536) begins at k100000; the overflow id is shown",
    ],
  },
  {
    rule: "who owns on disk what the container's user creates",
    args: "create --as 1000 --owner 1000:1000 --map 0:100000:65536 --mount 0:100000:65536",
    exit: 0,
    lines: [
      "create by 1000:1000: yes; stat shows 1000:1000, mode 0644, the disk keeps",
      "1000:1000",
      "uid u1000 → k101000",
      "  u1000 → k101000  uid_map of container, line 1: 0:100000:65536",
      "gid u1000 → k101000",
      "  u1000 → k101000  gid_map of container, line 1: 0:100000:65536",
      "uid k0 → v100000",
      "  k0 → u0       uid_map of init, line 1: 0:0:4294967295",
      "  u0 → v100000  uid idmap mount-map of mount, line 1: 0:100000:65536",
      "gid k0 → v100000",
      "  k0 → u0       gid_map of init, line 1: 0:0:4294967295",
      "  u0 → v100000  gid idmap mount-map of mount, line 1: 0:100000:65536",
      "uid k1000 → u1000",
      "  k1000 → u1000    uid_map of init, line 1: 0:0:4294967295",
      "  u1000 → v101000  uid idmap mount-map of mount, line 1: 0:100000:65536",
      "  v101000 → u1000  uid_map of container, line 1: 0:100000:65536",
      "gid k1000 → u1000",
      "  k1000 → u1000    gid_map of init, line 1: 0:0:4294967295",
      "  u1000 → v101000  gid idmap mount-map of mount, line 1: 0:100000:65536",
      "  v101000 → u1000  gid_map of container, line 1: 0:100000:65536",
      "uid v101000 → k1000",
      "  v101000 → u1000  uid idmap mount-map of mount, line 1: 0:100000:65536",
      "  u1000 → k1000    uid_map of init, line 1: 0:0:4294967295",
      "gid v101000 → k1000",
      "  v101000 → u1000  gid idmap mount-map of mount, line 1: 0:100000:65536",
      "  u1000 → k1000    gid_map of init, line 1: 0:0:4294967295",
    ],
  },
  {
    rule: "a bind mount of the host's files is not written to by the container",
    args: "write --as 1005 --owner 1005:1005 --map 0:100000:65536",
    exit: 1,
    lines: [
      "write by 1005:1005: EACCES from open",
      "  rule  Everybody else is held to the bits for others.",
      "  from  path_resolution(7), Permissions",
      "  fix   an idmapped mount with the namespace's own map: mount -o",
      '        X-mount.idmap="u:0:100000:65536 g:0:100000:65536"',
      "  fix   an idmapped mount that shows this owner as the task's own ids: mount -o",
      '        X-mount.idmap="u:1005:101005:1 g:1005:101005:1"',
      "  fix   on disk: chown 101005 the file",
      "  fix   on disk: chown 101005:101005 the file",
      "  fix   chmod o+w the file",
      "uid u1005 → k101005",
      "  u1005 → k101005  uid_map of container, line 1: 0:100000:65536",
      "gid u1005 → k101005",
      "  u1005 → k101005  gid_map of container, line 1: 0:100000:65536",
      "uid k1005 → not mapped, shown as 65534",
      "  k1005 → u65534  uid_map of container, no line holds k1005: line 1",
      "                  (0:100000:65536) begins at k100000; the overflow id is shown",
      "gid k1005 → not mapped, shown as 65534",
      "  k1005 → u65534  gid_map of container, no line holds k1005: line 1",
      "                  (0:100000:65536) begins at k100000; the overflow id is shown",
    ],
  },
  {
    rule: "a mount whose map does not hold the creator gives EOVERFLOW",
    args: "create --as 0 --owner 0:0 --map 0:100000:65536 --mount 0:200000:65536",
    exit: 1,
    lines: [
      "create by 0:0: EOVERFLOW",
      "  rule  Whoever creates something must have a user and a group id that the mount",
      "        and its file system can hold; this is asked before any permission.",
      "        (fsuid k100000 has no place on mount)",
      "  from  idmappings.rst, mapped_fsuid; vectors/linux-6.18/3_idmapped_mounts.json",
      "        (tag create)",
      "  fix   an idmapped mount with the namespace's own map: mount -o",
      '        X-mount.idmap="u:0:100000:65536 g:0:100000:65536"',
      "  fix   an idmapped mount that shows this owner as the task's own ids: mount -o",
      '        X-mount.idmap="u:0:100000:1 g:0:100000:1"',
      "uid u0 → k100000",
      "  u0 → k100000  uid_map of container, line 1: 0:100000:65536",
      "gid u0 → k100000",
      "  u0 → k100000  gid_map of container, line 1: 0:100000:65536",
      "uid k0 → not mapped, shown as 65534",
      "  k0 → u0           uid_map of init, line 1: 0:0:4294967295",
      "  u0 → v200000      uid idmap mount-map of mount, line 1: 0:200000:65536",
      "  v200000 → u65534  uid_map of container, no line holds v200000: line 1",
      "                    (0:100000:65536) ends at v165535; the overflow id is shown",
      "gid k0 → not mapped, shown as 65534",
      "  k0 → u0           gid_map of init, line 1: 0:0:4294967295",
      "  u0 → v200000      gid idmap mount-map of mount, line 1: 0:200000:65536",
      "  v200000 → u65534  gid_map of container, no line holds v200000: line 1",
      "                    (0:100000:65536) ends at v165535; the overflow id is shown",
      "uid v100000 → not mapped, shown as 65534",
      "  v100000 → none  uid idmap mount-map of mount, no line holds v100000: line 1",
      "                  (0:200000:65536) begins at v200000",
      "  none → none     uid_map of init, not looked up: the step before mapped nothing",
    ],
  },
  {
    rule: "root of a container may not change the owner of the host's file",
    args: "chown --to 0 --owner 1000:1000 --map 0:100000:65536",
    exit: 1,
    lines: [
      "chown by 0:0: EPERM",
      "  rule  The owner of a file is changed with CAP_CHOWN where both its ids are",
      "        mapped; its owner may set the owner it has. (to v100000; on this mount",
      "        the owner is v1000 and the group v1000)",
      "  from  chown(2), capabilities(7)",
      "  fix   an idmapped mount with the namespace's own map: mount -o",
      '        X-mount.idmap="u:0:100000:65536 g:0:100000:65536"',
      "  fix   an idmapped mount that shows this owner as the task's own ids: mount -o",
      '        X-mount.idmap="u:1000:100000:1 g:1000:100000:1"',
      "  fix   on disk: chown 100000 the file",
      "  fix   on disk: chown 100000:100000 the file",
      "  fix   a line more in the namespace's map: uid_map 65536:1000:1, gid_map",
      "        65536:1000:1",
      "uid u0 → k100000",
      "  u0 → k100000  uid_map of container, line 1: 0:100000:65536",
      "gid u0 → k100000",
      "  u0 → k100000  gid_map of container, line 1: 0:100000:65536",
      "uid k1000 → not mapped, shown as 65534",
      "  k1000 → u65534  uid_map of container, no line holds k1000: line 1",
      "                  (0:100000:65536) begins at k100000; the overflow id is shown",
      "gid k1000 → not mapped, shown as 65534",
      "  k1000 → u65534  gid_map of container, no line holds k1000: line 1",
      "                  (0:100000:65536) begins at k100000; the overflow id is shown",
    ],
  },
  {
    rule: "a setuid program of the host's root is without effect in a container",
    args: "exec --as 1000 --mode 4755 --map 0:100000:65536",
    exit: 1,
    lines: [
      "exec by 1000:1000 runs as 1000:1000, no capability, without the file's owner as",
      "effective user",
      "  rule  Set-id bits are ignored unless the file's user and group id, as the",
      "        mount shows them, are both mapped in the task's namespace.",
      "  from  vectors/linux-6.18/3_idmapped_mounts.json (tag suid-exec)",
      "  fix   an idmapped mount with the namespace's own map: mount -o",
      '        X-mount.idmap="u:0:100000:65536 g:0:100000:65536"',
      "  fix   on disk: chown 100000:100000 the file",
      "uid u1000 → k101000",
      "  u1000 → k101000  uid_map of container, line 1: 0:100000:65536",
      "gid u1000 → k101000",
      "  u1000 → k101000  gid_map of container, line 1: 0:100000:65536",
      "uid k0 → not mapped, shown as 65534",
      "  k0 → u65534  uid_map of container, no line holds k0: line 1 (0:100000:65536)",
      "               begins at k100000; the overflow id is shown",
      "gid k0 → not mapped, shown as 65534",
      "  k0 → u65534  gid_map of container, no line holds k0: line 1 (0:100000:65536)",
      "               begins at k100000; the overflow id is shown",
      "uid u0 → k100000",
      "  u0 → k100000  uid_map of container, line 1: 0:100000:65536",
    ],
  },
  {
    rule: "a setuid program on a nosuid mount is without effect",
    args: "exec --as 1000 --mode 4755 --nosuid",
    exit: 1,
    lines: [
      "exec by 1000:1000 runs as 1000:1000, no capability, without the file's owner as",
      "effective user",
      "  rule  Set-id bits and file capabilities are ignored on a nosuid mount, and on",
      "        a file system whose namespace is neither the task's nor an ancestor of",
      "        it.",
      "  from  execve(2), mount(8); vectors/linux-6.18/3_idmapped_mounts.json (tag",
      "        suid-exec)",
      "  fix   mount it without nosuid: mount -o remount,suid",
    ],
  },
  {
    rule: "with users and groups mapped differently only the group is lost",
    args: "stat --owner 5:5 --map 0:0:9 --gid-map 0:0:5 --fs 0:0:9 --gid-fs 0:0:9",
    exit: 1,
    lines: [
      "stat shows 5:65534, mode 0644, without a number for the gid",
      "  fix   a line more in the namespace's map: gid_map 5:5:1",
      "uid u0 → k0",
      "  u0 → k0  uid_map of container, line 1: 0:0:9",
      "uid u5 → k5",
      "  u5 → k5  uid_map of disk-owner, line 1: 0:0:9",
      "gid u0 → k0",
      "  u0 → k0  gid_map of container, line 1: 0:0:5",
      "gid u5 → k5",
      "  u5 → k5  gid_map of disk-owner, line 1: 0:0:9",
      "uid k5 → u5",
      "  k5 → u5  uid_map of container, line 1: 0:0:9",
      "gid k5 → not mapped, shown as 65534",
      "  k5 → u65534  gid_map of container, no line holds k5: line 1 (0:0:5) ends at",
      "               k4; the overflow id is shown",
    ],
  },
  {
    rule: "a yes says so, and shows the ways",
    args: "read --as 7:5 --owner 5:5 --mode 0640 --map 0:0:9",
    exit: 0,
    lines: [
      "read by 7:5: yes",
      "  rule  Members of the file's group are held to the group's bits.",
      "  from  path_resolution(7), Permissions",
      "uid u7 → k7",
      "  u7 → k7  uid_map of container, line 1: 0:0:9",
      "gid u5 → k5",
      "  u5 → k5  gid_map of container, line 1: 0:0:9",
      "uid k5 → u5",
      "  k5 → u5  uid_map of container, line 1: 0:0:9",
      "gid k5 → u5",
      "  k5 → u5  gid_map of container, line 1: 0:0:9",
    ],
  },
];

for (const { rule, args, exit, lines } of ROWS)
  test(`explain ${args}: ${rule}`, async () => {
    const outcome = await userns(["explain", ...args.split(" ")]);
    assert.deepEqual(outcome.stdout.trimEnd().split("\n"), lines);
    assert.deepEqual([outcome.exit, outcome.stderr], [exit, ""]);
  });

const WRONG: readonly (readonly [args: string, where: string, expected: string])[] = [
  ["chown", "--to", "what to chown to"],
  ["read --to 5", "--to", "nothing: it goes with chown and chmod"],
  ["chown --to five", "--to", "UID:GID, UID or :GID in numbers"],
  ["chmod --to 0888", "--to", "a mode in octal, such as 0640"],
  ["read --mode rw", "--mode", "a mode in octal, such as 0640"],
  ["read --as ben", "--as", "UID, UID:GID or UID:GID,GROUP,… in numbers"],
  ["read --caps CAP_CHWON", "--caps", "all, none, or names as in CAP_SETUID+CAP_SETGID"],
  ["read --as 5 --map 0:1:1", "the task's uid", "an id that the uid maps of its namespaces hold"],
  ["stat 5", "IDS", "nothing after stat: the owner goes with --owner"],
  ["stat --direction up", "--direction", "nothing: it does not go with stat"],
  ["stat --nested 0:0:1", "--map", "the map that --nested goes with"],
  ["stat --map 0:1:5 --nested 0:3:4", "--nested", "lower ids that the map before it holds"],
  ["stat --map 0:1:5 --nested 0:0:1 --gid-nested 0:9:1", "--gid-nested", "lower ids that the map before it holds"],
  ["stat --gid-mount 0:1:1", "--mount", "the map that --gid-mount goes with"],
  ["exec --file-caps-root 5", "--file-caps", "the capabilities that --file-caps-root goes with"],
  [
    "5 --map 0:1:9 --owner 5:5",
    "--owner",
    "a question before it: stat, read, write, exec, create, chown, chmod, unlink",
  ],
  ["5 --map 0:1:9 --gid-fs 0:1:1", "--fs", "the map that its map of groups goes with"],
];

for (const [args, where, expected] of WRONG)
  test(`explain ${args}: exit 2, at ${where}`, async () => {
    const { exit, stdout, stderr } = await userns(["explain", "--json", ...args.split(" ")]);
    assert.deepEqual([exit, stdout], [2, ""]);
    const { error } = JSON.parse(stderr);
    assert.deepEqual([error.where, error.expected], [where, expected]);
  });

test("explain stat --json: the question with all that was assumed, the answer, and fixes with their proof", async () => {
  const { exit, stdout } = await userns(["explain", "stat", "--owner", "5:0", "--map", "0:0:1", "--json"]);
  const { question, answer, fixes }: FileExplainAnswer = JSON.parse(stdout);
  assert.equal(exit, 1);
  assert.deepEqual(question.namespaces, [{ uid: ["0:0:1"], gid: ["0:0:1"] }]);
  assert.deepEqual([question.mount, question.file.mode, question.task.uid], [null, 0o644, 0]);
  assert.deepEqual([answer.ok, answer.shown], [false, { uid: 65534, gid: 0, mode: "0644" }]);
  assert.deepEqual(answer.lacks, ["a number for the uid"]);
  assert.ok(fixes.length > 0 && fixes.every((fix) => fix.answer.ok));
});
