/** Random runs of the tools, biased to where their readings of numbers, names and ranges end. */
import { ACCOUNTS, type AccountLine, groupText, passwdText } from "./random-accounts.ts";
import { picker } from "./random-picks.ts";
import type { ToolCase, ToolRun } from "./tool-runs.ts";

const OWNERS = ["alice", "2001", "bob", "2002", "alice2", "dan", "eve", "root", "0", "4294967294"];
/** Nobody, or somebody written so that the tools do not know them. */
const ODD_OWNERS = [
  ..."02001|+2001| 2001|2001 |0x7d1|alice | alice|alice\r|Alice|ali||#alice|# alice|*|ALL|%staff|@staff".split("|"),
  ..."+|-|+alice|-alice|+2001|-2001|+@net|-g|-h|--|x y|é|1e3|\u00a0alice".split("|"),
];
const NUMBERS = "100000 100010 100005 99999 2001 0 1 10 65536 4294967290 4294967294 4294967295 4294967296".split(" ");
const ODD_NUMBERS = [
  ..." 100000|\t10|\v10|10\t|10 ||x|+100000|+|-|--1|+-1|-1|-4294967295|-0|1_0|1,0|1.0|1e5|100000.0|٣|100000\r".split(
    "|",
  ),
  ..."0x186a0|0X10|0x|0xg|-0x1|010|08|0303240|0b10|0o10|00000000000000000000000010|000".split("|"),
  ..."9223372036854775807|9223372036854775808|18446744073709551615|18446744073709551616|-18446744073709551615".split(
    "|",
  ),
  "9".repeat(40),
];
const TARGETS = ["1", "x", "0", "-1", "999999999", " 1", "1 ", "1x", "0x1", "01", "2147483648", "4294967297"];
const ENDS = ["\r\n", "\n\n", ":\n", ":extra\n", "::::\n", " \n", "\n# no\n", "\n \n", "\n#alice:100000:65536\n"];
const NO_LINES = ["alice;1;2\n", "alice:100000\n", "alice\n", "garbage\n", ":\n", "::\n", ":::\n", "alice::\n", "#\n"];

export function randomToolCase(below: (bound: number) => number): ToolCase {
  const { pick, often, some } = picker(below);
  const number = () => (often(12) ? pick(ODD_NUMBERS) : often(30) ? String(100000 + below(30)) : pick(NUMBERS));
  const small = () => (often(8) ? pick(ODD_NUMBERS) : String(pick([1, 1, 2, 5, 10, 20, below(40), 65536, 0])));
  const owner = () => (often(25) ? pick(ODD_OWNERS) : often(40) ? "alice" : pick(OWNERS));
  /** Around the 1024 bytes where the tools stop reading a line. */
  const long = () =>
    often(50)
      ? `alice:100000:10:${"y".repeat(1003 + below(8))}\n`
      : `alice:${"0".repeat(pick([900, 1002 + below(12), 5000]))}303240:10\n`;
  const line = () => {
    if (often(5)) return often(50) ? pick(NO_LINES) : long();
    return `${owner()}:${number()}:${small()}${often(35) ? pick(ENDS) : "\n"}`;
  };
  /** Ranges that adjoin, overlap and leave holes, in any order. */
  const pieces = () =>
    some(2 + below(5), () => `${pick(["alice", "2001", "alice2"])}:${100000 + 5 * below(6)}:${pick([5, 5, 6, 10])}\n`);
  const subid = () => {
    const text = (often(20) ? pieces() : some(below(often(4) ? 60 : 6), line)).join("");
    return often(15) ? text.replace(/\n$/, "") : text;
  };
  const mapArgs = () => {
    let inside = 0;
    const lines = some(often(3) ? pick([340, 341, 50]) : pick([1, 1, 1, 2, 2, 3, 5]), () => {
      const count = small();
      const first = often(10) ? number() : String(inside);
      inside += Number(count) > 0 ? Number(count) : 1;
      return [first, often(12) ? "2001" : number(), often(20) ? "1" : count];
    }).flat();
    return often(6) ? lines.slice(0, below(lines.length + 1)) : lines;
  };
  /** The own id alone, which needs no grant, with or without others. */
  const ownArgs = () => [
    pick(["0", "0", "5", "2001"]),
    pick(["2001", "2001", "2009"]),
    "1",
    ...(often(30) ? mapArgs() : []),
  ];
  /** Some lines within the ranges of {@link pieces}. */
  const piecesArgs = () =>
    some(1 + below(4), (at) => [String(at * 10), String(100000 + below(30)), String(1 + below(12))]).flat();
  const listed = () => (often(35) ? pick(ODD_OWNERS) : pick([...OWNERS, "nobody", "staff", "2011", "lead", "nis"]));
  const run = (): ToolRun => {
    if (often(30)) {
      const args = often(85) ? [...(often(40) ? ["-g"] : []), listed()] : some(below(4), listed);
      return { tool: "getsubids", target: "", args };
    }
    const args = pick([mapArgs, mapArgs, piecesArgs, ownArgs])();
    return { tool: pick(["newuidmap", "newgidmap"]), target: often(80) ? "T" : pick(TARGETS), args };
  };
  const caller = often(75)
    ? ([2001, 2001] as const)
    : ([pick([0, 2001, 2002, 2011, 2020, 4999]), pick([0, 2001, 2002, 2009, 2011])] as const);
  const accounts: readonly AccountLine[] = ACCOUNTS.filter(({ isUsual }) => isUsual || often(30));
  const subuid = subid();
  return {
    caller,
    owner: often(85) ? caller : [pick([2001, 2002, 0]), pick([2001, 2002, 0])],
    setgroups: often(15) ? "deny" : "allow",
    passwd: passwdText(accounts, below),
    group: groupText(
      ACCOUNTS.filter(() => often(50)),
      below,
    ),
    subuid,
    subgid: often(50) ? subuid : subid(),
    runs: some(1 + below(6), run),
  };
}
