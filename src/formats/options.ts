import { behind, type Field, fieldsOf, textFault } from "./fields.ts";

/** An option of a command line and its value; an empty one for a flag. */
export interface GivenOption {
  readonly name: string;
  readonly value: Field;
}

/** Options by name: do they take a value? */
export type OptionTable = { readonly [name: string]: "value" | "flag" };

/** A word, quoted pieces in it. One character at a time, so that no text makes it go back. */
const WORD = /(?:[^\s"']|"[^"]*"|'[^']*')+/g;

/**
 * The options of a command line that a table knows: `--name=value` or `--name value`. A text that begins with the
 * command's name may hold other words, which are passed over; among bare options they are faults.
 *
 * @throws UsernsError with `where:line:column`
 */
export function readOptions(text: string, where: string, table: OptionTable): readonly GivenOption[] {
  const words = fieldsOf(text, WORD);
  const found: GivenOption[] = [];
  const isCommand = words[0] !== undefined && !words[0].text.startsWith("-");
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word) break;
    const name = word.text.split("=", 1)[0] ?? "";
    const takes = Object.hasOwn(table, name) ? table[name] : undefined;
    if (takes === undefined) {
      if (isCommand) continue;
      throw textFault(word, where, `one of ${Object.keys(table).join(", ")}`);
    }
    if (word.text.length > name.length) found.push({ name, value: unquoted(behind(word, name.length + 1)) });
    else if (takes === "flag") found.push({ name, value: behind(word, name.length) });
    else {
      const value = words[++at];
      if (!value) throw textFault(word, where, `a value behind ${name}`);
      found.push({ name, value: unquoted(value) });
    }
  }
  return found;
}

/** A value without the quotes around it. */
export function unquoted(field: Field): Field {
  const quote = field.text[0];
  const isQuoted = (quote === '"' || quote === "'") && field.text.length > 1 && field.text.endsWith(quote);
  return isQuoted ? { ...behind(field, 1), text: field.text.slice(1, -1) } : field;
}
