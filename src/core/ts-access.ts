/** Access in bulk in TypeScript: the twin of assembly/access.ts. */
import {
  type AccessColumns,
  type AccessTable,
  type AccessUser,
  checkUsers,
  failUser,
  INODE_BITS,
  RIGHT,
} from "./access.ts";
import { failFreed } from "./columns.ts";

/** Groups up to which comparing with each is faster than asking a set. */
const FEW_GROUPS = 4;
/** How many values an inode's bits have. */
const VALUES = 1 << 16;
/** The parts of a table of answers: for neither, for members of the group, for the owner, who may be a member too. */
const PARTS = { others: 0, group: VALUES, owner: 2 * VALUES, ownerInGroup: 3 * VALUES } as const;

export class TsAccessTable implements AccessTable {
  readonly length: number;
  #columns: AccessColumns | null;
  #answers: readonly Uint8Array[] = [];

  constructor(length: number) {
    this.length = length;
    this.#columns = {
      uids: new Uint32Array(length),
      gids: new Uint32Array(length),
      bits: new Uint16Array(length),
      above: new Uint32Array(length),
    };
  }

  view(): AccessColumns {
    return this.#columns ?? failFreed("table");
  }

  ask(users: readonly AccessUser[]): readonly Uint8Array[] {
    const columns = this.view();
    checkUsers(users);
    this.#answers = users.map((user) => answersTo(user, columns));
    return this.#answers;
  }

  reach(user: number): void {
    const { above } = this.view();
    const answers = this.#answers[user] ?? failUser(user, this.#answers.length);
    if (answers.length > 0) answers[0] = (answers[0] ?? 0) | RIGHT.reached;
    for (let row = 1; row < answers.length; row++) {
      const parent = answers[above[row] ?? 0] ?? 0;
      answers[row] = (answers[row] ?? 0) | ((parent << 4) & parent & RIGHT.reached);
    }
  }

  free(): void {
    this.view();
    this.#columns = null;
    this.#answers = [];
  }
}

function answersTo(user: AccessUser, columns: AccessColumns): Uint8Array {
  const answers = new Uint8Array(columns.uids.length);
  if (user.gids.length > FEW_GROUPS) answerMember(answers, columns, answerTable(user), user);
  else answerFew(answers, columns, answerTable(user), user);
  return answers;
}

/** Without a branch, which random owners would make a coin toss: 32 is a bit of `clz32` of 0 alone. */
function answerFew(
  answers: Uint8Array,
  { uids, gids, bits }: AccessColumns,
  table: Uint8Array,
  user: AccessUser,
): void {
  const { uid } = user;
  const [a = 0, b = a, c = a, d = a] = user.gids;
  for (let row = 0; row < answers.length; row++) {
    const gid = gids[row] ?? 0;
    const isOwner = Math.clz32((uids[row] ?? 0) ^ uid) & 32;
    const isMember = (Math.clz32(gid ^ a) | Math.clz32(gid ^ b) | Math.clz32(gid ^ c) | Math.clz32(gid ^ d)) & 32;
    answers[row] = table[(isOwner << 12) | (isMember << 11) | (bits[row] ?? 0)] ?? 0;
  }
}

function answerMember(
  answers: Uint8Array,
  { uids, gids, bits }: AccessColumns,
  table: Uint8Array,
  user: AccessUser,
): void {
  const { uid } = user;
  const members = new Set(user.gids);
  for (let row = 0; row < answers.length; row++) {
    const part = uids[row] === uid ? PARTS.owner : members.has(gids[row] ?? 0) ? PARTS.group : PARTS.others;
    answers[row] = table[part | (bits[row] ?? 0)] ?? 0;
  }
}

/** A table of answers is the same for all users whose capabilities are: there are nine at most. */
const TABLES = new Map<string, Uint8Array>();

function answerTable({ passes, covered }: AccessUser): Uint8Array {
  const flag = passes === "nothing" ? 0 : INODE_BITS.covered << covered;
  const key = `${passes} ${flag}`;
  const known = TABLES.get(key);
  if (known) return known;
  const table = new Uint8Array(4 * VALUES);
  for (let bits = 0; bits < VALUES; bits++) {
    const passed = (bits & flag) === 0 ? 0 : passedBits(bits, passes === "search");
    const withheld = bits & INODE_BITS.sealed ? RIGHT.write : 0;
    const acl = bits & INODE_BITS.acl ? RIGHT.acl : 0;
    table[PARTS.others | bits] = (((bits & 7) | passed) & ~withheld) | acl;
    table[PARTS.group | bits] = ((((bits >> 3) & 7) | passed) & ~withheld) | acl;
    table[PARTS.owner | bits] = (((bits >> 6) & 7) | passed) & ~withheld;
  }
  table.copyWithin(PARTS.ownerInGroup, PARTS.owner, PARTS.ownerInGroup);
  TABLES.set(key, table);
  return table;
}

/** What a capability passes that counts over the inode. */
function passedBits(bits: number, isSearch: boolean): number {
  const isDirectory = (bits & INODE_BITS.directory) !== 0;
  if (isSearch) return isDirectory ? RIGHT.read | RIGHT.execute : RIGHT.read;
  return isDirectory || (bits & 0o111) !== 0 ? RIGHT.read | RIGHT.write | RIGHT.execute : RIGHT.read | RIGHT.write;
}
