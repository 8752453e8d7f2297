import { UsernsError } from "../core/index.ts";

/** What is expected of the first bytes: said of all that turn out to be nothing of the kind. */
export const A_TAR = "a tar archive";

/** A place in an archive: its name, the number of an entry (from 1) and its path if known, and a byte offset. */
export interface TarPlace {
  readonly name: string;
  readonly entry: number;
  readonly path?: string;
  readonly offset: number;
}

/** @example showPlace({ name: "layer.tar", entry: 12, path: "etc/shadow", offset: 6656 }) // 'layer.tar: entry 12 "etc/shadow", byte 6656' */
export function showPlace({ name, entry, path, offset }: TarPlace): string {
  return `${name}: entry ${entry}${path === undefined ? "" : ` ${JSON.stringify(path)}`}, byte ${offset}`;
}

/** Thrown by an input that would be longer than it may: whoever walks it says in which entry that is. */
export class InputLimitError extends UsernsError {
  /** The same, said of an entry. */
  in(place: TarPlace): UsernsError {
    const { code, expected, got, fix } = this;
    return new UsernsError(code, { where: showPlace(place), expected, got, ...(fix ? { fix } : {}) });
  }
}

export function tarFault(place: TarPlace, expected: string, got: string, fix?: string): UsernsError {
  return new UsernsError("ERR_TAR", { where: showPlace(place), expected, got, ...(fix ? { fix } : {}) });
}
