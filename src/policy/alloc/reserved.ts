import { contains, type Range } from "../../core/index.ts";
import { UID_RANGES, type UidRangeName } from "../uid-ranges.ts";

/** Ids that a system gives a meaning to, or hands out by itself. */
export interface ReservedRange extends Range {
  /** Named by a pool that may use them all the same. */
  readonly name: string;
  readonly what: string;
  readonly source: string;
}

const SYSTEMD = "systemd, docs/UIDS-GIDS.md";

/** The ids of a range that systemd names. */
const idsOf = (name: UidRangeName): Range => ({ first: UID_RANGES[name].first, count: UID_RANGES[name].count });

const between = (first: number, last: number) => ({ first, count: last - first + 1 });

/**
 * What no pool hands out unless it says so: the users of the host, the ranges that systemd and shadow take for
 * containers by themselves, and all that is no positive number to a program that keeps ids in 32 signed bits.
 */
export const RESERVED_RANGES: readonly ReservedRange[] = [
  { name: "root", ...idsOf("root"), what: "root", source: SYSTEMD },
  { name: "system", ...idsOf("system"), what: "system users", source: SYSTEMD },
  { name: "people", ...idsOf("regular"), what: "people", source: `${SYSTEMD}; login.defs(5), UID_MAX` },
  { name: "homed", ...idsOf("homed"), what: "users of systemd-homed", source: SYSTEMD },
  { name: "mapped-users", ...idsOf("mapped"), what: "host users mapped into containers", source: SYSTEMD },
  { name: "dynamic", ...idsOf("dynamic"), what: "dynamic users of services", source: SYSTEMD },
  { name: "nobody", ...idsOf("nobody"), what: "nobody, the overflow id", source: "user_namespaces(7)" },
  { name: "16-bit", ...idsOf("noId16"), what: "-1 where ids have 16 bits", source: SYSTEMD },
  {
    name: "subid",
    ...between(100000, 600100000),
    what: "ranges that useradd writes to /etc/subuid and /etc/subgid",
    source: "login.defs(5), SUB_UID_MIN and SUB_UID_MAX",
  },
  {
    name: "containers",
    ...idsOf("container"),
    what: "containers of systemd-nspawn and systemd-nsresourced",
    source: SYSTEMD,
  },
  { name: "foreign", ...idsOf("foreign"), what: "systemd's foreign ids", source: SYSTEMD },
  {
    name: "above-31-bits",
    ...between(2147483648, 4294967294),
    what: "negative numbers to whoever keeps ids in a signed int; FreeIPA hands them out",
    source: `${SYSTEMD}; FreeIPA, designs/subordinate-ids.md`,
  },
  { name: "32-bit", ...idsOf("noId"), what: "-1: not mapped, and no id", source: "chown(2)" },
];

/**
 * What the system means by an id.
 *
 * @returns every reserved range that it lies in; none for an id that is free
 * @example reservedAt(65534).map(({ name }) => name) // ["nobody"]
 */
export function reservedAt(id: number): readonly ReservedRange[] {
  return RESERVED_RANGES.filter((range) => contains(range, id));
}
