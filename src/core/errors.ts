/** The stable codes of {@link UsernsError}. One is never reused for another meaning. */
export type ErrorCode =
  | "ERR_ID_RANGE"
  | "ERR_EXTENT_EMPTY"
  | "ERR_EXTENT_WRAP"
  | "ERR_EXTENT_OVERLAP"
  | "ERR_MAP_LINES"
  | "ERR_MAP_TEXT"
  | "ERR_ROUTE"
  | "ERR_COLUMN"
  | "ERR_ENGINE_MEMORY"
  | "ERR_TAR"
  | "ERR_IMAGE"
  | "ERR_MANIFEST"
  | "ERR_POLICY"
  | "ERR_UNMAPPED"
  | "ERR_COMPRESSION"
  | "ERR_USAGE"
  | "ERR_FILE"
  | "ERR_SCENARIO"
  | "ERR_PROFILE"
  | "ERR_POOL"
  | "ERR_POOL_EXHAUSTED"
  | "ERR_QUOTA"
  | "ERR_RANGE_HELD"
  | "ERR_CLAIM_KEY"
  | "ERR_CLAIM_NONE"
  | "ERR_CLAIM_ENDED"
  | "ERR_STORE_DRIVER"
  | "ERR_STORE_CORRUPT"
  | "ERR_STORE_NEWER"
  | "ERR_STORE_BUSY"
  | "ERR_STORE_DENIED"
  | "ERR_STORE_LOST";

/** Where the input is wrong, what was expected there and what was found. */
export interface Fault {
  /** A place a person can go to: `uid_map:3`, `layer.tar:entry 12 "etc/shadow", byte 6656`, `--map`. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  /** What to do about it, if there is one thing to do. */
  readonly fix?: string;
}

/** Characters of an input that a message repeats. */
const MOST_QUOTED = 80;

/** What nobody sees, or takes for a blank: a byte order mark, a blank that does not break, a turn of the writing. */
const UNSEEN = /(?! )[\p{Cc}\p{Cf}\p{Z}]/gu;

/**
 * A piece of input in a message: in quotes, cut where it is long, and what cannot be seen written out.
 *
 * @example quoted("0 1000") // "\"0 1000\""
 */
export function quoted(text: string): string {
  const shown = JSON.stringify(text.slice(0, MOST_QUOTED)).replace(UNSEEN, (unseen) =>
    Array.from({ length: unseen.length }, (_, at) => `\\u${unseen.charCodeAt(at).toString(16).padStart(4, "0")}`).join(
      "",
    ),
  );
  return text.length <= MOST_QUOTED ? shown : `${shown}… (${text.length} characters)`;
}

/**
 * Bad input. "Not mapped" is a value and "refused by a rule" is a verdict; neither is ever thrown as this.
 *
 * @example new UsernsError("ERR_EXTENT_EMPTY", { where: "uid_map:2", expected: "a count of 1 or more", got: "0" }).message
 *          // "uid_map:2: expected a count of 1 or more (got 0)"
 */
export class UsernsError extends Error {
  override readonly name = "UsernsError";
  readonly code: ErrorCode;
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  readonly fix: string | undefined;

  constructor(code: ErrorCode, fault: Fault, options?: ErrorOptions) {
    super(`${fault.where}: expected ${fault.expected} (got ${fault.got})${fault.fix ? `; ${fault.fix}` : ""}`, options);
    this.code = code;
    this.where = fault.where;
    this.expected = fault.expected;
    this.got = fault.got;
    this.fix = fault.fix;
  }
}
