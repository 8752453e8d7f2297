import type { Kuid64 } from "../core/kuid64.ts";
import type { OwnerIds } from "./user-namespace.ts";

/** The types of key that are modelled: bytes of a user's own, and a keyring, which holds other keys. */
export const KEY_TYPES = ["user", "keyring"] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** A key, as far as ids decide about it: `struct key`. It lives while a keyring that lives holds it. */
export interface Key {
  readonly type: KeyType;
  readonly description: string;
  /** The group may be none. */
  owner: OwnerIds;
  /** Whose quota it takes from, where it is counted: who owned it when it was made or last given away. */
  countsFor: Kuid64<"uid">;
  readonly isCounted: boolean;
  /** Eight bits each for whoever possesses it, its user, its group and others: {@link KEY_MAY}, from the highest. */
  permissions: number;
  payloadBytes: number;
  /** What a keyring holds: of each type and description one. */
  readonly links: Map<string, Key>;
  /** Is it one of the keyrings that the kernel makes for a user: `KEY_FLAG_UID_KEYRING`? */
  readonly isOfUser: boolean;
}

/** A key as a task reached it: through keyrings of its own, or by its number alone. */
export interface KeyRef {
  readonly key: Key;
  readonly isPossessed: boolean;
}

/** What a key is found by in a keyring. */
export type KeyIndex = Pick<Key, "type" | "description">;

/** Under what a keyring holds a key. */
export function linkName({ type, description }: KeyIndex): string {
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

/** What a user namespace keeps of keyrings. */
export interface KeyRegisters {
  /** A keyring that holds those of its users; null: none was asked for yet. */
  users: Key | null;
  /** The persistent keyrings of its users, by their descriptions. */
  readonly persistent: Map<string, Key>;
  /** Every keyring that a task of it made, gone or not, in that order: these alone are found by their names. */
  readonly keyrings: Key[];
}
