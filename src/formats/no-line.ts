import { UsernsError } from "../core/index.ts";

/** A text that was to hold a map and holds nothing. */
export function noLine(where: string, example: string): UsernsError {
  return new UsernsError("ERR_MAP_TEXT", { where, expected: `a map such as ${example}`, got: "no line at all" });
}
