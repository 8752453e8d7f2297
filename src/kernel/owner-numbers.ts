import { NO_ID } from "../core/id.ts";
import { isValidKuid64, type Kuid64 } from "../core/kuid64.ts";
import type { OwnerKind } from "./user-namespace.ts";

/*
 * A column of a table holds 32 bits, and a kernel id may have 64: of an isolated namespace. A table only asks whether two
 * ids are the same, so that any numbers will do for them which are as many as there are ids.
 */

/** A number that no owner has: of a task that owns nothing. */
const STRANGER = NO_ID - 1;

/** The numbers of the ids of one kind. */
export class OwnerNumbers<K extends OwnerKind> {
  readonly #kids: Kuid64<K>[] = [];
  readonly #numbers = new Map<string, number>();

  /** Every id that has a number, at its number. */
  get kids(): readonly Kuid64<K>[] {
    return this.#kids;
  }

  /** The number of an owner, which it has from now on. One that has no value has a number too. */
  add(kid: Kuid64<K>): number {
    const key = keyOf(kid);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#kids.length);
    return this.#kids.push(kid) - 1;
  }

  /** The number to compare owners with for a task of this id: one that no owner has where it owns nothing. */
  find(kid: Kuid64<K>): number {
    return (isValidKuid64(kid) ? this.#numbers.get(keyOf(kid)) : undefined) ?? STRANGER;
  }
}

function keyOf({ id, number }: Kuid64): string {
  return `${number}:${id}`;
}

/** The numbers of both kinds, for one table. */
export type TableNumbers = { readonly [K in OwnerKind]: OwnerNumbers<K> };

export function tableNumbers(): TableNumbers {
  return { uid: new OwnerNumbers(), gid: new OwnerNumbers() };
}
