import { readFile } from "node:fs/promises";
import { systemErrorCode } from "./system-error.ts";

/** What was looked for: its text, or that it is not there, or that it could not be seen (which is noted). */
export type Seen = { readonly state: "seen"; readonly text: string } | { readonly state: "absent" | "unseen" };

/** Reads files of a system, and keeps account of what it was not let see. */
export class Sight {
  readonly #unseen: string[] = [];

  /** `/etc/subuid: permission denied`, in the order in which it was met. */
  get unseen(): readonly string[] {
    return this.#unseen;
  }

  /** @param why  in a few words */
  miss(what: string, why: string): void {
    this.#unseen.push(`${what}: ${why}`);
  }

  /**
   * The text of a file.
   *
   * @param encoding  latin1 where any byte may stand in it
   */
  async read(path: string, encoding: "utf8" | "latin1" = "utf8"): Promise<Seen> {
    try {
      return { state: "seen", text: await readFile(path, encoding) };
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === null) throw error;
      if (code === "ENOENT" || code === "ENOTDIR") return { state: "absent" };
      this.miss(path, reasonOf(code));
      return { state: "unseen" };
    }
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "not permitted"],
  ["EISDIR", "is a directory"],
  ["ELOOP", "its links lead in a circle"],
]);

function reasonOf(code: string): string {
  return REASONS.get(code) ?? code;
}
