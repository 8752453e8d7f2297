import { DEFAULT_POOL, type Pool } from "./pool.ts";

/** A pool as somebody else hands ids out. */
export interface PoolProfile {
  readonly name: string;
  readonly what: string;
  readonly pool: Omit<Pool, "name">;
  readonly source: string;
}

const SLOT = { alignment: 65536, size: 65536, guard: 0 } as const;
const { quarantineMs } = DEFAULT_POOL;

/** The pools of others, to take their place or to stand beside them. What each reserves for itself is included. */
export const POOL_PROFILES: readonly PoolProfile[] = [
  {
    name: "freeipa",
    what: "FreeIPA's range of subordinate ids; a range is never another's until a scrub is reported",
    pool: {
      range: { first: 2147483648, count: 2147352576 },
      ...SLOT,
      quarantineMs: null,
      includes: ["above-31-bits"],
    },
    source: "FreeIPA, designs/subordinate-ids.md",
  },
  {
    name: "incus",
    what: "isolated containers of Incus, behind the ids of all that are not",
    pool: {
      range: { first: 1065536, count: 999934464 },
      alignment: 1,
      size: 65536,
      guard: 0,
      quarantineMs,
      includes: ["subid", "containers"],
    },
    source: "Incus' documentation, security.idmap.isolated; vectors/peers/incus-isolated.json",
  },
  {
    name: "kubelet",
    what: "pods of a kubelet that nobody gave a range",
    pool: { range: { first: 65536, count: 7208960 }, ...SLOT, quarantineMs, includes: ["subid", "containers"] },
    source: "Kubernetes, KEP-127: 110 pods of 65536 ids",
  },
  {
    name: "nspawn",
    what: "containers of systemd-nspawn and nsresourced",
    pool: { range: { first: 524288, count: 1878523904 }, ...SLOT, quarantineMs, includes: ["subid", "containers"] },
    source: "systemd, docs/UIDS-GIDS.md",
  },
  {
    name: "shadow",
    what: "what useradd writes to /etc/subuid",
    pool: {
      range: { first: 100000, count: 600000001 },
      alignment: 1,
      size: 65536,
      guard: 0,
      quarantineMs,
      includes: ["subid", "containers"],
    },
    source: "login.defs(5), SUB_UID_MIN and SUB_UID_MAX",
  },
];
