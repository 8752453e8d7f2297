import { CLASSICAL, type Kuid64, MAX_NAMESPACE_NUMBER, type NamespaceNumber } from "../../core/kuid64.ts";
import type { World } from "../world.ts";
import { type Argument, id, integerIn, scenarioError } from "./argument.ts";

/** A kernel id of either kind, as it is given. */
export interface GivenKid {
  readonly id: number;
  readonly number: NamespaceNumber;
}

const OF_NAMESPACE = /^(.+)@(.+)$/;

/**
 * A kernel id: a number of the initial namespace, or `5@box`, the id 5 of the isolated namespace box.
 *
 * @throws UsernsError ERR_SCENARIO for a namespace that is none, or not isolated
 */
export const kernelId: Argument<GivenKid> = {
  schema: id.schema,
  isOptional: false,
  read: (value, where, world) => {
    const [, number, name] = (typeof value === "string" && OF_NAMESPACE.exec(value)) || [];
    if (number === undefined || name === undefined) return { id: id.read(value, where, world), number: CLASSICAL };
    const ns = world.userNamespaces.get(name);
    if (!ns?.isIsolated)
      throw scenarioError(where, `an id, or id@ and the name of an isolated namespace: ${isolatedNames(world)}`, value);
    return { id: id.read(/^[0-9]+$/.test(number) ? Number(number) : number, where, world), number: ns.number };
  },
};

function isolatedNames({ userNamespaces }: World): string {
  const names = [...userNamespaces].filter(([, { isIsolated }]) => isIsolated).map(([name]) => name);
  return names.join(", ") || "there is none";
}

const namespaceNumber = integerIn(CLASSICAL, MAX_NAMESPACE_NUMBER);

/** {@link kernelId}, or `[id, number of a namespace]`, the number 0 for a classical one: also one that no namespace has. */
export const numberedKid: Argument<GivenKid> = {
  schema: {
    anyOf: [
      kernelId.schema,
      { type: "array", prefixItems: [id.schema, namespaceNumber.schema], minItems: 2, maxItems: 2 },
    ],
  },
  isOptional: false,
  read: (value, where, world) => {
    if (!Array.isArray(value)) return kernelId.read(value, where, world);
    if (value.length !== 2) throw scenarioError(where, "[id, number]", value);
    return {
      id: id.read(value[0], `${where}[0]`, world),
      number: namespaceNumber.read(value[1], `${where}[1]`, world),
    };
  },
};

/** A kernel id as calls tell it: `[id, number of a namespace]`. */
export function showKid({ id: half, number }: Kuid64): readonly number[] {
  return [half, number];
}
