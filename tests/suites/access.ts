/** What every engine must answer about who may do what; run where the engine's own suite is. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type AccessUser, type Engine, INODE_BITS, NO_ID, RIGHT } from "../../src/core/index.ts";

/** Lengths about those of a group of rows and of a call. */
const LENGTHS = [0, 1, 15, 16, 17, 31, 33, 1000, 65_535, 65_536, 65_553];

/** Ids on both sides of 2³¹, and the one that nobody has. */
const IDS = [0, 1, 33, 1000, 2 ** 31 - 1, 2 ** 31, NO_ID - 1, NO_ID];

const user = (uid: number, gids: readonly number[], passes: AccessUser["passes"] = "nothing", covered = 0) => ({
  uid,
  gids,
  passes,
  covered,
});

const USERS: readonly AccessUser[] = [
  user(0, [0]),
  user(0, [0], "all"),
  user(33, [33, 1000], "all", 3),
  user(33, [1], "search", 1),
  user(1000, [1000, 33, 2 ** 31, 5]),
  user(2 ** 31, [NO_ID - 1, 2 ** 31 - 1, 7, 8, 9, 33, 1], "search", 2),
  user(
    7,
    Array.from({ length: 300 }, (_, k) => k + 2),
  ),
];

interface Inode {
  readonly uid: number;
  readonly gid: number;
  readonly bits: number;
}

/** Every pair of owners with every value of the bits comes up in enough rows. */
function inodeAt(row: number): Inode {
  const mixed = Math.imul(row + 1, 0x9e37_79b1) >>> 0;
  return {
    uid: IDS[mixed & 7] ?? 0,
    gid: IDS[(mixed >>> 3) & 7] ?? 0,
    bits: mixed >>> 16,
  };
}

/** The rules as access(2), path_resolution(7) and capabilities(7) have them, for one inode and one user. */
function plainAnswer({ uid, gids, passes, covered }: AccessUser, inode: Inode): number {
  const has = (flag: number): boolean => (inode.bits & flag) !== 0;
  const isOwner = inode.uid === uid;
  const digit = isOwner ? inode.bits >> 6 : gids.includes(inode.gid) ? inode.bits >> 3 : inode.bits;
  const isDirectory = has(INODE_BITS.directory);
  const counts = has(INODE_BITS.covered << covered);
  const may = (["read", "write", "execute"] as const).filter((right) => {
    if (right === "write" && has(INODE_BITS.sealed)) return false;
    if ((digit & RIGHT[right]) !== 0) return true;
    if (!counts || passes === "nothing") return false;
    if (passes === "search") return right === "read" || (right === "execute" && isDirectory);
    return right !== "execute" || isDirectory || has(0o111);
  });
  const acl = has(INODE_BITS.acl) && !isOwner ? RIGHT.acl : 0;
  return may.reduce((sum, right) => sum | RIGHT[right], acl);
}

const isCode = (code: string) => (error: unknown) => error instanceof Error && "code" in error && error.code === code;

export function accessSuite(name: string, load: () => Promise<{ readonly initSync: () => Engine }>): void {
  let engine: Engine;

  before(async () => {
    engine = (await load()).initSync();
  });

  const tableOf = (length: number) => {
    const table = engine.accessTable(length);
    const { uids, gids, bits, above } = table.view();
    for (let row = 0; row < length; row++) {
      const inode = inodeAt(row);
      [uids[row], gids[row], bits[row]] = [inode.uid, inode.gid, inode.bits];
      above[row] = row >> 1;
    }
    return table;
  };

  test(`${name}: what each user may do with each inode, at every length and in any company`, () => {
    for (const length of LENGTHS) {
      const table = tableOf(length);
      for (const users of [USERS, ...USERS.slice(0, length < 2000 ? USERS.length : 1).map((one) => [one]), []]) {
        const answers = table.ask(users);
        assert.deepEqual(
          answers.map((bytes) => bytes.length),
          users.map(() => length),
        );
        for (const [index, one] of users.entries()) {
          const want = Uint8Array.from({ length }, (_, row) => plainAnswer(one, inodeAt(row)));
          assert.ok(Buffer.from(answers[index] ?? []).equals(Buffer.from(want)), `${length} rows, user ${index}`);
        }
      }
      table.free();
    }
  });

  test(`${name}: an inode is reached where every directory above it may be searched`, () => {
    for (const length of LENGTHS) {
      const table = tableOf(length);
      const answers = table.ask(USERS);
      for (const [index] of USERS.entries()) {
        const own = Uint8Array.from(answers[index] ?? []);
        const reached = new Uint8Array(length);
        for (let row = 0; row < length; row++)
          reached[row] = row === 0 || (reached[row >> 1] && (own[row >> 1] ?? 0) & RIGHT.execute) ? RIGHT.reached : 0;
        table.reach(index);
        const want = own.map((byte, row) => byte | (reached[row] ?? 0));
        assert.ok(Buffer.from(answers[index] ?? []).equals(Buffer.from(want)), `${length} rows, user ${index}`);
      }
      table.free();
    }
  });

  test(`${name}: what an ACL said is put into the answers, and folded with the rest`, () => {
    const table = engine.accessTable(2);
    const { bits } = table.view();
    bits[0] = INODE_BITS.directory | INODE_BITS.acl | 0o070;
    const [answers = new Uint8Array(0)] = table.ask([user(1, [1])]);
    assert.equal(answers[0], RIGHT.acl);
    answers[0] = RIGHT.execute;
    table.reach(0);
    assert.deepEqual([...answers], [RIGHT.execute | RIGHT.reached, RIGHT.reached]);
    table.free();
  });

  test(`${name}: a new table of inodes is all zeros, also where another one was`, () => {
    for (const length of [100, 5000]) {
      const table = engine.accessTable(length);
      for (const column of Object.values(table.view())) {
        assert.equal(column.length, length);
        assert.ok(column.every((value: number) => value === 0));
        column.fill(7);
      }
      table.free();
    }
  });

  test(`${name}: users without a group, with ids that are none or a flag that is none are refused, and a freed table is not used`, () => {
    const table = engine.accessTable(4);
    const bad = [user(0, []), user(NO_ID, [0]), user(0, [0, -1]), user(0.5, [0]), user(0, [0], "all", 4)];
    for (const one of bad) assert.throws(() => table.ask([USERS[0] ?? one, one]), isCode("ERR_COLUMN"));
    table.ask(USERS);
    assert.throws(() => table.reach(USERS.length), isCode("ERR_COLUMN"));
    table.free();
    for (const use of [() => table.view(), () => table.ask([]), () => table.reach(0), () => table.free()])
      assert.throws(use, isCode("ERR_COLUMN"));
    assert.throws(() => engine.accessTable(1.5), isCode("ERR_COLUMN"));
  });
}
