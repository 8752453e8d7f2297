import type { Clue, KnownMessage } from "./clue.ts";
import { GRANT_MESSAGES } from "./messages/grant-messages.ts";
import { MAP_MESSAGES, NAMESPACE_MESSAGES } from "./messages/map-messages.ts";
import { MOUNT_MESSAGES } from "./messages/mount-messages.ts";
import { OWNER_MESSAGES } from "./messages/owner-messages.ts";
import { TAKE_MESSAGES } from "./messages/take-messages.ts";

/** Every message that is known, the most telling first: one that names ids or a range before one that says it failed. */
export const MESSAGES: readonly KnownMessage[] = [
  ...OWNER_MESSAGES,
  ...MAP_MESSAGES,
  ...GRANT_MESSAGES,
  ...NAMESPACE_MESSAGES,
  ...TAKE_MESSAGES,
  ...MOUNT_MESSAGES,
];

/** A message, the line that it was found in, and what it tells. */
export interface RecognisedMessage {
  readonly message: KnownMessage;
  readonly line: string;
  readonly clue: Clue;
}

/**
 * The most telling message of a text, which may be a whole log.
 *
 * @returns null where it holds none that is known
 * @example recogniseMessage("su: cannot set groups: Operation not permitted")?.message.name // "su-groups"
 */
export function recogniseMessage(text: string): RecognisedMessage | null {
  const lines = text.split(/\r?\n/);
  for (const message of MESSAGES)
    for (const line of lines) {
      const match = message.pattern.exec(line);
      if (match) return { message, line: line.trim(), clue: message.clue(match.groups ?? {}) };
    }
  return null;
}
