/**
 * Where allocations are kept. What may be handed out to whom is decided in src/policy; a store gathers what a decision
 * needs, in one transaction, and writes down what was decided.
 *
 * This layer may import Node modules and packages, drivers only when a ledger of their kind is opened; and core, formats
 * and policy.
 */
export * from "./job-queue.ts";
export * from "./ledger.ts";
export { memoryLedger } from "./memory.ts";
export * from "./open.ts";
export * from "./store.ts";
