import { type KeptFile, type KeptLine, readKept } from "./kept-lines.ts";

/** A setting of /etc/login.defs: the key, and what stands behind it. */
export interface LoginDef {
  readonly key: string;
  readonly value: string;
}

export type LoginDefs = KeptFile<LoginDef>;

/**
 * Read /etc/login.defs: a key, blanks, a value. Comments and order are kept.
 *
 * @source  login.defs(5)
 * @example parseLoginDefs("SUB_UID_MIN\t100000\n").lines[0]?.entry // { key: "SUB_UID_MIN", value: "100000" }
 */
export function parseLoginDefs(text: string, where = "/etc/login.defs"): LoginDefs {
  return readKept(text, where, (line) => {
    if (/^\s*(#|$)/.test(line)) return { entry: null, fault: null };
    const match = /^\s*(\S+)\s+"?([^"]*?)"?\s*$/.exec(line);
    const [, key, value] = match ?? [];
    if (key === undefined || value === undefined) return { entry: null, fault: "a key without a value" };
    return { entry: { key, value }, fault: null };
  });
}

/**
 * The same file with a setting changed where it stands, or added at the end.
 *
 * @example setLoginDef(parseLoginDefs("A 1\n"), "A", "2").lines[0]?.text // "A\t2"
 */
export function setLoginDef(file: LoginDefs, key: string, value: string): LoginDefs {
  const entry = { key, value };
  const written: KeptLine<LoginDef> = { text: `${key}\t${value}`, line: null, entry, fault: null };
  const isHere = file.lines.some((line) => line.entry?.key === key);
  const changed = file.lines.map((line) => (line.entry?.key === key ? { ...written, line: line.line } : line));
  return { ...file, lines: isHere ? changed : [...file.lines, written], endsInNewline: true };
}
