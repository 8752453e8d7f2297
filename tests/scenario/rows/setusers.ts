/** Piles of ids that no task has, and lists that no call takes. */
import { type Row, withSteps } from "./row.ts";

const PROFILE = "linux-6.18+setusers";
const call = (name: string, args: object) => ({
  ...withSteps({ task: "p", call: name, ...args }),
  profile: PROFILE,
});
const task = (profile: string, piles: object) => ({
  version: 1,
  profile,
  setup: { tasks: [{ name: "p", ...piles }] },
  steps: [],
});

export const SETUSERS: readonly Row[] = [
  {
    rule: "a kernel without setusers() has no piles",
    scenario: task("linux-6.18+isolated", { users: [1] }),
    says: '$.setup.tasks[0].users: expected nothing of this name in linux-6.18+isolated, which has no setusers() (got "users"); profile: linux-6.18+isolated+setusers',
    refusedBy: "loader",
  },
  {
    rule: "a pile has at most 65536 ids",
    scenario: task(PROFILE, { subgroups: [{ first: 1, count: 65537 }] }),
    says: "$.setup.tasks[0].subgroups: expected at most 65536 ids (got 65537)",
    refusedBy: "loader",
  },
  {
    rule: "a range of a pile ends below 4294967295",
    scenario: task(PROFILE, { users: [{ first: 4294967290, count: 6 }] }),
    says: '$.setup.tasks[0].users[0]: expected a range that ends at 4294967294 or before (got {"first":4294967290,"count":6})',
    refusedBy: "loader",
  },
  {
    rule: "a range has a count",
    scenario: call("setusers", { list: [1, { first: 3 }] }),
    says: "$.steps[0].list[1].count: expected a value (got nothing)",
    refusedBy: "both",
  },
  {
    rule: "a list is a list of ids, or a bad pointer",
    scenario: call("setusers", { list: "good" }),
    says: '$.steps[0].list: expected a list of ids and of ranges {first, count} (got "good")',
    refusedBy: "both",
  },
  {
    rule: "a call is not given more ids than its list has",
    scenario: call("setsubgroups", { list: [1], size: 2 }),
    says: "$.steps[0].size: expected at most 1, as many as the list has (got 2)",
    refusedBy: "loader",
  },
  {
    rule: "no list is much longer than the longest",
    scenario: call("setusers", { list: [{ first: 1, count: 65537 }, 0] }),
    says: "$.steps[0].list: expected at most 65537 ids (got 65538)",
    refusedBy: "loader",
  },
];
