import { contains, type IdMap, type IdSet, lowerSetOf, mapUp, NO_ID } from "../core/index.ts";
import type { ReachedAccount } from "../policy/index.ts";
import type { NotPlaced, Placed } from "./placement.ts";
import type { IdsByKind } from "./used-ids.ts";

/** An account of the host that a placement reaches, and how. */
interface Reached {
  readonly account: ReachedAccount;
  readonly by: "files" | "processes";
}

const ROOT: readonly ReachedAccount[] = [
  { kind: "uid", name: "root", id: 0 },
  { kind: "gid", name: "root", id: 0 },
];

/**
 * The accounts that would own files of the image, or that processes of the container could become. A file counts by the
 * ids that the image uses; a process by every id of its map, for it can take any.
 *
 * @param accounts  root is one, whether it is among them or not
 */
export function reachedAccounts(
  { disk, run }: Placed,
  used: IdsByKind,
  accounts: readonly ReachedAccount[],
): readonly Reached[] {
  const known = [...ROOT, ...accounts.filter(({ id }) => id !== 0)];
  return known.flatMap((account): Reached[] => {
    const { kind, id } = account;
    if (run && lowerSetOf(run[kind]).some((range) => contains(range, id))) return [{ account, by: "processes" }];
    return disk && isUsedFor(disk[kind], used[kind], id) ? [{ account, by: "files" }] : [];
  });
}

function isUsedFor(disk: IdMap, used: IdSet, id: number): boolean {
  const inside: number = mapUp(disk, id);
  return inside !== NO_ID && used.some((range) => contains(range, inside));
}

const MOST_NAMED = 4;

export function tellReached(reached: readonly Reached[]): Pick<NotPlaced, "reason" | "options"> {
  const names = reached.slice(0, MOST_NAMED).map(({ account: { kind, id, name } }) => `${kind} ${id} (${name})`);
  const more = reached.length > MOST_NAMED ? `, and ${reached.length - MOST_NAMED} more` : "";
  const isRun = reached.some(({ by }) => by === "processes");
  return {
    reason: `${isRun ? "processes could become" : "files would belong to"} accounts of the host: ${names.join(", ")}${more}`,
    options: [
      isRun ? "ranges without accounts in them" : "chunk or static, whose ids on the disk are no account's",
      "--host-ids, given twice, if that is meant",
    ],
  };
}
