import { compose, cut, type Extent, type IdMap, type IdSet, idMap, type OwnerKind, type Range } from "../core/index.ts";
import type { MapPair } from "../formats/index.ts";
import { UID_RANGES } from "../policy/index.ts";
import {
  type ActionNames,
  closeNamespace,
  type HostAction,
  mapFile,
  mountView,
  openNamespace,
  packLayer,
  unpackAsItIs,
  unpackInside,
  unpackInsideByRoot,
  writeMaps,
} from "./host-actions.ts";
import { notInNamespace } from "./not-in-namespace.ts";
import type { Backend, NotPlaced, Placement, PlaceRequest } from "./placement.ts";
import { reachedAccounts, tellReached } from "./reached-accounts.ts";
import { beyondOf, runMap, squash, tooHigh } from "./run-map.ts";
import { type IdsByKind, idsUsed } from "./used-ids.ts";

const KINDS = ["uid", "gid"] as const;

/** Where systemd keeps images that belong to nobody on a host. @source systemd, docs/UIDS-GIDS.md */
const FOREIGN: Range = { first: UID_RANGES.foreign.first, count: UID_RANGES.foreign.count };

/**
 * Place an image by one backend.
 *
 * No placement reaches an account of the host, on the disk or while it runs, unless that is allowed; and none leaves ids
 * on the disk that were only lent. What it ends with is a namespace in which the files have the owners of the image.
 *
 * @source fsid-setusers-shift (F.4); every action is run on Linux 6.18 by tests/place, save those of fsid mappings
 */
export function place(backend: Backend, request: PlaceRequest): Placement {
  const found = PLACERS[backend](request, idsUsed(request.manifest));
  if (!found.ok || request.mayReachHost) return found;
  const reached = reachedAccounts(found, idsUsed(request.manifest), request.accounts);
  return reached.length === 0 ? found : { backend, ok: false, ...tellReached(reached) };
}

type Placer = (request: PlaceRequest, used: IdsByKind) => Placement;

const PLACERS: Readonly<Record<Backend, Placer>> = {
  chunk(request, used) {
    if (request.isTransient)
      return no("chunk", "the ranges are lent: when they are given back, whoever has them next would own the files", [
        "static or mount, which leave other ids on the disk",
      ]);
    return (
      unpackable("chunk", request) ??
      withRun("chunk", request, used, (run) => {
        const disk = onHost(run, request);
        const { names, isRoot } = request;
        const by = isRoot ? "root" : "caller";
        const unpack = isRoot ? unpackInsideByRoot(run, names) : unpackInside(names);
        const actions = [packLayer(names), openNamespace(by, names), ...writeMaps(by, run, names), ...unpack];
        return { backend: "chunk", ok: true, disk, run: disk, actions };
      })
    );
  },
  static: (request, used) =>
    unpackable("static", request) ??
    mountable("static", request) ??
    onForeign("static", request, used, (run, disk) => {
      const { names } = request;
      const actions = [
        packLayer(names),
        openNamespace("root", names),
        ...writeMaps("root", disk, names),
        ...unpackInsideByRoot(disk, names),
        closeNamespace(names),
        mountView(disk, run, names),
        ...runNamespace(request, run),
      ];
      return { backend: "static", ok: true, disk, run, actions };
    }),
  mount: (request, used) =>
    mountable("mount", request) ??
    withRun("mount", request, used, (run) => {
      const { names } = request;
      const disk = bothOf((kind) => run[kind].extents.map((extent) => ({ ...extent, lowerFirst: extent.first })));
      const actions = [
        packLayer(names),
        ...unpackAsItIs(names),
        mountView(disk, run, names),
        ...runNamespace(request, run),
      ];
      return { backend: "mount", ok: true, disk, run, actions };
    }),
  fsid(request, used) {
    if (!request.hasFsid)
      return no("fsid", "no Linux has fsid mappings: they were proposed in 2020 and never merged", [
        "static, which does the same for one mount",
      ]);
    if (request.container) return no("fsid", OF_THE_HOST, ["chunk"]);
    return (
      unpackable("fsid", request) ??
      onForeign("fsid", request, used, (run, disk) => {
        const { names } = request;
        const actions = [
          packLayer(names),
          openNamespace("root", names),
          // The map of ids would fill that of the file system by itself: it comes second.
          ...writeFsidMaps(disk, names),
          ...writeMaps("root", run, names),
          ...unpackInsideByRoot(disk, names),
        ];
        return { backend: "fsid", ok: true, disk, run, actions };
      })
    );
  },
  paper: () => ({ backend: "paper", ok: true, disk: null, run: null, actions: [] }),
};

function no(backend: Backend, reason: string, options: readonly string[]): NotPlaced {
  return { backend, ok: false, reason, options };
}

function bothOf(extentsOf: (kind: OwnerKind) => readonly Extent[]): MapPair {
  return { uid: idMap<"uid">(extentsOf("uid")), gid: idMap<"gid">(extentsOf("gid")) };
}

/** A map as the caller writes it, with ids that the host has for it. */
function onHost(map: MapPair, { container }: PlaceRequest): MapPair {
  return container ? { uid: compose(map.uid, container.uid), gid: compose(map.gid, container.gid) } : map;
}

function withRun(
  backend: Backend,
  { ranges, isSparse, container }: PlaceRequest,
  used: IdsByKind,
  then: (run: MapPair) => Placement,
): Placement {
  const mapFor = <K extends OwnerKind>(kind: K) => {
    const held = container ? piecesIn(ranges[kind], container[kind]) : ranges[kind];
    return runMap(kind, { used: used[kind], ranges: held, isSparse });
  };
  const [uid, gid] = [mapFor("uid"), mapFor("gid")];
  if (!uid.ok) return no(backend, uid.reason, uid.options);
  if (!gid.ok) return no(backend, gid.reason, gid.options);
  return then({ uid: idMap<"uid">(uid.map.extents), gid: idMap<"gid">(gid.map.extents) });
}

/** What a container's map holds of ranges; apart where its lines are, for Linux takes no line that spans two. */
function piecesIn(ranges: IdSet, map: IdMap): IdSet {
  return ranges.flatMap((range) => map.byFirst.flatMap(({ first, count }) => cutRange(range, { first, count })));
}

function cutRange(range: Range, by: Range): Range[] {
  const piece = cut({ ...range, lowerFirst: range.first }, by);
  return piece ? [{ first: piece.first, count: piece.count }] : [];
}

/** An image whose ids rest in the foreign range, each as far from its beginning as it is from 0. */
function onForeign(
  backend: Backend,
  request: PlaceRequest,
  used: IdsByKind,
  then: (run: MapPair, disk: MapPair) => Placement,
): Placement {
  for (const kind of KINDS) {
    const beyond = beyondOf(used[kind], FOREIGN.count);
    if (beyond.length > 0)
      return no(backend, tooHigh(kind, used[kind], beyond, `systemd's foreign range holds ${FOREIGN.count} ids`), [
        "chunk --sparse, whose ids on the disk are those of the ranges",
        ...squash(FOREIGN.count),
      ]);
  }
  return withRun(backend, request, used, (whole) => {
    const run = bothOf((kind) =>
      whole[kind].extents.flatMap((extent) => cut(extent, { first: 0, count: FOREIGN.count }) ?? []),
    );
    const disk = bothOf((kind) =>
      run[kind].extents.map(({ first, count }) => ({ first, lowerFirst: FOREIGN.first + first, count })),
    );
    return then(run, disk);
  });
}

const OF_THE_HOST = "the caller is in a container, and the host's administrator alone can do this with the host's disk";

/** Why the files cannot be shown with other owners than those on the disk; null: they can. */
function mountable(backend: Backend, { idmap, container }: PlaceRequest): NotPlaced | null {
  if (container) return no(backend, OF_THE_HOST, ["chunk, which needs no mount"]);
  if (idmap.can === "yes") return null;
  const because =
    idmap.can === "no" ? idmap.because : "it is not known whether this file system can be mounted idmapped";
  return no(backend, because, ["another file system: --fs TYPE", "chunk, which needs no mount"]);
}

/** What the root of a namespace cannot unpack; null: nothing. */
function unpackable(backend: Backend, { manifest }: PlaceRequest): NotPlaced | null {
  const found = notInNamespace(manifest);
  return found && no(backend, found.reason, found.options);
}

/** The namespace that the files are run in. */
function runNamespace({ isRoot, names }: PlaceRequest, run: MapPair): readonly HostAction[] {
  const by = isRoot ? "root" : "caller";
  return [openNamespace(by, names), ...writeMaps(by, run, names)];
}

function writeFsidMaps(disk: MapPair, names: ActionNames): readonly HostAction[] {
  return KINDS.map((kind) => ({
    by: "root",
    does: `map its ${kind === "uid" ? "users" : "groups"} on file systems, before the map that would fill this one`,
    command: mapFile(`fs${kind}_map`, disk[kind], names),
  }));
}
