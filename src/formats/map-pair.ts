import type { IdMap } from "../core/index.ts";

/** A map of users and one of groups. */
export interface MapPair {
  readonly uid: IdMap<"uid">;
  readonly gid: IdMap<"gid">;
}
