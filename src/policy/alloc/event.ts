import type { Claim } from "./claim.ts";
import type { Pool } from "./pool.ts";

/** What happened. A history is never rewritten; all that is known of claims, pools and quotas follows from it. */
export type LedgerEvent = {
  /** Counts up from 1, without gaps. */
  readonly seq: number;
  /** When it was written down, in milliseconds since 1970. */
  readonly at: number;
} & Happening;

export type Happening =
  | { readonly type: "pool"; readonly pool: Pool }
  | { readonly type: "quota"; readonly tenant: string; readonly ids: number | null }
  | { readonly type: "claimed"; readonly claim: Claim }
  | { readonly type: "renewed"; readonly claim: number; readonly expiresAt: number | null }
  | {
      readonly type: "released";
      readonly claim: number;
      /** When its time was up, where that is the reason. */
      readonly releasedAt: number;
      readonly freeAt: number | null;
      readonly because: "asked" | "expired";
    }
  | {
      readonly type: "freed";
      readonly claim: number;
      readonly freedAt: number;
      readonly because: "scrubbed" | "time";
    };
