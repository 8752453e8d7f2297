/** One row of the tables of formats, and the owners that they use. */
import { IDENTITY, idMap } from "../../../src/core/index.ts";
import { id7 } from "../archive.ts";
import { both, FAR, type Options } from "../shifting.ts";

export interface Row {
  readonly rule: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly options?: Options;
  /** The encoding or a width changed, or a record was added, so that shifting back gives other bytes. */
  readonly isOneWay?: true;
}

export const R = id7(100_000);
export const USERS = { uid: id7(1000), gid: id7(100) };
export const SHIFTED = { uid: id7(101_000), gid: id7(100_100) };
export const far = both(FAR);
export const STAY = idMap<"gid">(IDENTITY.extents);
export const TOP = idMap<"uid">([{ first: 4_294_967_294, lowerFirst: 7, count: 1 }]);
export const MILLION = idMap<"uid">([{ first: 1_000_000, lowerFirst: 1_100_000, count: 65_536 }]);
export const EIGHT = idMap<"uid">([{ first: 0, lowerFirst: 8, count: 8 }]);
