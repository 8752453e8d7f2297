import { MODE_BITS, SETGID, SETUID, STICKY } from "../kernel/index.ts";
import { readMode } from "../manifest/index.ts";

/** What a rule makes of a mode. */
export type ModeChange = (mode: number, isDirectory: boolean) => number;

/** The bits of a class in a mode: read, write and execute, and the one of set-id or sticky. */
const CLASSES = {
  u: { shift: 6, special: SETUID },
  g: { shift: 3, special: SETGID },
  o: { shift: 0, special: 0 },
} as const;
type ClassLetter = keyof typeof CLASSES;

const EXECUTE = 0o111;
const CLAUSE = /^([ugoa]*)([-+=])([rwxXst]*)$/;

/**
 * Read a mode as chmod(1) takes it: `0644`, or `u=rwX,go=rX`, which is applied to the mode that is there.
 *
 * `X` is execute for folders and for what somebody may already run. There is no umask: without a class, all are meant.
 *
 * @returns null for a text that is no mode
 * @source chmod(1), MODE
 * @example readModeChange("u=rwX,go=rX")?.(0o664, false) // 0o644
 */
export function readModeChange(text: string): ModeChange | null {
  const known = readMode(text);
  if (known !== null) return () => known;
  const clauses = text.split(",").map((clause) => CLAUSE.exec(clause));
  const changes: ModeChange[] = [];
  for (const clause of clauses) {
    if (!clause) return null;
    const [, who = "", operator = "", letters = ""] = clause;
    changes.push(clauseChange(classesOf(who), operator, letters));
  }
  return (mode, isDirectory) => changes.reduce((changed, change) => change(changed, isDirectory), mode) & MODE_BITS;
}

function classesOf(who: string): readonly ClassLetter[] {
  const all: readonly ClassLetter[] = ["u", "g", "o"];
  return who === "" || who.includes("a") ? all : all.filter((letter) => who.includes(letter));
}

function clauseChange(classes: readonly ClassLetter[], operator: string, letters: string): ModeChange {
  return (mode, isDirectory) => {
    const mayExecute = letters.includes("x") || (letters.includes("X") && (isDirectory || (mode & EXECUTE) !== 0));
    const bits = (letters.includes("r") ? 4 : 0) | (letters.includes("w") ? 2 : 0) | (mayExecute ? 1 : 0);
    let changed = mode;
    for (const letter of classes) {
      const { shift, special } = CLASSES[letter];
      const given = (bits << shift) | (letters.includes("s") ? special : 0);
      if (operator === "=") changed = (changed & ~((7 << shift) | special)) | given;
      else changed = operator === "+" ? changed | given : changed & ~given;
    }
    if (!letters.includes("t")) return changed;
    return operator === "-" ? changed & ~STICKY : changed | STICKY;
  };
}
