import type { Fault } from "../../core/index.ts";
import type { ShiftReport, TarOwners } from "../../shift/index.ts";
import type { LayerState } from "./layer-state.ts";

/** What the page asks of the worker: one thing in its life. */
export interface LayerRequest {
  /** A layer, or an image of several. */
  readonly file: File;
  /** How to shift it; null to look at its owners. */
  readonly shift: LayerState | null;
}

/** A layer whose owners were found. */
export interface LookedAt {
  /** Which one of an image; empty for a layer that is a file of its own. */
  readonly title: string;
  readonly owners: TarOwners;
}

/** A layer that was shifted. */
export interface ShiftedLayer {
  readonly title: string;
  /** Did it keep its bytes? */
  readonly isSame: boolean;
  readonly report: ShiftReport;
}

/** What the worker tells: progress, and at last one of the others. */
export type LayerMessage =
  | { readonly type: "progress"; readonly bytesRead: number }
  | { readonly type: "scanned"; readonly layers: readonly LookedAt[] }
  | {
      readonly type: "shifted";
      readonly blob: Blob;
      readonly layers: readonly ShiftedLayer[];
      /** Manifests that stay as they are, though what they are about was shifted. */
      readonly artifacts: number;
      readonly engine: string;
    }
  /** @property ids how many ids the map does not hold, each counted once */
  | { readonly type: "refused"; readonly ids: number }
  | { readonly type: "fault"; readonly fault: Fault };
