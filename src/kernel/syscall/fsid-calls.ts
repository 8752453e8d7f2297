import { asRealUser } from "../access.ts";
import { allow } from "../verdict.ts";
import { scenarioError, text } from "./argument.ts";
import { type CallTable, defineCall, tellingKids } from "./call.ts";
import { showKid } from "./kid-argument.ts";

/** What only the kernel sees of both copies of the fs id. */
export const FSID_CALLS: CallTable = [
  defineCall("access_creds", {}, (world, { cred }) => {
    const { uid, gid } = asRealUser(world, cred);
    return allow({
      fsuid: showKid(uid.fs),
      fsgid: showKid(gid.fs),
      pfsuid: showKid(uid.pfs),
      pfsgid: showKid(gid.pfs),
    });
  }),
  tellingKids(
    { uid: "k", gid: "k" },
    defineCall("raw_key", { key: text }, (world, _, { key }, where) => {
      const held = world.keys.get(key);
      if (!held) throw scenarioError(`${where}.key`, `a key: ${[...world.keys.keys()].join(", ") || "none"}`, key);
      return allow({ uid: showKid(held.owner.uid), gid: showKid(held.owner.gid) });
    }),
  ),
];
