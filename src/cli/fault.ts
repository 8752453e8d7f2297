import { type ErrorCode, UsernsError } from "../core/index.ts";
import { EXIT, type Exit, type Terminal, talk, withoutControls } from "./terminal.ts";

/** The `--json` form of an error: one line on stderr. */
export interface JsonFault {
  readonly error: {
    readonly code: ErrorCode;
    readonly where: string;
    readonly expected: string;
    readonly got: string;
    readonly fix: string | null;
  };
}

/** Errors that say no to good input; every other one says that the input is bad. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "ERR_UNMAPPED",
  "ERR_POOL_EXHAUSTED",
  "ERR_QUOTA",
  "ERR_RANGE_HELD",
  "ERR_CLAIM_KEY",
  "ERR_CLAIM_NONE",
  "ERR_CLAIM_ENDED",
]);

export function jsonFault(error: UsernsError): JsonFault {
  const { code, where, expected, got, fix = null } = error;
  return { error: { code, where, expected, got, fix } };
}

/** Say what is wrong, where, and what to do. */
export function reportFault(error: UsernsError, terminal: Terminal, asJson: boolean): Exit {
  const { code, where, expected, got, fix } = error;
  if (asJson) talk(terminal, JSON.stringify(jsonFault(error)));
  else {
    const colors = terminal.talkColors;
    talk(terminal, `${colors.red("error")}: ${colors.bold(withoutControls(where))}`);
    talk(terminal, `  expected  ${withoutControls(expected)}`);
    talk(terminal, `  got       ${withoutControls(got)}`);
    if (fix !== undefined) talk(terminal, `  to do     ${withoutControls(fix)}`);
  }
  return REFUSALS.has(code) ? EXIT.no : EXIT.bad;
}

/** Wrong use of an option or argument. */
export function usageFault(where: string, expected: string, got: string): UsernsError {
  return new UsernsError("ERR_USAGE", { where, expected, got });
}

/** What the system says of a file, in words. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EISDIR: "a folder",
  ENOTDIR: "a path through something that is no folder",
  ENOSPC: "no space left",
  EDQUOT: "no quota left",
  EROFS: "a read-only file system",
  ELOOP: "a loop of symbolic links",
  ENAMETOOLONG: "a name that is too long",
  EMFILE: "too many open files",
  EIO: "a failing disk",
  EPIPE: "a reader that went away",
};

/** Is this an error of the operating system, rather than of this program? */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "errno" in error && "code" in error && "syscall" in error;
}

/**
 * An error of the system as bad input; any other error as it is.
 *
 * @param where     the path or option that it is about
 * @param expected  what was wanted of it: `a file that can be read`
 */
export function fileFault(error: unknown, where: string, expected: string): unknown {
  if (!isSystemError(error)) return error;
  const code = error.code ?? "";
  const words = SYSTEM_ERRORS[code];
  return new UsernsError(
    "ERR_FILE",
    { where, expected, got: words ? `${words} (${code})` : error.message },
    { cause: error },
  );
}
