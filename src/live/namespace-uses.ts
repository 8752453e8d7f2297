import { type IdUse, type KnownAccounts, mappedUse } from "../policy/index.ts";
import type { LiveNamespaces } from "./namespaces.ts";

/**
 * The ids that user namespaces use: of those that were made in the caller's own, for the ids of those within them are
 * theirs too. Without known parents every one counts.
 *
 * @param proc  for the places that are told: `/proc/4242 (sleep)`
 */
export function namespaceUses(
  { own, others }: LiveNamespaces,
  accounts: KnownAccounts,
  proc = "/proc",
): readonly IdUse[] {
  return others
    .filter(({ parent }) => parent === null || parent === own)
    .map(({ inode, uid, gid, processes: [process] }) => {
      const where = `${proc}/${process?.pid} (${process?.name})`;
      return mappedUse({ by: "namespace", owner: `userns-${inode}`, where }, { uid, gid }, accounts);
    });
}
