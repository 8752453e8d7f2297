import * as core from "../../core/index.ts";
import * as formats from "../../formats/index.ts";
import { extentOf, type Given, type PeerAnswer, REFUSED } from "./given.ts";
import type { Operations } from "./operation.ts";

const pairOf = (given: Given): formats.MapPair => ({
  uid: core.idMap<"uid">(given.lines("uids").map(extentOf)),
  gid: core.idMap<"gid">(given.lines("gids").map(extentOf)),
});
const sameMaps = (a: formats.MapPair, b: formats.MapPair): boolean =>
  core.isSameMap(a.uid, b.uid) && core.isSameMap(a.gid, b.gid);

/** What containerd's CRI plugin takes of a pod's options, and of a container's within its sandbox. */
function criUserns(given: Given): PeerAnswer {
  const mode = given.isText("mode") ? given.text("mode") : "";
  const isEmpty = given.lines("uids").length + given.lines("gids").length === 0;
  if (!given.has("mode") && isEmpty) return { userns: false };
  if (mode === "NODE") {
    const sandbox = given.has("sandbox") ? given.object("sandbox") : null;
    return isEmpty && (!sandbox || sandbox.text("mode") === "NODE") ? { userns: false } : REFUSED;
  }
  if (mode !== "POD") return REFUSED;
  if ([given, ...(given.has("sandbox") ? [given.object("sandbox")] : [])].some(hasSeveral)) return REFUSED;
  const maps = pairOf(given);
  if (formats.misfitOf(formats.cri.target, maps)) return REFUSED;
  if (given.has("sandbox")) {
    const sandbox = given.object("sandbox");
    if (sandbox.text("mode") !== "POD" || !sameMaps(pairOf(sandbox), maps)) return REFUSED;
  }
  return { userns: true };
}

/** One line of each kind is asked for as it is written: lines that repeat each other are more. */
function hasSeveral(given: Given): boolean {
  return given.lines("uids").length > 1 || given.lines("gids").length > 1;
}

/** What runc takes of an idmapped mount. */
function isOciMount(given: Given): boolean {
  const mount = given.object("mount");
  const [hasUids, hasGids] = ["uids", "gids"].map((key) => mount.lines(key).length > 0);
  if (!mount.flag("bind") || given.flag("rootless") || hasUids !== hasGids) return false;
  return hasUids === true || given.object("userns").lines("uids").length > 0;
}

const mappedKinds = (given: Given): number => ["uids", "gids"].filter((key) => given.lines(key).length > 0).length;

/** Maps come with a user namespace, and a user namespace with maps of both kinds. */
function isUserns(given: Given): boolean {
  const isAskedFor = !given.has("userns") || given.flag("userns");
  return mappedKinds(given) === (isAskedFor ? 2 : 0);
}

/** What runtimes take of a configuration. */
export const VALIDATE_OPERATIONS: Operations = {
  "validate.cri_userns": criUserns,
  "validate.mount_option_id": (given) => {
    const extents = given.lines("map").map(extentOf);
    return { valid: extents.some((extent) => core.contains(extent, given.number("value"))) };
  },
  "validate.oci_mount_idmap": (given) => ({ valid: isOciMount(given) }),
  "validate.rootless": (given) => ({ valid: given.flag("userns") && mappedKinds(given) === 2 }),
  "validate.userns": (given) => ({ valid: isUserns(given) }),
  "oci.needs_helpers": (given) => {
    const isSimple = (key: string) => {
      const lines = given.lines(key);
      return lines.length === 1 && lines[0]?.count === 1;
    };
    return { newuidmap: !isSimple("uids") || !isSimple("gids") };
  },
};
