import { type KernelId, type Kind, NO_ID } from "./id.ts";

/**
 * The number that a user namespace's isolated ids carry; 0 for a classical id.
 *
 * @source the isolated-namespace proposal: the high half of a 64-bit kuid (slides, "64-bit kuid_t")
 */
export type NamespaceNumber = number;

/** The highest that there is: it is half of a 64-bit id. */
export const MAX_NAMESPACE_NUMBER: NamespaceNumber = 0xffff_ffff;

/** Classical ids carry this number. */
export const CLASSICAL: NamespaceNumber = 0;

/**
 * A 64-bit kernel id: an id and the number of the isolated namespace that it belongs to.
 *
 * In memory it is one little-endian u64, `number << 32 | id`, so a `Uint32Array` over an array of them holds id and
 * number in turn, and a `BigUint64Array` over the same bytes holds the packed values.
 */
export interface Kuid64<K extends Kind = Kind> {
  readonly id: KernelId<K>;
  readonly number: NamespaceNumber;
}

/** Not mapped, as a 64-bit id. */
export const NO_KUID64: Kuid64 = { id: NO_ID, number: CLASSICAL };

/** @example packKuid64({ id: 5, number: 2 }) // 8589934597n */
export function packKuid64(kuid: Kuid64): bigint {
  return (BigInt(kuid.number) << 32n) | BigInt(kuid.id);
}

/** @example unpackKuid64(8589934597n) // { id: 5, number: 2 } */
export function unpackKuid64(packed: bigint): Kuid64 {
  return { id: Number(packed & 0xffff_ffffn), number: Number((packed >> 32n) & 0xffff_ffffn) };
}

/** Negative, 0 or positive as `a` is less than, equal to or greater than `b`: the number decides before the id. */
export function compareKuid64(a: Kuid64, b: Kuid64): number {
  return a.number - b.number || a.id - b.id;
}

export function isSameKuid64(a: Kuid64, b: Kuid64): boolean {
  return a.id === b.id && a.number === b.number;
}

/** Valid means: its id half is not {@link NO_ID}, whatever its number. */
export function isValidKuid64(kuid: Kuid64): boolean {
  return kuid.id !== NO_ID;
}

/**
 * The notation of text output: `k5`, and `k5@ns2` for an isolated id.
 *
 * @param space  `v` for an id as it is seen through a mount
 */
export function showKuid64(kuid: Kuid64, space: "k" | "v" = "k"): string {
  const id = kuid.id === NO_ID ? "none" : `${space}${kuid.id}`;
  return kuid.number === CLASSICAL ? id : `${id}@ns${kuid.number}`;
}
