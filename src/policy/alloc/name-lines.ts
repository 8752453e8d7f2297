import type { KeptFile, KeptLine } from "../../formats/index.ts";
import { showClaim } from "./claim.ts";
import { type ClaimNames, isClaimName } from "./claim-names.ts";

/**
 * The names of live claims as lines of /etc/passwd or /etc/group. Nobody can log in as one of them.
 *
 * @param firstIds  so many ids of each claim have a line
 * @source passwd(5), group(5)
 * @returns `container-web-0:*:1879048192:1879048192:c2:/nonexistent:/usr/sbin/nologin`, and so on
 */
export function nameLines(names: ClaimNames, form: "passwd" | "group", firstIds: number): readonly string[] {
  return Array.from(names.list(firstIds), ({ name, id, claim }) =>
    form === "group" ? `${name}:*:${id}:` : `${name}:*:${id}:${id}:${showClaim(claim)}:/nonexistent:/usr/sbin/nologin`,
  );
}

/** A file of accounts with these lines in place of all that are of the ledger; everything else stays where it is. */
export function keepNames<T extends { readonly name: string }>(
  file: KeptFile<T>,
  lines: readonly string[],
): KeptFile<T> {
  const others = file.lines.filter(({ entry }) => entry === null || !isClaimName(entry.name));
  const ours = lines.map((text): KeptLine<T> => ({ text, line: null, entry: null, fault: null }));
  return { ...file, lines: [...others, ...ours], endsInNewline: true };
}
