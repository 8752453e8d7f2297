/** Random passwd and group files: users that share an id or a name, and lines that glibc's `files` source takes or not. */
import { picker } from "./random-picks.ts";

/** Fields as they are written. */
export interface AccountLine {
  readonly name: string;
  readonly uid: string;
  readonly gid: string;
  /** Is the user in every passwd? */
  readonly isUsual: boolean;
}

const account = (name: string, uid: string, gid = uid, isUsual = false): AccountLine => ({ name, uid, gid, isUsual });

export const ACCOUNTS: readonly AccountLine[] = [
  account("root", "0", "0", true),
  account("+alice", "2001"),
  account("-alice", "2001"),
  account("#alice", "2001"),
  account(" +bob", "2002"),
  account("alice", "2001", "2001", true),
  account("bob", "2002", "2002", true),
  account("alice2", "2001"),
  account("2001", "2011"),
  account("2002", "2001"),
  account("bob", "2012"),
  account("dan", "2001", "2009"),
  account("eve", "4294967294"),
  account("alice", "2002"),
  account("staff", "2001"),
  account("+nis", "2020"),
  account(" lead", "2020"),
  account("nis", "02020"),
  account("dan", "+2001"),
  account("dan", " 2001"),
  account("dan", "2001 "),
  account("dan", "0x7d1"),
  account("dan", "-1"),
  account("dan", "4294967296"),
  account("dan", "-18446744073709549615"),
  account("dan", ""),
];

const NO_LINES = [
  "+\n",
  "-\n",
  "+::::::\n",
  "+@net\n",
  "-x\n",
  "garbage\n",
  "dan:x\n",
  "dan:x:2001\n",
  "#\n",
  "\n",
  " \n",
];
const ENDS = ["", ":", "::/:/bin/sh", "::/:/bin/sh:extra", "::/:/bin/sh\r", " "];

type Below = (bound: number) => number;

function textOf(lines: readonly string[], below: Below): string {
  const { pick, often } = picker(below);
  const text = lines.map((line) => (often(6) ? pick(NO_LINES) : "") + line).join("");
  return often(10) ? text.replace(/\n$/, "") : text;
}

export function passwdText(accounts: readonly AccountLine[], below: Below): string {
  const { pick, often } = picker(below);
  const end = () => (often(10) ? pick(ENDS) : "::/:/bin/sh");
  return textOf(
    accounts.map(({ name, uid, gid, isUsual }) => `${name}:x:${uid}:${gid}${isUsual ? "::/:/bin/sh" : end()}\n`),
    below,
  );
}

export function groupText(accounts: readonly AccountLine[], below: Below): string {
  const { pick, often } = picker(below);
  return textOf(
    accounts.map(({ name, gid }) => `${name}:x:${gid}${often(10) ? pick([...ENDS, ":alice, bob"]) : ":"}\n`),
    below,
  );
}
