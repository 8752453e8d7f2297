import { CLASSICAL, type NamespaceNumber } from "../core/index.ts";
import { type Argument, id, optional, scenarioError } from "../kernel/syscall/index.ts";

/** A kernel id of either kind. */
export interface GivenKid {
  readonly id: number;
  readonly number: NamespaceNumber;
}

/** The kernel id that a number of the initial namespace stands for. */
export function kid(number: number): GivenKid {
  return { id: number, number: CLASSICAL };
}

/** A kernel id of a setup: a number of the initial namespace, or `5@c1`, the id 5 of the isolated namespace c1. */
export const kernelId: Argument<GivenKid> = {
  schema: id.schema,
  isOptional: false,
  read: (value, where, world) => {
    const [, number, name] = (typeof value === "string" && /^(.+)@(.+)$/.exec(value)) || [];
    if (number === undefined || name === undefined) return kid(id.read(value, where, world));
    const ns = world.userNamespaces.get(name);
    if (!ns?.isIsolated) throw scenarioError(where, "an id, or id@ and the name of an isolated namespace", value);
    return { id: id.read(/^[0-9]+$/.test(number) ? Number(number) : number, where, world), number: ns.number };
  },
};

/** The same; root of the initial namespace where it is left out. */
export const ownerId: Argument<GivenKid> = {
  ...optional(kernelId, kid(0)),
  schema: { ...kernelId.schema, default: 0 },
};
