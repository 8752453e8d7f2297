import { scenarioError } from "../../kernel/syscall/index.ts";
import { listAt, objectAt, textAt } from "../load.ts";

/** A row of a proposal's table: what somebody does, in words, and what comes of it. */
export interface TableRow {
  /** `A35`: the letter of its part, and two digits. */
  readonly id: string;
  readonly part: string;
  readonly scenario: string;
  readonly expected: string;
  readonly reason: string | null;
  /** How the answer is known: measured, read in a posted patch, derived, or completed. */
  readonly basis: string;
}

const PART = /^[A-Z]$/;

/** Is this the tables of proposals: lists of rows by the letter of their part? */
export function isProposalTables(json: unknown): boolean {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  const parts = Object.entries(json);
  return parts.length > 0 && parts.every(([part, rows]) => PART.test(part) && Array.isArray(rows));
}

/**
 * Read the tables.
 *
 * @throws UsernsError ERR_SCENARIO with the JSON path
 */
export function readTables(json: unknown, where: string): readonly TableRow[] {
  const seen = new Set<string>();
  return Object.entries(objectAt(json, where)).flatMap(([part, rows]) =>
    listAt(rows, `${where}.${part}`).map((given, index): TableRow => {
      const at = `${where}.${part}[${index}]`;
      const row = objectAt(given, at, ["id", "scenario", "expected", "reason", "basis"]);
      const id = textAt(row.id, `${at}.id`);
      if (!id.startsWith(part) || seen.has(id))
        throw scenarioError(`${at}.id`, `an id that begins with ${part} and that no other row has`, id);
      seen.add(id);
      return {
        id,
        part,
        scenario: textAt(row.scenario, `${at}.scenario`),
        expected: textAt(row.expected, `${at}.expected`),
        reason: row.reason === undefined ? null : textAt(row.reason, `${at}.reason`),
        basis: textAt(row.basis, `${at}.basis`),
      };
    }),
  );
}
