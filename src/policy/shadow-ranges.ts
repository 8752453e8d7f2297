import { contains, idSet, MAX_ID, type Range, rangeBetween, subtract } from "../core/index.ts";
import type { SubidFile } from "../formats/index.ts";
import { grantedIds } from "./account-overlap.ts";
import type { SubIdDefaults } from "./sub-id-defaults.ts";
import { grantsOf, linesToTools } from "./subid-grant.ts";

/** A range, or why there is none. */
export type RangeChoice =
  | { readonly ok: true; readonly range: Range }
  /** The settings make no sense; there is no room; the user is below UID_MIN. */
  | { readonly ok: false; readonly why: "settings" | "no-room" | "below-uid-min" };

/** SUB_UID_MIN to SUB_UID_MAX, as useradd takes them: there must be room for one range. */
function settingsRange({ min, max, count }: SubIdDefaults): Range | null {
  if (min > max || count > max - min + 1n || count === 0n || min > BigInt(MAX_ID)) return null;
  return rangeBetween(Number(min), Number(max > BigInt(MAX_ID) ? BigInt(MAX_ID) : max));
}

/**
 * The range that useradd writes for a new user: the lowest hole that is wide enough between the lines of the file, those
 * among them that were commented out.
 *
 * @source shadow, useradd(8); vectors/peers/shadow-subids.json
 * @example lowestFreeRange(parseSubid("root:110000:10000\n"), { min: 100000n, max: 600100000n, count: 10000n })
 *          // { ok: true, range: { first: 100000, count: 10000 } }
 */
export function lowestFreeRange(file: SubidFile, defaults: SubIdDefaults): RangeChoice {
  const all = settingsRange(defaults);
  if (!all) return { ok: false, why: "settings" };
  const taken = idSet(linesToTools(file).flatMap(({ entry }) => grantedIds(entry) ?? []));
  const count = Number(defaults.count);
  const hole = subtract([all], taken).find((run) => run.count >= count);
  return hole ? { ok: true, range: { first: hole.first, count } } : { ok: false, why: "no-room" };
}

/**
 * The range of a user by shadow's formula, which asks no file: `SUB_UID_MIN + (uid − UID_MIN) × SUB_UID_COUNT`.
 *
 * @param uidMin  UID_MIN of login.defs
 * @source login.defs(5), SUB_UID_DETERMINISTIC
 * @example formulaRange(1002, 1000, { min: 100000n, max: 600100000n, count: 65536n })
 *          // { ok: true, range: { first: 231072, count: 65536 } }
 */
export function formulaRange(uid: number, uidMin: number, defaults: SubIdDefaults): RangeChoice {
  const all = settingsRange(defaults);
  if (!all) return { ok: false, why: "settings" };
  if (uid < uidMin) return { ok: false, why: "below-uid-min" };
  const first = defaults.min + BigInt(uid - uidMin) * defaults.count;
  const last = first + defaults.count - 1n;
  if (last > defaults.max || last > BigInt(MAX_ID) || !contains(all, Number(last)))
    return { ok: false, why: "no-room" };
  return { ok: true, range: { first: Number(first), count: Number(defaults.count) } };
}

/**
 * The range that libsubid hands out to a user: a line of the user's that is wide enough already, else the lowest hole.
 *
 * @param isNew  always a new one
 * @source shadow, libsubid: subid_grant_uid_range
 */
export function grantedRange(file: SubidFile, owner: string, defaults: SubIdDefaults, isNew: boolean): RangeChoice {
  const wideEnough = grantsOf(file).find(({ entry }) => entry.owner === owner && entry.count >= defaults.count);
  const own = isNew || !wideEnough ? null : grantedIds(wideEnough.entry);
  return own ? { ok: true, range: own } : lowestFreeRange(file, defaults);
}
