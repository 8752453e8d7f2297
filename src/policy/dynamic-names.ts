import { contains } from "../core/index.ts";
import type { Lease } from "./pile-registry.ts";
import { BLOCK, UID_RANGES } from "./uid-ranges.ts";

/** What a lookup of a name service answers: an account that no file has. */
export interface DynamicAccount {
  readonly name: string;
  readonly id: number;
  /** `container` for one of many, `dynamic` for one alone, `foreign` for an image's. */
  readonly disposition: "container" | "dynamic" | "foreign";
}

/** How a registry names the ids of a lease. */
export type NameOf = (lease: Lease, inner: number) => string;

/** `alice-web-33`: owner, container, id inside. @source completion of this project */
export const ownerName: NameOf = ({ owner, name }, inner) => `${owner}-${name}-${inner}`;

/** `ns-web-33`. @source systemd, src/nsresourced/nsresourcework.c; vectors/proposals C86 */
export const namespaceName: NameOf = ({ name }, inner) => `ns-${name}-${inner}`;

/**
 * The account of an id, while the lease that it is of lives.
 *
 * @returns null for an id of no lease: it has no name any more, or never had one
 */
export function accountOfId(leases: readonly Lease[], nameOf: NameOf, id: number): DynamicAccount | null {
  const lease = leases.find((held) => contains(held, id));
  if (!lease) return null;
  const disposition = lease.count === 1 ? "dynamic" : "container";
  return { name: nameOf(lease, id - lease.first), id, disposition };
}

/** The account of a name, the other way round. */
export function accountOfName(leases: readonly Lease[], nameOf: NameOf, name: string): DynamicAccount | null {
  const [, digits] = /-(0|[1-9]\d{0,9})$/.exec(name) ?? [];
  if (digits === undefined) return null;
  const inner = Number(digits);
  const lease = leases.find((held) => inner < held.count && nameOf(held, inner) === name);
  return lease ? accountOfId(leases, nameOf, lease.first + inner) : null;
}

/**
 * The account of an id of the foreign range. The last one is none: inside it would be the 16-bit no-id.
 *
 * @source systemd, UIDS-GIDS.md; vectors/proposals C87
 */
export function foreignAccount(id: number): DynamicAccount | null {
  const { foreign } = UID_RANGES;
  const inner = id - foreign.first;
  if (!contains(foreign, id) || inner === BLOCK - 1) return null;
  return { name: `foreign-${inner}`, id, disposition: "foreign" };
}
