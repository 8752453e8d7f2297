import { contains, type Range } from "../../core/index.ts";

/** Ids that a system gives a meaning to, or hands out by itself. */
export interface ReservedRange extends Range {
  /** Named by a pool that may use them all the same. */
  readonly name: string;
  readonly what: string;
  readonly source: string;
}

const SYSTEMD = "systemd, docs/UIDS-GIDS.md";

const between = (first: number, last: number) => ({ first, count: last - first + 1 });

/**
 * What no pool hands out unless it says so: the users of the host, the ranges that systemd and shadow take for
 * containers by themselves, and all that is no positive number to a program that keeps ids in 32 signed bits.
 */
export const RESERVED_RANGES: readonly ReservedRange[] = [
  { name: "root", ...between(0, 0), what: "root", source: SYSTEMD },
  { name: "system", ...between(1, 999), what: "system users", source: SYSTEMD },
  { name: "people", ...between(1000, 60000), what: "people", source: `${SYSTEMD}; login.defs(5), UID_MAX` },
  { name: "homed", ...between(60001, 60513), what: "users of systemd-homed", source: SYSTEMD },
  { name: "mapped-users", ...between(60514, 60577), what: "host users mapped into containers", source: SYSTEMD },
  { name: "dynamic", ...between(61184, 65519), what: "dynamic users of services", source: SYSTEMD },
  { name: "nobody", ...between(65534, 65534), what: "nobody, the overflow id", source: "user_namespaces(7)" },
  { name: "16-bit", ...between(65535, 65535), what: "-1 where ids have 16 bits", source: SYSTEMD },
  {
    name: "subid",
    ...between(100000, 600100000),
    what: "ranges that useradd writes to /etc/subuid and /etc/subgid",
    source: "login.defs(5), SUB_UID_MIN and SUB_UID_MAX",
  },
  {
    name: "containers",
    ...between(524288, 1879048191),
    what: "containers of systemd-nspawn and systemd-nsresourced",
    source: SYSTEMD,
  },
  { name: "foreign", ...between(2147352576, 2147418111), what: "systemd's foreign ids", source: SYSTEMD },
  {
    name: "above-31-bits",
    ...between(2147483648, 4294967294),
    what: "negative numbers to whoever keeps ids in a signed int; FreeIPA hands them out",
    source: `${SYSTEMD}; FreeIPA, designs/subordinate-ids.md`,
  },
  { name: "32-bit", ...between(4294967295, 4294967295), what: "-1: not mapped, and no id", source: "chown(2)" },
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
