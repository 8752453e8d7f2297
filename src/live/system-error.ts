/** The name of a system call's error, `ENOENT`; null for an error of another sort. */
export function systemErrorCode(error: unknown): string | null {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}
