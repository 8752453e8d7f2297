import type { Kuid64 } from "../core/kuid64.ts";
import type { OwnerKind } from "./user-namespace.ts";

/** A change of ids that SafeSetID allows: kernel ids of processes. Whoever has none is free. */
export interface Transition<K extends OwnerKind = OwnerKind> {
  readonly kind: K;
  readonly from: Kuid64<K>;
  readonly to: Kuid64<K>;
}
