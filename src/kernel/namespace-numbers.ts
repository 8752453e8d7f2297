import { CLASSICAL, MAX_NAMESPACE_NUMBER, type NamespaceNumber } from "../core/kuid64.ts";
import type { Profile } from "./profile.ts";
import type { UserNamespace } from "./user-namespace.ts";

/**
 * The numbers of namespaces, and which user namespace has which: those of the files under /proc/PID/ns, which all kinds
 * share, and those that isolated ids carry. They are one number unless numbers are never reused.
 *
 * A kernel id keeps its number whatever becomes of the namespace: the table holds no reference.
 */
export class NamespaceNumbers {
  readonly #files = new Set<number>();
  /** Those of {@link #files} that are of another kind than user. */
  readonly #others = new Set<number>();
  readonly #byNumber = new Map<NamespaceNumber, UserNamespace>();
  /** Every number that was given, by whichever way. */
  readonly #given = new Set<NamespaceNumber>();
  #highest: NamespaceNumber = CLASSICAL;
  /** The lowest number of a file. */
  #first = 1;

  constructor(initUserNs: UserNamespace) {
    this.add(initUserNs);
  }

  /** From here on no file gets a lower number: how machines count, where small numbers are nobody's. */
  startAt(first: number): void {
    this.#first = first;
  }

  /**
   * Give a new namespace its numbers.
   *
   * @param isReused  may it get the number of one that is gone?
   */
  give(isReused: boolean): { readonly inum: number; readonly id: NamespaceNumber } {
    const inum = this.#lowestFree();
    this.#files.add(inum);
    const id = isReused ? inum : this.#next();
    this.#note(id);
    return { inum, id };
  }

  /** Is there a number left that no namespace ever had? */
  get hasUnused(): boolean {
    return this.#next() <= MAX_NAMESPACE_NUMBER;
  }

  /** The number after all that were given, but for the initial namespace's. */
  #next(): NamespaceNumber {
    const next = this.#highest + 1;
    return this.#byNumber.has(next) ? next + 1 : next;
  }

  /** The number of a new namespace of another kind than user. */
  giveOther(): number {
    const inum = this.#lowestFree();
    this.#files.add(inum);
    this.#others.add(inum);
    return inum;
  }

  #lowestFree(): number {
    let inum = this.#first;
    while (this.#files.has(inum)) inum++;
    return inum;
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
    this.#byNumber.delete(ns.id);
  }

  /** Of the other kinds only those that have these numbers are left: the other numbers are free. */
  keepOthers(living: ReadonlySet<number>): void {
    for (const inum of this.#others) {
      if (living.has(inum)) continue;
      this.#others.delete(inum);
      this.#files.delete(inum);
    }
  }

  /** Which user namespace has the number; undefined: none, or it is gone. */
  at(number: NamespaceNumber): UserNamespace | undefined {
    return this.#byNumber.get(number);
  }

  /** Every user namespace that has a number. */
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
