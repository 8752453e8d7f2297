import * as core from "../../core/index.ts";
import * as formats from "../../formats/index.ts";
import { extentOf, type Given, type PeerAnswer, type PeerLine, peerLine, peerLines, REFUSED } from "./given.ts";
import { laidOver } from "./map-operations.ts";
import type { Operations } from "./operation.ts";

const KINDS = ["uid", "gid"] as const;
const whole = (text: string): formats.Field => ({ text, line: 1, column: 1 });
const entryOf = ({ kind, extent }: formats.MapLine): PeerLine => ({ ...peerLine(extent), kind });

/** A label's lines, each of ids that there are; they may overlap. */
function labelLines(text: string, kind: core.OwnerKind): readonly PeerLine[] | null {
  if (text === "") return null;
  return formats.readLabel(whole(text), kind, kind).map(({ extent, at }) => {
    if (!core.fits(extent) || !core.fits(core.lowerOf(extent)))
      throw new core.UsernsError("ERR_EXTENT_WRAP", { where: at, expected: "ids that there are", got: text });
    return peerLine(extent);
  });
}

function podmanSpecs(texts: readonly string[], via: core.OwnerKind) {
  return texts.map((text) => ({ ...formats.readPodmanSpec(whole(text), "spec"), via }));
}

function podmanParsed(texts: readonly string[], kind: core.OwnerKind, given: Given): PeerAnswer {
  const parent = core.idMap(given.lines("parent").map(extentOf));
  const specs = podmanSpecs(texts, kind).filter(({ kinds }) => kinds.length === 0 || kinds.includes(kind));
  return { map: peerLines(formats.podmanMap(specs, { uid: parent, gid: parent }, "spec").extents) };
}

function userOf(given: Given): formats.ToolUser {
  const ranges = (key: string) => given.pairs(key).map(([first, count]) => ({ first, count }));
  const uid = given.number("uid");
  const granted = { uid: ranges("subuid"), gid: ranges(given.has("subgid") ? "subgid" : "subuid") };
  return { name: "user", uid, gid: given.number("gid", uid), granted };
}

function keepId(given: Given): PeerAnswer {
  const id = { uid: given.number("uid"), gid: given.number("gid", given.number("uid")) };
  const mapOf = (kind: core.OwnerKind) => {
    const granted = core.sizeOf(given.lines(`sub_${kind}s`).map(extentOf));
    return peerLines(formats.keepIdExtents({ id: id[kind], size: given.number("size", 0) }, granted));
  };
  return { uids: mapOf("uid"), gids: mapOf("gid"), run_as: id };
}

/** Where a text's own lines are laid over entries, and the ids that are then asked for. */
function rawApplied(given: Given, expect: PeerAnswer): PeerAnswer {
  const added = given
    .texts("raw_idmap")
    .flatMap((line) => formats.rawIdmapLines(line))
    .map(entryOf);
  const entries = added.reduce(laidOver, given.lines("base_entries"));
  const maps = KINDS.map((kind) => {
    const own = entries.filter((line) => line.kind === kind || line.kind === "both");
    // An entry for both stands once in the list, and in both maps.
    return [kind, core.idMap(own.map(extentOf))] as const;
  });
  const asked = Array.isArray(expect.to_outside) ? expect.to_outside : [];
  const to_outside = asked.map((item: unknown) => {
    const inside = new Map(Object.entries(new Map(Object.entries(Object(item))).get("inside") ?? {}));
    const outside = maps.flatMap(([kind, map]) => {
      const id = inside.get(kind);
      return typeof id === "number" ? [[kind, core.mapDown(map, id)] as const] : [];
    });
    return { inside: Object.fromEntries(inside), outside: Object.fromEntries(outside) };
  });
  return { entries, to_outside };
}

function subidFor(given: Given): PeerAnswer {
  const file = formats.parseSubid(given.text("text"));
  const ranges = formats.grantedRanges(file, given.text("user"));
  // shadow passes over a fourth field; these readers take a line of three, or refuse the file.
  const isLong = file.lines.some(({ entry, text }) => entry !== null && text.split(":").length > 3);
  if (isLong || formats.badLines(file).length > 0 || ranges.length === 0) return REFUSED;
  return { ranges: ranges.map(({ first, count }) => ({ start: first, count })) };
}

/** uid_map text for readers that pass over lines without three fields. */
function procMap(given: Given): PeerAnswer {
  const text = given.text("text");
  const kept = given.flag("lenient")
    ? text.split("\n").filter((line) => line.trim().split(/\s+/).length === 3)
    : [text];
  const lines = kept.join("\n");
  return { map: lines.trim() === "" ? [] : peerLines(formats.parseUidMap(lines).extents) };
}

/** Texts of every tool, in and out. */
export const FORMAT_OPERATIONS: Operations = {
  "parse.comma_triples": (given) => ({
    uids: labelLines(given.text("uid"), "uid"),
    gids: labelLines(given.text("gid"), "gid"),
  }),
  "validate.mount_maps": (given) => {
    const [uids, gids] = KINDS.map((kind) => labelLines(given.text(kind), kind));
    return uids && gids ? { ok: true } : REFUSED;
  },
  "format.comma_triples": (given) =>
    Object.fromEntries(
      KINDS.map((kind) => [
        kind,
        given
          .lines(`${kind}s`)
          .map((line) => formats.colons(extentOf(line)))
          .join(","),
      ]),
    ),
  "format.lxc_idmap": (given) => ({
    lines: given
      .lines("entries")
      .flatMap(({ kind, inside, outside, count }) =>
        KINDS.filter((each) => kind === each || kind === "both").map(
          (each) => `${each[0]} ${inside} ${outside} ${count}`,
        ),
      ),
  }),
  "format.proc_line": (given) => ({
    text: given
      .lines("map")
      .map(({ inside, outside, count }) => `${inside} ${outside} ${count}`)
      .join("\n"),
  }),
  "format.proc_map_nested": (given) => {
    const [map, parent] = [given.map("map"), given.map("parent")];
    const pieces = map.byFirst.flatMap((extent) =>
      parent.byFirst.flatMap((outer) => {
        const piece = core.cut(core.flip(extent), outer);
        if (!piece) return [];
        const lowerFirst = outer.lowerFirst + (piece.first - outer.first);
        return [{ first: piece.lowerFirst, lowerFirst, count: piece.count }];
      }),
    );
    const isSplit = given.flag("split_at_parent_edges");
    const isOwnView = given.has("viewed_from") && given.text("viewed_from") === "parent";
    const split = pieces.map((extent) => ({
      ...extent,
      lowerFirst: isOwnView ? core.mapUp(parent, extent.lowerFirst) : extent.lowerFirst,
    }));
    const shown = isSplit ? split : core.merge(core.idMap(split)).extents;
    return { lines: shown.map((extent) => core.showMapLine(extent).trimEnd()) };
  },
  "parse.crun_idmap": (given) => {
    const container = given.has("userns_uids")
      ? { uid: given.map("userns_uids"), gid: given.map(given.has("userns_gids") ? "userns_gids" : "userns_uids") }
      : undefined;
    const { lines, isRecursive } = formats.readVolumeIdmap(given.text("text"), "idmap", container);
    const of = (kind: core.OwnerKind) =>
      (lines ?? []).filter((line) => line.kind === kind).map(({ extent }) => peerLine(extent));
    return { uids: of("uid"), gids: of("gid"), recursive: isRecursive };
  },
  "lint.crun_relative_span": (given) => {
    const { spanning } = formats.readVolumeIdmap(given.text("text"), "idmap", { uid: given.map("userns_uids") });
    const said = "the mapping spans two user namespace ranges; crun shifts all of it by the first and says nothing";
    return { warning: spanning.length > 0 ? said : null };
  },
  "parse.getsubids": (given) => ({
    ranges: formats.readGetsubids(given.text("text")).map(({ first, count }) => [first, count]),
  }),
  "parse.lxc_idmap": (given) => {
    try {
      return { valid: true, entry: entryOf(formats.readLxcValue(whole(given.text("text")), "lxc.idmap")) };
    } catch (error) {
      if (error instanceof core.UsernsError) return { valid: false };
      throw error;
    }
  },
  "parse.openshift_pool": (given) => {
    const pool = formats.readOpenshiftPool(given.text("text"));
    return { ...pool, blocks: formats.blocksOf(pool) };
  },
  "parse.override_device": (given) => ({ ...formats.readOverrideDevice(given.text("value")) }),
  "parse.override_xattr": (given) => ({ ...formats.readOverrideStat(given.text("value")) }),
  "parse.podman_uidmap": (given) =>
    podmanParsed(given.texts("specs"), given.text("kind") === "gid" ? "gid" : "uid", given),
  "parse.podman_auto_mapping": (given) => podmanParsed([given.text("spec")], "uid", given),
  "compose.extend": (given) => podmanParsed(given.texts("specs"), "uid", given),
  "compose.copy_to_other_kind": (given) => {
    const specs = {
      uid: podmanSpecs(given.texts("uid_specs"), "uid"),
      gid: podmanSpecs(given.texts("gid_specs"), "gid"),
    };
    const none = { uid: core.idMap([]), gid: core.idMap([]) };
    const of = (kind: core.OwnerKind) =>
      peerLines(formats.podmanMap(formats.specsOfKind(specs, kind), none, "spec").extents);
    return { uids: of("uid"), gids: of("gid") };
  },
  "compose.rootless": (given) => {
    const uid = given.number("uid");
    const ranges = given.pairs("ranges").map(([first, count]) => ({ first, count }));
    const user = { name: "user", uid, gid: uid, granted: { uid: ranges, gid: ranges } };
    return { map: peerLines(formats.intermediateMap(user, "uid").extents) };
  },
  "parse.proc_map": procMap,
  "parse.pve_mp_idmap": (given) => ({ entries: entriesOf(formats.proxmox, given.text("text")) }),
  "parse.raw_idmap": (given) => ({ entries: formats.rawIdmapLines(given.text("text")).map(entryOf) }),
  "raw_idmap.apply": rawApplied,
  "parse.subid_for_user": subidFor,
  "parse.triple_optional_size": (given) => ({
    map: [peerLine(formats.readColons(whole(given.text("spec")), "spec", "inside:outside[:count]", 2))],
  }),
  "parse.triples": (given) => {
    for (const spec of given.texts("specs")) {
      const numbers = formats.splitField(whole(spec), ":").map((field) => formats.readNumber(field, "spec"));
      if (numbers.length === 0 || numbers.length % 3 !== 0) return REFUSED;
    }
    return { ok: true };
  },
  "parse.unshare_map": (given) => ({ map: [peerLine(formats.readUnshareLine(whole(given.text("text")), "map"))] }),
  "unshare.maps": (given) => {
    const { uid } = formats.unshare.parse(given.texts("args").join(" "), { where: "unshare", user: userOf(given) });
    return uid ? { lines: uid.extents.map((extent) => core.showMapLine(extent).trimEnd()) } : REFUSED;
  },
  "parse.x_mount_idmap": (given) => {
    const file = formats.userNamespaceFile(given.text("text"));
    return file === null ? { entries: formats.xMountLines(given.text("text")).map(entryOf) } : { userns_file: file };
  },
  "snapshot.remap_labels": (given) => {
    const maps = {
      uid: core.idMap<"uid">(given.lines("uids").map(extentOf)),
      gid: core.idMap<"gid">(given.lines("gids").map(extentOf)),
    };
    // The labels' writer counts lines as they stand, joined or not.
    const isLong = KINDS.some((kind) => maps[kind].extents.length > 1);
    if (isLong || formats.misfitOf(formats.containerd.target, maps)) return REFUSED;
    return {
      labels: {
        "containerd.io/snapshot/uidmapping": formats.labelOf(maps.uid),
        "containerd.io/snapshot/gidmapping": formats.labelOf(maps.gid),
      },
    };
  },
  "userns.keep_id": keepId,
  "bindfs.show": (given) => offsetIds(given, given.object("disk"), 1),
  "bindfs.store": (given) => {
    if (given.has("chown_seen")) return { disk: offsetIds(given, given.object("chown_seen"), -1) };
    const id = given.number("create_as");
    return {
      disk: Object.fromEntries(
        KINDS.filter((kind) => given.has(`${kind}_offset`)).map((kind) => [
          kind,
          core.mapUp(core.idMap([formats.offsetExtent(given.number(`${kind}_offset`))]), id),
        ]),
      ),
    };
  },
  "bindfs.map": (given) => {
    const lines = formats.bindfsPairs(whole(given.text("map")), "--map");
    const disk = given.object("disk");
    return Object.fromEntries(
      KINDS.filter((kind) => disk.has(kind)).map((kind) => {
        const own = lines.filter((line) => line.kind === kind).map(({ extent }) => extent);
        // Several owners may be shown as one, which no map of ids holds; an owner is shown as one alone.
        core.idMap(own.map((extent, index) => ({ ...extent, lowerFirst: index })));
        const id = disk.number(kind);
        return [kind, own.find((extent) => core.contains(extent, id))?.lowerFirst ?? id];
      }),
    );
  },
};

function entriesOf(format: formats.MapFormat, text: string): readonly PeerLine[] {
  const { uid, gid } = format.parse(text, { where: format.name });
  return [
    ...(uid?.extents ?? []).map((extent) => ({ ...peerLine(extent), kind: "uid" })),
    ...(gid?.extents ?? []).map((extent) => ({ ...peerLine(extent), kind: "gid" })),
  ];
}

/** Ids moved by the offsets that are given: forth as they are shown, back as they are stored. */
function offsetIds(given: Given, ids: Given, direction: 1 | -1): PeerAnswer {
  return Object.fromEntries(
    KINDS.filter((kind) => ids.has(kind)).map((kind) => {
      const map = core.idMap([formats.offsetExtent(given.number(`${kind}_offset`, 0))]);
      return [kind, direction === 1 ? core.mapDown(map, ids.number(kind)) : core.mapUp(map, ids.number(kind))];
    }),
  );
}
