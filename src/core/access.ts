import { UsernsError } from "./errors.ts";
import { NO_ID } from "./id.ts";

/** Bits of an answer of {@link AccessTable.ask}: one byte an inode. The first three are those of access(2). */
export const RIGHT = {
  execute: 1,
  write: 2,
  read: 4,
  /** The inode's ACL decides, which is not in the columns: the other bits are not the answer. */
  acl: 8,
  /** Set by {@link AccessTable.reach}: every directory above may be searched. */
  reached: 16,
} as const;

/** What stands in the column `bits` beside the nine permission bits of the mode. */
export const INODE_BITS = {
  directory: 1 << 9,
  /** Written to by nobody: an owner has no value on the mount. */
  sealed: 1 << 10,
  /** An ACL decides for whoever is not the owner. */
  acl: 1 << 11,
  /** {@link AccessUser.covered}: `1 << 12` … `1 << 15`, one for each of four namespaces, are set where both owners are mapped there. */
  covered: 1 << 12,
} as const;

/** Namespaces whose capabilities a table tells apart. */
export const COVERED_FLAGS = 4;

/** Who asks. */
export interface AccessUser {
  /** What is compared with owners: the number that the table's column of users has for the filesystem user id. */
  readonly uid: number;
  /** The same for the filesystem group and the supplementary ones. At least one. */
  readonly gids: readonly number[];
  /**
   * What capabilities let through: nothing; reading, and searching directories (CAP_DAC_READ_SEARCH); all but running
   * what nobody may run (CAP_DAC_OVERRIDE).
   */
  readonly passes: "nothing" | "search" | "all";
  /** Which of the four flags COVERED says that these capabilities count over an inode: 0 … 3. */
  readonly covered: number;
}

/** The columns of a table: views of the engine's memory, a row an inode. */
export interface AccessColumns {
  readonly uids: Uint32Array;
  readonly gids: Uint32Array;
  /** The nine permission bits, and flags of {@link INODE_BITS}. */
  readonly bits: Uint16Array;
  /** The row of the directory that holds the inode: lower than its own; row 0 is the root of the tree. */
  readonly above: Uint32Array;
}

/**
 * Inodes as permission checks see them, in columns of an engine's memory.
 *
 * What it answers is what `inode_permission` does for one right at a time, where no ACL is asked.
 */
export interface AccessTable {
  readonly length: number;
  /** The columns, all 0 at first. To be asked for again after anything was allocated, loaded or asked. */
  view(): AccessColumns;
  /**
   * What each user may do with each inode.
   *
   * @returns bytes of {@link RIGHT}, one an inode, for each user: views of the engine's memory that hold until anything
   *          else is asked of the engine but {@link reach}
   * @throws  UsernsError ERR_COLUMN for a user that is none, ERR_ENGINE_MEMORY
   */
  ask(users: readonly AccessUser[]): readonly Uint8Array[];
  /**
   * Fold searching down the tree: RIGHT.reached is added where every directory above grants RIGHT.execute.
   *
   * @param user  whose answers, by its place in the last {@link ask}
   */
  reach(user: number): void;
  /** Give the memory back. The table must not be used afterwards. */
  free(): void;
}

/** What capabilities pass, in the order of the engines' codes. */
export const PASSES = ["nothing", "search", "all"] as const satisfies readonly AccessUser["passes"][];

/** @throws UsernsError ERR_COLUMN */
export function checkUsers(users: readonly AccessUser[]): void {
  for (const [index, { uid, gids, covered }] of users.entries()) {
    const fail = (expected: string, got: string): never => {
      throw new UsernsError("ERR_COLUMN", { where: `users[${index}]`, expected, got });
    };
    if (gids.length === 0) fail("at least one group", "none");
    const odd = [uid, ...gids].find((id) => !Number.isInteger(id) || id < 0 || id >= NO_ID);
    if (odd !== undefined) fail(`ids of at most ${NO_ID - 1}`, String(odd));
    if (!Number.isInteger(covered) || covered < 0 || covered >= COVERED_FLAGS)
      fail(`covered, 0 to ${COVERED_FLAGS - 1}`, String(covered));
  }
}

/** @throws UsernsError ERR_COLUMN */
export function failUser(user: number, users: number): never {
  throw new UsernsError("ERR_COLUMN", {
    where: "user",
    expected: `one of the ${users} last asked for`,
    got: `${user}`,
  });
}
