import { type Allowed, allow, type Rule } from "../kernel/index.ts";
import type { Values } from "../kernel/syscall/index.ts";

/** What a service decided: something granted, or the rule that stood against it. */
export type Decision<T> =
  | { readonly ok: true; readonly value: T; readonly rule?: Rule }
  | { readonly ok: false; readonly rule: Rule; readonly because: string };

export function grant<T>(value: T, rule?: Rule): Decision<T> {
  return rule ? { ok: true, value, rule } : { ok: true, value };
}

/** @param because  what the rule met: ids, names, numbers */
export function refuse(rule: Rule, because: string): Decision<never> {
  return { ok: false, rule, because };
}

/** What a program of user space prints of a decision: `refused` names the rule, `because` what it met. */
export function told<T>(decision: Decision<T>, values: (value: T) => Values): Allowed<Values> {
  if (decision.ok) {
    const answer = { ok: true, ...values(decision.value) };
    return decision.rule ? allow(answer, decision.rule) : allow(answer);
  }
  const { rule, because } = decision;
  return allow({ refused: rule.name, because }, rule);
}
