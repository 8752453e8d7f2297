import type { OwnerIds, UserNamespace } from "./user-namespace.ts";

/** The types of key that are modelled: bytes of a user's own, and a keyring, which holds other keys. */
export const KEY_TYPES = ["user", "keyring"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** A key, as far as ids decide about it: `struct key`. It lives while a keyring that lives holds it. */
export interface Key {
  readonly type: KeyType;
  readonly description: string;
  /** The group may be none. */
  owner: OwnerIds;
  /** Eight bits each for whoever possesses it, its user, its group and others: {@link KEY_MAY}, from the highest. */
  permissions: number;
  payloadBytes: number;
  /** Does it count for its owner? */
  readonly isCounted: boolean;
  /** What a keyring holds: of each type and description one. */
  readonly links: Map<string, Key>;
  /** Where it was made: a keyring is found by its name there only. */
  readonly madeIn: UserNamespace;
}

/** A key as a task reached it: through keyrings of its own, or by its number alone. */
export interface KeyRef {
  readonly key: Key;
  readonly isPossessed: boolean;
}

/** Under what a keyring holds a key. */
export function linkName({ type, description }: Pick<Key, "type" | "description">): string {
  return `${type} ${description}`;
}

/** The keyrings that a process has of its own, and that of its session; null: not made yet. */
export interface ProcessKeyrings {
  thread: Key | null;
  process: Key | null;
  session: Key | null;
}

/** What a child has of them, and a program that is run: the session's. @source keyrings(7), Anchoring keys */
export function inheritedKeyrings({ session }: ProcessKeyrings): ProcessKeyrings {
  return { thread: null, process: null, session };
}

/** Keyrings of a user namespace that hold those of its users, by their names; null: none was asked for yet. */
export interface KeyRegisters {
  users: Key | null;
  persistent: Key | null;
}
