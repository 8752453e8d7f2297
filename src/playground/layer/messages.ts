import type { Fault } from "../../core/index.ts";
import type { Compression, IdTally, ShiftReport, TarOwners } from "../../shift/index.ts";
import type { LayerState } from "./layer-state.ts";

/** What the page asks of the worker: one thing in its life. */
export interface LayerRequest {
  readonly file: File;
  /** How to shift it; null to look at its owners. */
  readonly shift: LayerState | null;
}

/** What the worker tells: progress, and at last one of the others. */
export type LayerMessage =
  | { readonly type: "progress"; readonly bytesRead: number }
  | { readonly type: "scanned"; readonly compression: Compression; readonly owners: TarOwners }
  | {
      readonly type: "shifted";
      readonly compression: Compression;
      readonly blob: Blob;
      readonly report: ShiftReport;
      readonly engine: string;
    }
  | { readonly type: "refused"; readonly unmapped: readonly IdTally[]; readonly unlisted: number }
  | { readonly type: "fault"; readonly fault: Fault };
