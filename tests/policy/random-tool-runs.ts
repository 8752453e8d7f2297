/** Random runs of the tools, biased to where their readings of numbers, names and ranges end. */
import type { ToolCase, ToolRun } from "./tool-runs.ts";

type Below = (bound: number) => number;

const USERS = [
  { name: "alice", uid: 2001, gid: 2001 },
  { name: "bob", uid: 2002, gid: 2002 },
];
/** Users that share a uid, or whose name is somebody's number. */
const MORE_USERS = [
  { name: "alice2", uid: 2001, gid: 2001 },
  { name: "2001", uid: 2011, gid: 2011 },
  { name: "2002", uid: 2001, gid: 2001 },
  { name: "bob", uid: 2012, gid: 2012 },
  { name: "dan", uid: 2001, gid: 2009 },
  { name: "eve", uid: 4294967294, gid: 4294967294 },
];
const GROUPS = [...USERS, ...MORE_USERS, { name: "alice", gid: 2002 }, { name: "staff", gid: 2001 }].map(
  ({ name, gid }) => ({ name, gid }),
);
const OWNERS = [
  "alice",
  "alice",
  "alice",
  "2001",
  "bob",
  "2002",
  "alice2",
  "dan",
  "eve",
  "02001",
  "alice ",
  " alice",
  "",
  "#alice",
  "root",
  "0",
  "4294967294",
  "ali",
  "*",
  "+",
];
const NUMBERS = [
  "100000",
  "100010",
  "100005",
  "99999",
  "2001",
  "0",
  "1",
  "10",
  "65536",
  "4294967290",
  "4294967295",
  "4294967296",
];
const ODD = [
  " 100000",
  "\t10",
  "+100000",
  "-1",
  "0x186a0",
  "0X10",
  "010",
  "08",
  "1e5",
  "10 ",
  "",
  "x",
  "18446744073709551615",
  "18446744073709551616",
  "9223372036854775808",
  "-18446744073709551615",
  "--1",
  "0x",
  "١",
];
const TARGETS = ["T", "T", "T", "T", "T", "T", "T", "T", "1", "x", "0", "-1", "999999999", " 1", "1 "];
const LISTED = [
  "alice",
  "2001",
  "bob",
  "2002",
  "nobody",
  "alice2",
  "dan",
  "staff",
  "2011",
  "eve",
  "4294967294",
  "root",
  "0",
  "",
  "-g",
  "-h",
];
const ENDS = ["\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n", ":\n", ":extra\n", " \n", "\n# no\n"];

export function randomToolCase(below: Below): ToolCase {
  const pick = <T>(list: readonly [T, ...T[]] | readonly T[]): T => {
    const found = list[below(list.length)];
    if (found === undefined) throw new Error("an empty list");
    return found;
  };
  const often = (percent: number) => below(100) < percent;
  const number = () => (often(12) ? pick(ODD) : often(30) ? String(100000 + below(30)) : pick(NUMBERS));
  const small = () => (often(8) ? pick(ODD) : String(pick([1, 1, 2, 5, 10, 20, below(40), 65536, 0])));
  const subid = () => {
    const lines = Array.from({ length: below(6) }, () => {
      if (often(4))
        return pick([
          "alice;1;2\n",
          "alice:100000\n",
          "garbage\n",
          "::\n",
          `alice:100000:10:${"y".repeat(pick([900, 1004, 1005, 1006, 1007, 1008, 1009, 1010]))}\n`,
        ]);
      return `${pick(OWNERS)}:${number()}:${small()}${pick(ENDS)}`;
    });
    const text = lines.join("");
    return often(10) ? text.replace(/\n$/, "") : text;
  };
  const mapArgs = () => {
    let inside = 0;
    const lines = Array.from({ length: pick([1, 1, 1, 2, 2, 3, 5]) }, () => {
      const count = small();
      const first = often(10) ? number() : String(inside);
      inside += Number(count) > 0 ? Number(count) : 1;
      return [first, often(12) ? "2001" : number(), often(20) ? "1" : count];
    }).flat();
    return often(6) ? lines.slice(0, below(lines.length + 1)) : lines;
  };
  const run = (): ToolRun => {
    if (often(25))
      return {
        tool: "getsubids",
        target: "",
        args: often(80)
          ? [...(often(40) ? ["-g"] : []), pick(LISTED)]
          : Array.from({ length: below(4) }, () => pick(LISTED)),
      };
    return { tool: pick(["newuidmap", "newgidmap"]), target: pick(TARGETS), args: mapArgs() };
  };
  const caller = often(75)
    ? ([2001, 2001] as const)
    : ([pick([0, 2001, 2002, 2011, 4999]), pick([0, 2001, 2002, 2009, 2011])] as const);
  const subuid = subid();
  return {
    caller,
    owner: often(85) ? caller : [pick([2001, 2002, 0]), pick([2001, 2002, 0])],
    setgroups: often(15) ? "deny" : "allow",
    groups: GROUPS.filter(() => often(50)),
    users: [...USERS, ...MORE_USERS.filter(() => often(30))],
    subuid,
    subgid: often(50) ? subuid : subid(),
    runs: Array.from({ length: 1 + below(3) }, run),
  };
}
