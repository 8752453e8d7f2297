/** Steps that no task can take. */
import { CALLS } from "../../../src/kernel/syscall/index.ts";
import { onOverlay, type Row, withSteps } from "./row.ts";

export const STEPS: readonly Row[] = [
  {
    rule: "a step names its task",
    scenario: withSteps({ call: "creds" }),
    says: "$.steps[0].task: expected text (got nothing)",
    refusedBy: "both",
  },
  {
    rule: "a step's task is defined",
    scenario: withSteps({ task: "q", call: "creds" }),
    says: '$.steps[0].task: expected a task: @root, p (got "q")',
    refusedBy: "loader",
  },
  {
    rule: "a call is modelled",
    scenario: withSteps({ task: "p", call: "creds" }, { task: "p", call: "reboot" }),
    says: `$.steps[1].call: expected a call that is modelled: ${[...CALLS.keys()].join(", ")} (got "reboot")`,
    refusedBy: "both",
  },
  {
    rule: "a call is given what it needs",
    scenario: withSteps({ task: "p", call: "setresuid", r: 0, e: 0 }),
    says: "$.steps[0].s: expected a value (got nothing)",
    refusedBy: "both",
  },
  {
    rule: "a call is given nothing else",
    scenario: withSteps({ task: "p", call: "setuid", uid: 0, gid: 0 }),
    says: '$.steps[0].gid: expected one of uid (got "gid")',
    refusedBy: "both",
  },
  {
    rule: "an id is 32 bits",
    scenario: withSteps({ task: "p", call: "setuid", uid: 4294967296 }),
    says: "$.steps[0].uid: expected an id, 0 … 4294967295, or a name for one (got 4294967296)",
    refusedBy: "both",
  },
  {
    rule: "a name for an id is defined",
    scenario: withSteps({ task: "p", call: "setuid", uid: "alice" }),
    says: '$.steps[0].uid: expected an id, 0 … 4294967295, or a name for one (got "alice")',
    refusedBy: "loader",
  },
  {
    rule: "a namespace of a step is defined",
    scenario: withSteps({ task: "p", call: "setns", ns: "B" }),
    says: '$.steps[0].ns: expected the name of a user namespace: init, A (got "B")',
    refusedBy: "loader",
  },
  {
    rule: "a new namespace has a new name",
    scenario: withSteps({ task: "p", call: "unshare_user", as: "A" }),
    says: '$.steps[0].as: expected a name that no user namespace has (got "A")',
    refusedBy: "loader",
  },
  {
    rule: "a descriptor was kept before it is used",
    scenario: withSteps({ task: "p", call: "map_read_fd", fd: "u" }),
    says: '$.steps[0].fd: expected a map file that p keeps open: none (got "u")',
    refusedBy: "loader",
  },
  {
    rule: "an operation of prctl is given its value",
    scenario: withSteps({ task: "p", call: "prctl", op: "bset_drop" }),
    says: "$.steps[0].cap: expected a value with op bset_drop (got nothing)",
    refusedBy: "loader",
  },
  {
    rule: "a path begins with a mount that there is",
    scenario: withSteps({ task: "p", call: "stat", path: "g:a" }),
    says: '$.steps[0].path: expected mount:path, with one of these mounts: there is none (got "g:a")',
    refusedBy: "loader",
  },
  {
    rule: "a device's number has 32 bits",
    scenario: onOverlay({ call: "mknod", path: "o:n", type: "chr", dev: 4294967296 }),
    says: "$.steps[0].dev: expected a whole number, 0 … 4294967295 (got 4294967296)",
    refusedBy: "both",
  },
  {
    rule: "what mknod makes is said by its type, not by its mode",
    scenario: onOverlay({ call: "mknod", path: "o:n", type: "file", mode: "10644" }),
    says: '$.steps[0].mode: expected a mode in octal up to 7777, like "0644" (got "10644")',
    refusedBy: "both",
  },
  {
    rule: "a position in a file is none below its start",
    scenario: withSteps({ task: "p", call: "map_write", ns: "A", file: "uid_map", text: "", offset: -1 }),
    says: "$.steps[0].offset: expected a whole number, 0 … 9007199254740991 (got -1)",
    refusedBy: "both",
  },
  {
    rule: "a character that is written is one byte",
    scenario: withSteps({ task: "p", call: "map_write", ns: "A", file: "uid_map", text: "ŀ" }),
    says: '$.steps[0].text: expected characters of one byte, up to U+00FF (got "ŀ"); write other bytes as hex',
    refusedBy: "both",
  },
];
