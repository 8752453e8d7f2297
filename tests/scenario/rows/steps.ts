/** Steps that no task can take. */
import { CALLS } from "../../../src/kernel/index.ts";
import { type Row, withSteps } from "./row.ts";

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
];
