import { CLASSICAL, isValidKuid64, MAX_ID } from "../core/index.ts";
import { LINUX, type OwnerKind } from "../kernel/index.ts";
import type { AccessSide, ComparedTask } from "./access-diff.ts";
import type { Container } from "./container.ts";
import type { AccessTask } from "./image-access.ts";
import type { ImageAccounts, ImageUser } from "./image-accounts.ts";

/** A side of a comparison, and who is who there. */
export interface AccountedSide extends AccessSide {
  readonly accounts: ImageAccounts;
  /** What it is unpacked in. */
  readonly container: Container;
}

/** Tasks that are asked for where nobody is named, and how many accounts are not among them. */
export interface DefaultTasks {
  readonly tasks: readonly ComparedTask[];
  readonly unasked: number;
}

/** The capabilities that pass permission bits: what root of a container has of them. */
export const ROOT_CAPABILITIES = ["dac_override", "dac_read_search"] as const;

/** Accounts that are asked for by default. More are a list of people rather than of services. */
const MOST_ACCOUNTS = 64;
/** Ids that somebody without an account may have are looked for from here downwards: below nobody's. */
const LAST_ORDINARY_ID = 65_533;

/** Somebody in an image: with capabilities where the user id is 0. */
export function imageTask(user: ImageUser): AccessTask {
  return { ...user, place: "image", capabilities: user.uid === 0 ? ROOT_CAPABILITIES : [] };
}

const KINDS: readonly OwnerKind[] = ["uid", "gid"];

/** Every image has this user, whatever its passwd says. */
const ROOT_USER: ImageUser = { uid: 0, gid: 0, groups: [] };

/** The account of a name on both sides; where only one has it, the ids that it has there. Null where neither has. */
export function accountTask(name: string, a: ImageAccounts, b: ImageAccounts): ComparedTask | null {
  const [inA, inB] = [a.named(name), b.named(name)];
  const otherwise = name === "root" ? ROOT_USER : null;
  const [userA, userB] = [inA ?? inB ?? otherwise, inB ?? inA ?? otherwise];
  return userA && userB ? { name, a: imageTask(userA), b: imageTask(userB) } : null;
}

/**
 * Root, every other account of either side, and somebody who has none; where the image's ids are others on the host,
 * somebody of the host; and under a kernel with proposals, which may take it its power, the root of the host.
 */
export function defaultTasks(a: AccountedSide, b: AccountedSide): DefaultTasks {
  const names = new Set(["root", ...a.accounts.names, ...b.accounts.names]);
  const accounts = [...names].flatMap((name) => accountTask(name, a.accounts, b.accounts) ?? []);
  return {
    tasks: [
      ...accounts.slice(0, MOST_ACCOUNTS),
      anyoneElse(a, b),
      ...([a, b].some(isContained) ? [anyoneOnHost(a, b)] : []),
      ...([a, b].some(({ container }) => container.profile.name !== LINUX.name) ? [rootOnHost] : []),
    ],
    unasked: Math.max(0, accounts.length - MOST_ACCOUNTS),
  };
}

/** Are the image's ids others on the host? */
function isContained({ container: { maps, isIsolated } }: AccountedSide): boolean {
  return maps !== null || isIsolated;
}

const HOST_ROOT: AccessTask = { ...ROOT_USER, place: "host", capabilities: ROOT_CAPABILITIES };
const rootOnHost: ComparedTask = { name: "root of the host", a: HOST_ROOT, b: HOST_ROOT };

/** Somebody in the image whose id owns nothing, and who has no account. */
export function anyoneElse(a: AccountedSide, b: AccountedSide): ComparedTask {
  const owned = new Set([...a.tree.ownerIds(), ...b.tree.ownerIds()]);
  const isFree = (id: number) =>
    !owned.has(id) &&
    [a, b].every(({ accounts, access }) => !accounts.has(id) && access.missingId(anyoneAs(id)) === null);
  const anyone = anyoneAs(lastFree(LAST_ORDINARY_ID, isFree));
  return { name: "anyone else", a: anyone, b: anyone };
}

function anyoneAs(id: number): AccessTask {
  return imageTask({ uid: id, gid: id, groups: [] });
}

/** Somebody of the host whose id owns nothing in either image. */
function anyoneOnHost(a: AccountedSide, b: AccountedSide): ComparedTask {
  const owned = new Set(
    [a, b].flatMap(({ tree, access }) =>
      [...tree.ownerIds()].flatMap((id) =>
        KINDS.map((kind) => access.ownerOf(kind, id)).flatMap((kid) =>
          isValidKuid64(kid) && kid.number === CLASSICAL ? [kid.id] : [],
        ),
      ),
    ),
  );
  const id = lastFree(MAX_ID, (one) => !owned.has(one));
  const anyone: AccessTask = { uid: id, gid: id, groups: [], place: "host", capabilities: [] };
  return { name: "anyone on the host", a: anyone, b: anyone };
}

/** The highest id of at most `from` that is free; `from` itself where none is: then it is somebody's, who is asked for twice. */
function lastFree(from: number, isFree: (id: number) => boolean): number {
  for (let id = from; id > 0; id--) if (isFree(id)) return id;
  return from;
}
