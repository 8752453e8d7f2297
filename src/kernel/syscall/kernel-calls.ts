import { ROLES } from "../cred.ts";
import { fromKfsid } from "../fsid.ts";
import { ownerTable } from "../fsid-map.ts";
import { creatorHasPlace } from "../inode-permission.ts";
import { ISOLATION_SWITCHES, type IsolationSwitch, isIsolationSwitch } from "../isolation-switches.ts";
import { lookup } from "../path.ts";
import { withSwitch } from "../profile.ts";
import { allow } from "../verdict.ts";
import { type Argument, flag, scenarioError } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, tellingKids } from "./call.ts";
import { showKid } from "./kid-argument.ts";
import { shownNumber } from "./ns-file-argument.ts";
import { path } from "./path-argument.ts";

/** The flags of a user namespace, as the kernel keeps them. */
const FLAGS = { setgroupsAllowed: 1, isolated: 2 } as const;

const isolationSwitch: Argument<IsolationSwitch> = {
  schema: { enum: Object.keys(ISOLATION_SWITCHES) },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "string" || !isIsolationSwitch(value))
      throw scenarioError(where, `one of ${Object.keys(ISOLATION_SWITCHES).join(", ")}`, value);
    return value;
  },
};

/** What only the kernel sees: ids as it keeps them. For whoever studies it. */
export const KERNEL_CALLS: CallTable = [
  defineCall("fsuidgid_has_mapping", { path }, (world, task, { path }) => {
    const found = lookup(world, task, path, "follow");
    if (!found.ok) return found;
    const place = creatorHasPlace(world, task.cred, found.value.mount);
    return allow({ mapped: place.ok }, place.rule);
  }),
  tellingKids(
    { uid: "k", gid: "k" },
    defineCall("raw_creds", {}, ({ profile }, { cred }) =>
      allow({
        uid: ROLES.map((role) => showKid(cred.uid[role])),
        gid: ROLES.map((role) => showKid(cred.gid[role])),
        ...(profile.fsid ? { pfsuid: showKid(cred.uid.pfs), pfsgid: showKid(cred.gid.pfs) } : {}),
      }),
    ),
  ),
  tellingKids(
    { uid: "k", gid: "k" },
    defineCall("raw_inode", { path }, (world, task, { path }) => {
      const found = lookup(world, task, path, "nofollow");
      if (!found.ok) return found;
      const { inode } = found.value;
      const { userNs } = inode.superblock;
      return allow({
        uid: showKid(inode.uid),
        gid: showKid(inode.gid),
        s_user_ns: shownNumber({ kind: "user", ns: userNs }),
      });
    }),
  ),
  tellingKids(
    { owner: "k", group: "k" },
    defineCall("ns_info", {}, (_, { cred: { userNs } }) => {
      const { level, owner, setgroupsAllowed, isIsolated } = userNs;
      const flags = (setgroupsAllowed ? FLAGS.setgroupsAllowed : 0) | (isIsolated ? FLAGS.isolated : 0);
      return allow({
        ino: shownNumber({ kind: "user", ns: userNs }),
        flags,
        level,
        owner: showKid(owner.uid),
        group: showKid(owner.gid),
      });
    }),
  ),
  defineCall("bugs", {}, (world) => allow({ bugs: [...world.bugs] })),
  defineCall("profile_switch", { name: isolationSwitch, on: flag }, (world, _, { name, on }, where) => {
    const turned = withSwitch(world.profile, name, on);
    if (!turned) throw scenarioError(where, "a profile with isolated namespaces", world.profile.name);
    world.profile = turned;
    return allow(NOTHING);
  }),
  defineCall("disk_ids", { path }, (world, task, { path }) => {
    const found = lookup(world, task, path, "nofollow");
    if (!found.ok) return found;
    const { inode } = found.value;
    const { userNs } = inode.superblock;
    const table = ownerTable(inode.superblock);
    return allow({
      uid: fromKfsid(world, userNs, "uid", inode.uid, table),
      gid: fromKfsid(world, userNs, "gid", inode.gid, table),
    });
  }),
];
