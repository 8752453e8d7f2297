import { type Argument, scenarioError, text } from "./argument.ts";

/** Bytes as text, a character each: Latin-1. */
export const bytes: Argument<string> = {
  schema: { type: "string", pattern: "^[\\x00-\\xff]*$" },
  isOptional: false,
  read: (value, where, world) => {
    const given = text.read(value, where, world);
    if ([...given].some((character) => character > "\xff"))
      throw scenarioError(where, "characters of one byte, up to U+00FF", value, "write other bytes as hex");
    return given;
  },
};
