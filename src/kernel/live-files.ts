import type { Inode } from "./inode.ts";
import type { OpenFile } from "./open-file.ts";
import type { Task } from "./task.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Files of the kernel's own that hold no bytes: their text is made when they are read, and they do something when they are
 * written. They are open already.
 */
export interface LiveFiles {
  /** What a file says to a reader; null: that is not modelled. */
  read(reader: Task, inode: Inode): Verdict<string | null>;
  /** @returns how many bytes were taken */
  write(writer: Task, file: OpenFile, bytes: string): Verdict<number>;
}
