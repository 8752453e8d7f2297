import { CLASSICAL } from "../core/index.ts";
import { type Argument, type GivenKid, kernelId, optional } from "../kernel/syscall/index.ts";

/** The kernel id that a number of the initial namespace stands for. */
export function kid(number: number): GivenKid {
  return { id: number, number: CLASSICAL };
}

/** A kernel id of a setup; root of the initial namespace where it is left out. */
export const ownerId: Argument<GivenKid> = {
  ...optional(kernelId, kid(0)),
  schema: { ...kernelId.schema, default: 0 },
};
