/**
 * Routes in words: which line of which map an id went through, or why none fits, as a value and as text.
 *
 * This layer reads what walking a route gives and never decides anything again. It may import core and kernel, and what
 * lies beside kernel.
 */
export * from "./explain.ts";
export * from "./text.ts";
