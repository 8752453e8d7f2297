import { CLASSICAL, type NamespaceNumber } from "../core/kuid64.ts";
import type { Profile } from "./profile.ts";
import type { UserNamespace } from "./user-namespace.ts";

/**
 * The numbers of user namespaces, and which namespace has which: those of the files under /proc/PID/ns, and those that
 * isolated ids carry. They are one number unless numbers are never reused.
 *
 * A kernel id keeps its number whatever becomes of the namespace: the table holds no reference.
 */
export class NamespaceNumbers {
  readonly #files = new Set<number>();
  readonly #byNumber = new Map<NamespaceNumber, UserNamespace>();
  /** Every number that was given, by whichever way. */
  readonly #given = new Set<NamespaceNumber>();
  #highest: NamespaceNumber = CLASSICAL;

  constructor(initUserNs: UserNamespace) {
    this.add(initUserNs);
  }

  /**
   * Give a new namespace its numbers.
   *
   * @param isReused  may it get the number of one that is gone?
   */
  give(isReused: boolean): { readonly inum: number; readonly id: NamespaceNumber } {
    let inum = 1;
    while (this.#files.has(inum)) inum++;
    this.#files.add(inum);
    const id = isReused ? inum : this.#highest + 1;
    this.#note(id);
    return { inum, id };
  }

  /** Give a new namespace this number, which no other has. */
  claim(number: NamespaceNumber): { readonly inum: number; readonly id: NamespaceNumber } {
    this.#files.add(number);
    this.#note(number);
    return { inum: number, id: number };
  }

  #note(number: NamespaceNumber): void {
    this.#given.add(number);
    this.#highest = Math.max(this.#highest, number);
  }

  add(ns: UserNamespace): void {
    this.#byNumber.set(ns.id, ns);
  }

  /** The namespace is gone, and its number free. */
  remove(ns: UserNamespace): void {
    this.#files.delete(ns.inum);
    if (this.#byNumber.get(ns.id) === ns) this.#byNumber.delete(ns.id);
  }

  /** Which namespace has the number; undefined: none, or it is gone. */
  at(number: NamespaceNumber): UserNamespace | undefined {
    return this.#byNumber.get(number);
  }

  /** Every namespace that has a number. */
  living(): readonly UserNamespace[] {
    return [...this.#byNumber.values()];
  }

  /** Every number that an id may carry: given to a namespace, gone or not. */
  everGiven(): readonly NamespaceNumber[] {
    return [...this.#given];
  }
}

/** A world, as far as the numbers of namespaces go. */
export interface HasNamespaceNumbers {
  readonly profile: Profile;
  readonly numbers: NamespaceNumbers;
}
