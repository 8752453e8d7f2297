/** Error lines of tools in words: what was asked, which rule refused it, and what helps. */
export type { Clue, KnownMessage, ToolName } from "./clue.ts";
export type { WhyContext } from "./context.ts";
export type { Judgement, Missing, Possibility, WhyFix } from "./judgement.ts";
export { MESSAGES, recogniseMessage } from "./recognise-message.ts";
export { TOOLS } from "./tools.ts";
export { type WhyAnswer, why } from "./why.ts";
export { type WhyLine, whyLines } from "./why-text.ts";
