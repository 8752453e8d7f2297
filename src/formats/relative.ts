import { UsernsError } from "../core/index.ts";

/** A text that counts from a user's ids, where no user is known. */
export function userMissing(where: string, title: string): UsernsError {
  return new UsernsError("ERR_MAP_TEXT", {
    where,
    expected: `the user that ${title} counts from: --user NAME:UID and --subuid FILE of userns convert`,
    got: "none",
  });
}

/** A text whose map is made only when the container is. */
export function madeLater(where: string, word: string, ask: string): UsernsError {
  return new UsernsError("ERR_MAP_TEXT", {
    where,
    expected: "a map that the text gives",
    got: `${word}: the map is chosen when the container is made`,
    fix: `ask it then: ${ask}`,
  });
}
