import type { Errno } from "./errno.ts";

/** A named sentence that decides a check, and where it comes from. Kept in a table of the file Linux would keep it in. */
export interface Rule {
  readonly name: string;
  readonly sentence: string;
  /** A manual page, a kernel document, or recorded vectors that show it. */
  readonly source: string;
}

export interface Allowed<T> {
  readonly ok: true;
  readonly value: T;
  /** The rule that decided, where one did. */
  readonly rule?: Rule;
  /** By what the rule was met, where it can be met in several ways: `by CAP_FOWNER`. */
  readonly because?: string;
}

export interface Denied {
  readonly ok: false;
  readonly errno: Errno;
  readonly rule: Rule;
  /** What the rule met here: ids, names, numbers. */
  readonly because: string;
  /** Which call of a step that is several calls said no: `open`, `write`. */
  readonly stage?: string;
  /** Where in a text that was written, both counted from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** The outcome of a check. Nothing throws one; only the outermost caller turns it into an error. */
export type Verdict<T = undefined> = Allowed<T> | Denied;

/** A file's rules: the key is the rule's name. */
export function ruleTable<Name extends string>(
  rules: Readonly<Record<Name, Omit<Rule, "name">>>,
): Readonly<Record<Name, Rule>>;
export function ruleTable(rules: Readonly<Record<string, Omit<Rule, "name">>>): Readonly<Record<string, Rule>> {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, { name, ...rule }]));
}

const YES: Verdict = { ok: true, value: undefined };

/**
 * Yes, with a value.
 *
 * @example allow({ n: 6 }) // { ok: true, value: { n: 6 } }
 */
export function allow(): Verdict;
export function allow<T>(value: T, rule?: Rule, because?: string): Allowed<T>;
export function allow(value?: unknown, rule?: Rule, because?: string): Verdict<unknown> {
  if (value === undefined && rule === undefined) return YES;
  if (rule === undefined) return { ok: true, value };
  return because === undefined ? { ok: true, value, rule } : { ok: true, value, rule, because };
}

/**
 * No, with the errno and the rule.
 *
 * @param because  what the rule met; the rule's own sentence when there is nothing to add
 */
export function deny(errno: Errno, rule: Rule, because: string = rule.sentence): Denied {
  return { ok: false, errno, rule, because };
}

/** The same verdict about nothing that was made or found. */
export function withoutValue(verdict: Verdict<unknown>): Verdict {
  return verdict.ok ? allow() : verdict;
}

/** The same verdict, said by the call `stage` of a step that is several calls. */
export function atStage<T>(verdict: Verdict<T>, stage: string): Verdict<T> {
  return verdict.ok ? verdict : { ...verdict, stage };
}

/** `line 3, column 10` and what follows it; nothing for a verdict that is about no place of a text. */
export function textPlace({ line, column }: Partial<Pick<Denied, "line" | "column">>, after = ""): string {
  if (line === undefined) return "";
  return `line ${line}${column === undefined ? "" : `, column ${column}`}${after}`;
}
