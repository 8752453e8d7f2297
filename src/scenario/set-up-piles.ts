import { type CredParts, MAX_PILE, type World } from "../kernel/index.ts";
import { flag, type GivenKid, idRanges, kernelId, optional, scenarioError } from "../kernel/syscall/index.ts";

const kernelIds = idRanges(
  kernelId,
  ({ id }) => id,
  ({ number }, id): GivenKid => ({ id, number }),
);

/** What setusers() and its twin gave a task before the first step. */
export const PILE_ITEM = {
  users: optional(kernelIds, undefined),
  subgroups: optional(kernelIds, undefined),
  droppable: optional(flag, undefined),
};

type GivenPile = readonly GivenKid[] | undefined;
interface Given {
  readonly users: GivenPile;
  readonly subgroups: GivenPile;
  readonly droppable: boolean | undefined;
}

/** The piles of a task of a setup. @throws UsernsError ERR_SCENARIO on a kernel without setusers() */
export function pilesOf(world: World, given: Given, where: string): Partial<CredParts> {
  for (const key of ["users", "subgroups", "droppable"] as const) {
    const value = given[key];
    if (value === undefined) continue;
    if (!world.profile.setusers)
      throw scenarioError(
        `${where}.${key}`,
        `nothing of this name in ${world.profile.name}, which has no setusers()`,
        key,
        `profile: ${world.profile.name}+setusers`,
      );
    if (typeof value !== "boolean" && value.length > MAX_PILE)
      throw scenarioError(`${where}.${key}`, `at most ${MAX_PILE} ids`, value.length);
  }
  const { users = [], subgroups = [], droppable = false } = given;
  return { piles: { uid: users, gid: subgroups }, isPileDroppable: droppable };
}
