import type { Kuid64 } from "../../core/kuid64.ts";
import { asRealUser } from "../access.ts";
import { fromKfsid, fromKfsidMunged, kfsidHasMapping, kfsidToKid, kidToKfsid, makeKfsid } from "../fsid.ts";
import { fsTable } from "../fsid-map.ts";
import type { OwnerKind } from "../user-namespace.ts";
import { allow } from "../verdict.ts";
import { id, scenarioError, text } from "./argument.ts";
import { type Call, type CallTable, defineCall, tellingKids } from "./call.ts";
import { numberedKid as kid } from "./kid-argument.ts";

const showKid = ({ id: half, number }: Kuid64): readonly number[] => [half, number];

/** The functions of fsid mappings for one kind of id, in the caller's namespace. Elsewhere a kfsuid is a kuid. */
function functionsOf(kind: OwnerKind): readonly Call[] {
  return [
    tellingKids(
      { kid: "k" },
      defineCall(`make_kfs${kind}`, { id }, (world, { cred }, { id }) =>
        allow({ kid: showKid(makeKfsid(world, cred.userNs, kind, id, fsTable(world))) }),
      ),
    ),
    defineCall(`from_kfs${kind}`, { kid }, (world, { cred }, { kid }) =>
      allow({ id: fromKfsid(world, cred.userNs, kind, kid, fsTable(world)) }),
    ),
    defineCall(`from_kfs${kind}_munged`, { kid }, (world, { cred }, { kid }) =>
      allow({ id: fromKfsidMunged(world, cred.userNs, kind, kid, fsTable(world)) }),
    ),
    defineCall(`kfs${kind}_has_mapping`, { kid }, (world, { cred }, { kid }) =>
      allow({ mapped: kfsidHasMapping(world, cred.userNs, kind, kid, fsTable(world)) }),
    ),
    tellingKids(
      { kid: "k" },
      defineCall(`kfs${kind}_to_k${kind}`, { kid }, (world, { cred }, { kid }) =>
        allow({ kid: showKid(kfsidToKid(world, cred.userNs, kind, kid)) }),
      ),
    ),
    tellingKids(
      { kid: "k" },
      defineCall(`k${kind}_to_kfs${kind}`, { kid }, (world, { cred }, { kid }) =>
        allow({ kid: showKid(kidToKfsid(world, cred.userNs, kind, kid)) }),
      ),
    ),
  ];
}

/** What only the kernel sees of both copies of the fs id. */
export const FSID_CALLS: CallTable = [
  ...functionsOf("uid"),
  ...functionsOf("gid"),
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
