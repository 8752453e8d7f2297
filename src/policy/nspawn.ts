import { contains, type Extent, type Range } from "../core/index.ts";
import { ruleTable } from "../kernel/index.ts";
import { type Decision, grant, refuse } from "./decision.ts";
import { pickBlock } from "./pick-block.ts";
import { BLOCK, rebase, UID_RANGES } from "./uid-ranges.ts";

const SOURCE = "systemd-nspawn(1)";

const RULES = ruleTable({
  rootIsBase: {
    sentence:
      "With --private-users=yes the range begins at the owner of the image's root directory, which is a multiple of 65536.",
    source: `${SOURCE}, --private-users=; vectors/proposals C73`,
  },
  blockPicked: {
    sentence:
      "With --private-users=pick the owner of the root directory is used where it is a free container block, and another one is picked otherwise.",
    source: `${SOURCE}, --private-users=; vectors/proposals C74`,
  },
  blockFits: { sentence: "A range begins below 2³¹ and has at least one id.", source: `${SOURCE}, --private-users=` },
  ownershipMapped: {
    sentence:
      "Owners are brought to the range by a map of the mount, from 0 or from the foreign base, where the file system can, and else by chown.",
    source: `${SOURCE}, --private-users-ownership=; vectors/proposals C74, C75`,
  },
  noImageIds: {
    sentence: "A map of the mount shifts an image that is owned from 0 or from the foreign base, and no other.",
    source: `${SOURCE}, --private-users-ownership=`,
  },
});

/** `--private-users=`: how the range is found. managed is nsresourced's. */
export type PrivateUsers = "no" | "yes" | "pick" | "identity" | Range;

/** `--private-users-ownership=` */
export type Ownership = "off" | "chown" | "map" | "foreign" | "auto";

/** An image to be run. */
export interface NspawnRequest {
  readonly machine: string;
  readonly privateUsers: PrivateUsers;
  readonly ownership: Ownership;
  /** The owner of its root directory. */
  readonly rootUid: number;
  /** Can mounts of its file system be idmapped? */
  readonly canIdmap: boolean;
  /** Is the block nobody's? */
  readonly isFree: (block: Range) => boolean;
}

/** What is done with an image. */
export interface NspawnPlan {
  readonly range: Range;
  /** The container's map; null: it has no user namespace. */
  readonly idMap: Extent | null;
  /** How owners are brought to the range, `auto` decided. */
  readonly ownership: Exclude<Ownership, "auto">;
  /** From ids on disk to ids of the range; null: the mount has no map. */
  readonly mountMap: Extent | null;
}

/**
 * What systemd-nspawn does with the ids of an image. The picked range is kept nowhere but in the owners of its files.
 *
 * As in: planNspawn({ ...request, privateUsers: { first: 524288, count: 65536 }, ownership: "map" }) // mountMap 0:524288:65536
 */
export function planNspawn(request: NspawnRequest): Decision<NspawnPlan> {
  const { privateUsers } = request;
  if (privateUsers === "no")
    return grant({ range: { first: 0, count: BLOCK }, idMap: null, ownership: "off", mountMap: null });
  const range = rangeOf(request, privateUsers);
  if (!range.ok) return range;
  const idMap = { first: 0, lowerFirst: range.value.first, count: range.value.count };
  const ownership = request.ownership === "auto" ? ownershipFor(request, range.value) : request.ownership;
  if (ownership !== "map" && ownership !== "foreign")
    return grant({ range: range.value, idMap, ownership, mountMap: null }, range.rule);
  const diskBase = ownership === "map" ? UID_RANGES.root.first : UID_RANGES.foreign.first;
  if (!contains({ first: diskBase, count: BLOCK }, request.rootUid))
    return refuse(RULES.noImageIds, `the root directory belongs to ${request.rootUid}, not to ${diskBase}`);
  const mountMap = { first: diskBase, lowerFirst: range.value.first, count: range.value.count };
  return grant({ range: range.value, idMap, ownership, mountMap }, RULES.ownershipMapped);
}

function rangeOf(request: NspawnRequest, privateUsers: Exclude<PrivateUsers, "no">): Decision<Range> {
  const { rootUid, machine, isFree } = request;
  const own = { first: rootUid, count: BLOCK };
  if (privateUsers === "identity") return grant({ first: 0, count: BLOCK });
  if (privateUsers === "yes")
    return rebase(rootUid, 0) === 0
      ? grant(own, RULES.rootIsBase)
      : refuse(RULES.rootIsBase, `the root directory belongs to ${rootUid}`);
  if (privateUsers !== "pick")
    return privateUsers.count > 0 && privateUsers.first < 2 ** 31
      ? grant(privateUsers)
      : refuse(RULES.blockFits, `${privateUsers.first}:${privateUsers.count}`);
  const isBlock = rebase(rootUid, 0) === 0 && contains(UID_RANGES.container, rootUid);
  if (isBlock && isFree(own)) return grant(own, RULES.blockPicked);
  const picked = pickBlock(machine, isFree);
  return picked ? grant(picked, RULES.blockPicked) : refuse(RULES.blockPicked, "a hundred blocks are all taken");
}

/** What `auto` comes to: nothing to do, a map, or chown. */
function ownershipFor({ rootUid, canIdmap }: NspawnRequest, { first }: Range): Exclude<Ownership, "auto"> {
  if (rootUid === first) return "off";
  if (canIdmap && rootUid === UID_RANGES.root.first) return "map";
  if (canIdmap && rootUid === UID_RANGES.foreign.first) return "foreign";
  return "chown";
}

/** How a shift by chown is taken back: the low 16 bits are the id inside. @source systemd-nspawn(1); vectors/proposals C76 */
export const UNDO_CHOWN = "--private-users=0 --private-users-ownership=chown";
