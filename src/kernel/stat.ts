import { CLASSICAL } from "../core/kuid64.ts";
import { follow } from "../core/route.ts";
import { ownerTable } from "./fsid-map.ts";
import type { Inode, InodeType } from "./inode.ts";
import { noteUnknownNumber, readerMap } from "./isolated.ts";
import { mountView } from "./mnt-idmapping.ts";
import type { Mount } from "./mount.ts";
import { lookup } from "./path.ts";
import type { PathName } from "./path-name.ts";
import { intoMount, shownRoute } from "./routes.ts";
import type { Task } from "./task.ts";
import type { OwnerKind, UserNamespace } from "./user-namespace.ts";
import { allow, type Verdict } from "./verdict.ts";
import type { World } from "./world.ts";

/** What stat(2) shows, as far as ids decide it. */
export interface Stat {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly type: InodeType;
}

/** `lstat`: whoever can reach the name may ask. @source stat(2) */
export function statPath(world: World, task: Task, path: PathName): Verdict<Stat> {
  const found = lookup(world, task, path, "nofollow");
  return found.ok ? allow(statInode(world, task.cred.userNs, found.value.mount, found.value.inode)) : found;
}

/** What a task of a namespace is shown of an inode, through a mount. */
export function statInode(world: World, reader: UserNamespace, mount: Mount, inode: Inode): Stat {
  const table = ownerTable(mount.superblock);
  const shown = (kind: OwnerKind) => {
    const kid = inode[kind];
    const numbers = [kid.number, mount.idmap?.number ?? CLASSICAL];
    const view = mountView(world, mount, kind, numbers);
    noteUnknownNumber(world, kind, follow(intoMount(view), kid));
    const route = shownRoute({ ...view, caller: [readerMap(world, reader, kind, numbers, table)] });
    return world.translators.place(kind, route, kid).id;
  };
  return { uid: shown("uid"), gid: shown("gid"), mode: inode.mode, type: inode.type };
}
