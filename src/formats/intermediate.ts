import { compose, type Extent, type IdMap, idMap, invert, type OwnerKind, sizeOf, UsernsError } from "../core/index.ts";
import type { ToolUser } from "./format.ts";

/**
 * The map of the namespace that a rootless engine makes first: 0 is the user itself, then the granted ids in order.
 *
 * @source podman-run(1), "--uidmap"; rootlesskit; vectors/peers/rootlesskit.json
 * @example intermediateMap({ name: "ben", uid: 1000, gid: 100, granted: { uid: [{ first: 100000, count: 9 }], gid: [] } }, "uid").extents.length // 2
 */
export function intermediateMap<K extends OwnerKind>(user: ToolUser, kind: K): IdMap<K> {
  return idMap<K>(intermediateLines(user, kind), { where: `${user.name}'s granted ${kind}s` });
}

/** Its lines as the engine writes them, which Linux may refuse: where the user's own id is among the granted ones. */
export function intermediateLines(user: ToolUser, kind: OwnerKind): readonly Extent[] {
  const own = { first: 0, lowerFirst: user[kind], count: 1 };
  let first = 1;
  const granted = user.granted[kind].map((range) => {
    const extent = { first, lowerFirst: range.first, count: range.count };
    first += range.count;
    return extent;
  });
  return [own, ...granted];
}

/**
 * A map down to host ids, written down to a user's own count.
 *
 * @throws UsernsError ERR_UNMAPPED where the user lacks an id of it
 */
export function toIntermediate<K extends OwnerKind>(map: IdMap<K>, user: ToolUser, kind: K, where: string): IdMap<K> {
  const counted = compose(map, invert(intermediateMap(user, kind)));
  const missing = sizeOf(map.byFirst) - sizeOf(counted.byFirst);
  if (missing === 0) return counted;
  throw new UsernsError("ERR_UNMAPPED", {
    where,
    expected: `host ids that ${user.name} has: its own, and those granted in /etc/sub${kind}`,
    got: `${missing} ${kind === "uid" ? "uids" : "gids"} that it has not`,
    fix: `grant them in /etc/sub${kind}, or run it as root`,
  });
}
