/** What each command answers with `--json`: types alone, for programs that read it. */
export type { RunAnswer, RunCall, RunScenario } from "../explain/index.ts";
export type { ClaimAnswer, RangeAnswer } from "./alloc-answer.ts";
export type { AllocHistoryAnswer, AllocListAnswer, WhoOwnsAnswer } from "./alloc-list.ts";
export type { PoolAnswer, QuotaAnswer } from "./alloc-pool.ts";
export type { ReconcileAnswer } from "./alloc-reconcile.ts";
export type { CheckAnswer } from "./check.ts";
export type { ExplainAnswer } from "./explain.ts";
export type { FileExplainAnswer } from "./explain-file.ts";
export type { JsonFault } from "./fault.ts";
export type { GetSubidsAnswer } from "./getsubids.ts";
export type { LayerLintAnswer, LayerOwnersAnswer } from "./layer.ts";
export type { MapAnswer, MappedRange } from "./map.ts";
export type { BinaryMapAnswer } from "./map-binary.ts";
export type { FsidChecksAnswer, NewFsidMapCliAnswer } from "./new-fsid-map.ts";
export type { NewIdMapCliAnswer } from "./new-id-map.ts";
export type { ShiftAnswer } from "./shift.ts";
export type { TourAnswer, TourStep } from "./tour.ts";
export type { UnmappedAnswer } from "./unmapped.ts";
