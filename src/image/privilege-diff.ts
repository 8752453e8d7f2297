import { CLASSICAL } from "../core/index.ts";
import type { AccessSide } from "./access-diff.ts";
import { type Grant, grantsOf, type Privilege } from "./exposed.ts";
import type { PathNode } from "./path-table.ts";

/** Whom a program makes of who runs it: an id of the image, and the one that it is on the host. */
export interface GrantedId {
  readonly id: number;
  /** Null where the maps do not hold the id, and where it is one that the host has not. */
  readonly hostId: number | null;
  /** Is it an id of the isolated namespace alone? */
  readonly isIsolated: boolean;
}

/** A program that makes who runs it somebody else than before. Null on the side where it does not. */
export interface PrivilegeChange {
  readonly path: string;
  readonly privilege: Privilege;
  readonly a: GrantedId | null;
  readonly b: GrantedId | null;
}

/** Programs kept. */
const MOST_PROGRAMS = 10_000;

/** Set-id programs and programs with file capabilities that are new, gone, or another's. */
export function privilegeChanges(a: AccessSide, b: AccessSide): { count: number; programs: PrivilegeChange[] } {
  const programs: PrivilegeChange[] = [];
  let count = 0;
  for (let node: PathNode = 0; node < a.tree.paths.length; node++) {
    if (!a.tree.mayGrant(node) && !b.tree.mayGrant(node)) continue;
    const [before, after] = [grantedAt(a, node), grantedAt(b, node)];
    for (const privilege of new Set([...before.keys(), ...after.keys()])) {
      const [had, has] = [before.get(privilege) ?? null, after.get(privilege) ?? null];
      if (isSameGrant(had, has)) continue;
      count++;
      if (programs.length < MOST_PROGRAMS)
        programs.push({ path: a.tree.paths.pathOf(node), privilege, a: had, b: has });
    }
  }
  return { count, programs };
}

function grantedAt({ tree, access }: AccessSide, node: PathNode): Map<Privilege, GrantedId> {
  const inode = tree.at(node);
  const grants: readonly Grant[] = inode.type === "file" ? grantsOf(inode) : [];
  return new Map(
    grants.map(({ privilege, kind, id }) => {
      const kid = access.grantedBy(kind, id);
      const isIsolated = kid !== null && kid.number !== CLASSICAL;
      return [privilege, { id, hostId: kid === null || isIsolated ? null : kid.id, isIsolated }];
    }),
  );
}

function isSameGrant(had: GrantedId | null, has: GrantedId | null): boolean {
  return had?.id === has?.id && had?.hostId === has?.hostId && had?.isIsolated === has?.isIsolated;
}
