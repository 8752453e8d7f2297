import type { AccessColumns, AccessUser } from "../../../src/core/index.ts";

/** One way to answer, in TypeScript, what users may do with inodes: a byte an inode for each user. */
export interface AccessRival {
  readonly name: string;
  run(users: readonly AccessUser[], columns: AccessColumns, answers: readonly Uint8Array[]): void;
}
