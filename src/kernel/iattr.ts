import type { Kuid64 } from "../core/kuid64.ts";

/** What is to be changed: `struct iattr`. Ids are as seen through the mount. */
export interface SetAttr {
  readonly uid?: Kuid64<"uid">;
  readonly gid?: Kuid64<"gid">;
  readonly mode?: number;
  readonly size?: number;
  /** What a file of that size holds then; null: it is not known. Absent: what it held, cut, or filled up with zero bytes. */
  readonly content?: string | null;
  /** now: both times, as write permission allows; set: anything else, as ownership allows. */
  readonly times?: "now" | "set";
  /** Set-id bits to drop, as {@link SETUID} and {@link SETGID} together. */
  readonly dropBits?: number;
  /** Drop the file's capabilities too. */
  readonly dropCapability?: boolean;
  /** The change follows from one that was permitted: ask for no permission. */
  readonly isForced?: boolean;
}
