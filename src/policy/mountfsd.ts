import { CLASSICAL, type Extent, idMap } from "../core/index.ts";
import {
  type Inode,
  type Mount,
  type MountIdmap,
  NO_FLAGS,
  ruleTable,
  type Task,
  type UserNamespace,
} from "../kernel/index.ts";
import { type Decision, grant, refuse } from "./decision.ts";
import { BLOCK, UID_RANGES } from "./uid-ranges.ts";

const RULES = ruleTable({
  imageIsForeign: {
    sentence: "The image directory belongs to the first id of the foreign range.",
    source: "systemd, io.systemd.MountFileSystem, MountDirectory; vectors/proposals C88",
  },
  gateIsClients: {
    sentence: "The directory that the image stands in belongs to the client.",
    source: "systemd, io.systemd.MountFileSystem, MountDirectory; vectors/proposals C88, C89",
  },
  homeRanges: {
    sentence: "A home's mount maps the ids of people, its own, those mapped into containers and of container blocks.",
    source: "systemd-homed.service(8); vectors/proposals C90",
  },
});

/** A directory of an image, and the one that it stands in. */
export interface ImageDirectory {
  readonly mount: Mount;
  readonly image: Inode;
  readonly parent: Inode;
}

/**
 * `MountDirectory`: a mount of the image with the client's range, by a map from the foreign base.
 *
 * @param ns  the client's namespace: where its uid 0 is, the image's will be
 */
export function mountDirectory(
  client: Task,
  { mount, image, parent }: ImageDirectory,
  ns: UserNamespace,
  name: string,
): Decision<Mount> {
  const { foreign } = UID_RANGES;
  const who = client.cred.uid.effective.id;
  if (image.uid.id !== foreign.first) return refuse(RULES.imageIsForeign, `it belongs to ${image.uid.id}`);
  if (parent.uid.id !== who) return refuse(RULES.gateIsClients, `it belongs to ${parent.uid.id}, the client is ${who}`);
  const base = ns.maps.uid.extents.find(({ first }) => first === 0)?.lowerFirst ?? 0;
  const map = [{ first: foreign.first, lowerFirst: base, count: BLOCK }];
  return grant(mapped(mount, image, name, map), RULES.imageIsForeign);
}

/** The lines of the map of a home: each id onto itself. */
export function homeMap(uid: number): readonly Extent[] {
  const { regular, mapped, nobody, container } = UID_RANGES;
  const same = (first: number, last: number): Extent => ({ first, lowerFirst: first, count: last - first + 1 });
  const own = uid > regular.first + regular.count - 1 ? [same(uid, uid)] : [];
  return [
    same(0, regular.first + regular.count - 1),
    ...own,
    same(mapped.first, nobody.first),
    same(container.first, container.first + container.count - 1),
  ];
}

/** The mount of a home directory. */
export function mountHome(mount: Mount, home: Inode, uid: number, name: string): Decision<Mount> {
  return grant(mapped(mount, home, name, homeMap(uid)), RULES.homeRanges);
}

function mapped({ superblock }: Mount, root: Inode, name: string, lines: readonly Extent[]): Mount {
  const maps: MountIdmap["maps"] = { uid: idMap<"uid">(lines), gid: idMap<"gid">(lines) };
  return { ...NO_FLAGS, name, superblock, root, idmap: { name, number: CLASSICAL, maps } };
}
