import { NO_ID } from "../../core/index.ts";
import { limitsThatRefuse } from "../../policy/index.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { commandsOf, hostWith } from "./host-fixes.ts";
import type { Standing, StandingWorld } from "./standing.ts";

const SOMEBODY = { name: "somebody", uid: 1000, gid: 1000, caps: [] };
const ADMIN = { name: "admin", caps: "all" };
const MAKE_USER = { task: SOMEBODY.name, call: "unshare_user" };
const ONE_LINE = { uid_map: [[0, 1000, 1]], gid_map: [[0, 1000, 1]] };
const OWNED = { owner: [1000, 1000] };

/** The limit of the initial namespace, where the rule of the kernel says it. */
const LIMIT = "user.max_user_namespaces";

/**
 * What may keep somebody from making a namespace: all that the model knows of.
 *
 * @param of  any: it is not told that it was one of users
 */
export function namespaceStandings(
  { of, limit }: Extract<Clue, { asks: "namespace" }>,
  { process, host }: WhyContext,
): readonly Standing[] {
  const unmapped = process && (process.uid === NO_ID || process.gid === NO_ID);
  const isAdmin = process?.caps.includes("sys_admin") === true;
  return [
    ...(of === "any" ? [needsAdmin(isAdmin ? false : null)] : []),
    tooMany(limit ?? host?.system?.limits.get(LIMIT) ?? null),
    tooDeep(),
    creatorUnmapped(unmapped),
  ];
}

function needsAdmin(holds: boolean | null): Standing {
  const world = (flags: readonly string[]): StandingWorld => ({
    setup: { tasks: [SOMEBODY] },
    steps: [{ task: SOMEBODY.name, call: "unshare", flags }],
  });
  return {
    when: "it was no user namespace that was asked for, and the caller lacks CAP_SYS_ADMIN",
    holds,
    ask: "grep CapEff /proc/self/status   # there; bit 21 is CAP_SYS_ADMIN",
    world: world(["mnt"]),
    mend: {
      what: "make a user namespace with it, which owns the others",
      lines: ["unshare --user --map-root-user …"],
      world: world(["user", "mnt"]),
    },
  };
}

/** @param limit  what it is; null: not known */
function tooMany(limit: number | null): Standing {
  // One namespace stands for as many as there are.
  const existing = limit === 0 ? [] : [{ name: "another", parent: "init", ...OWNED }];
  const world = (max: number): StandingWorld => ({
    setup: { namespaces: existing, tasks: [ADMIN, SOMEBODY] },
    steps: [{ task: ADMIN.name, call: "max_user_namespaces_write", max }, MAKE_USER],
  });
  const isZero = limit === 0;
  const more = limit === null ? "N   # more than it is" : String(2 * limit);
  return {
    when: isZero ? `${LIMIT} is 0` : `as many are there as ${LIMIT} allows${limit === null ? "" : `, ${limit}`}`,
    holds: isZero ? true : null,
    ask: `sysctl ${LIMIT}; lsns -t user -o NS,UID,NPROCS   # as root`,
    world: world(existing.length),
    mend: {
      what: "as root: allow more",
      lines: isZero
        ? commandsOf(limitsThatRefuse(hostWith({ limits: new Map([[LIMIT, 0]]) }), "ENOSPC")).flatMap(
            ({ lines }) => lines,
          )
        : [`sysctl -w ${LIMIT}=${more}`],
      world: world(existing.length + 1),
    },
  };
}

/** How deep they nest at most: 33 below the initial one. */
const DEEPEST = 33;

function tooDeep(): Standing {
  const nested = Array.from({ length: DEEPEST }, (_, index) => ({
    name: `level ${index + 1}`,
    parent: index === 0 ? "init" : `level ${index}`,
    ...OWNED,
    ...(index === 0 ? ONE_LINE : { uid_map: [[0, 0, 1]], gid_map: [[0, 0, 1]] }),
  }));
  const world = (level: number): StandingWorld => ({
    setup: { namespaces: nested, tasks: [{ ...SOMEBODY, ns: `level ${level}` }] },
    steps: [MAKE_USER],
  });
  return {
    when: `it was asked for ${DEEPEST} levels below the initial namespace`,
    holds: null,
    ask: "lsns -t user --tree   # on the host",
    world: world(DEEPEST),
    mend: { what: "ask for it a level further up", lines: [], world: world(DEEPEST - 1) },
  };
}

function creatorUnmapped(holds: boolean | null): Standing {
  const world = (inside: number): StandingWorld => ({
    setup: {
      namespaces: [{ name: "outer", parent: "init", ...OWNED, uid_map: [[0, inside, 1]], gid_map: [[0, inside, 1]] }],
      tasks: [{ ...SOMEBODY, ns: "outer" }],
    },
    steps: [MAKE_USER],
  });
  return {
    when: "the caller's effective uid or gid has no number in the namespace that it is in",
    holds,
    ask: "id; cat /proc/self/uid_map /proc/self/gid_map   # there; 65534 is none",
    world: world(500_000),
    mend: { what: "ask as a user and group that its maps hold, or map these", lines: [], world: world(1000) },
  };
}
