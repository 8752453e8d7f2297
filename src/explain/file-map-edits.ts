import {
  type Extent,
  findMapFault,
  type IdMap,
  idMap,
  insideOf,
  lastOf,
  lowerSetOf,
  MAX_MAP_LINES,
  mapUp,
  NO_ID,
  showExtent,
  subtract,
} from "../core/index.ts";
import { mapFileName, type OwnerKind } from "../kernel/index.ts";
import {
  edit,
  type FileEdit,
  flatMap,
  isHeld,
  isSetid,
  keptFor,
  nameOf,
  seenId,
  subjectOf,
  withSubject,
} from "./file-edit.ts";
import { endOf, type FileQuestion, fileMaps, type OwnerMaps, ownerRoute } from "./file-question.ts";

const KINDS = ["uid", "gid"] as const;

/** The namespace's own map on the mount; or one that shows this owner alone as the task's ids. */
export function mountEdits(question: FileQuestion): FileEdit[] {
  const { mount } = question;
  const namespaces = fileMaps(question);
  const owned = subjectOf(question);
  const own: OwnerMaps = {
    uid: oneId(owned.uid, endOf(ownerRoute(question, "uid"), question.task.uid)),
    gid: oneId(owned.gid, endOf(ownerRoute(question, "gid"), question.task.gid)),
  };
  const whole: OwnerMaps = { uid: flatMap(namespaces, "uid"), gid: flatMap(namespaces, "gid") };
  const say = (maps: OwnerMaps, which: string) =>
    edit("mount", `an idmapped mount ${which}: mount -o X-mount.idmap="${idmapText(maps)}"`, (q) => ({
      ...q,
      mount: maps,
    }));
  return [
    ...(namespaces.length > 0 && !isSame(mount, whole) ? [say(whole, "with the namespace's own map")] : []),
    ...(isSetid(question) || isSame(mount, own) ? [] : [say(own, "that shows this owner as the task's own ids")]),
  ];
}

function oneId<K extends OwnerKind>(first: number, lowerFirst: number): IdMap<K> {
  return idMap([{ first, lowerFirst, count: 1 }]);
}

function isSame(a: OwnerMaps | null, b: OwnerMaps): boolean {
  return a !== null && idmapText(a) === idmapText(b);
}

/** Maps as util-linux takes them: `u:1000:101000:1 g:1000:101000:1`. */
function idmapText(maps: OwnerMaps): string {
  return KINDS.flatMap((kind) => maps[kind].extents.map((extent) => `${kind.charAt(0)}:${showExtent(extent)}`)).join(
    " ",
  );
}

/** The owners that the disk would keep for the task's own ids, or for the same numbers inside. */
export function diskOwnerEdits(question: FileQuestion): FileEdit[] {
  const owned = subjectOf(question);
  const isOwn = question.ask !== "stat" && !isSetid(question);
  const wanted = isOwn ? question.task : owned;
  const uid = keptFor(question, "uid", wanted.uid);
  const gid = keptFor(question, "gid", wanted.gid);
  const name = nameOf(question);
  const changes = [
    { text: `chown ${uid}`, to: { uid } },
    { text: `chgrp ${gid}`, to: { gid } },
    { text: `chown ${uid}:${gid}`, to: { uid, gid } },
  ];
  return changes
    .filter(({ to }) => Object.values(to).every((id) => id !== NO_ID))
    .filter(({ to }) => (to.uid ?? NO_ID) !== owned.uid && (to.gid ?? NO_ID) !== owned.gid)
    .map(({ text, to }) => edit("disk-owner", `on disk: ${text} ${name}`, (q) => withSubject(q, to)));
}

/** A line that the only map of the task, or its fs map, lacks: for the owner that it is shown, or for an owner that it wants to give. */
export function mapLineEdits(question: FileQuestion): FileEdit[] {
  const [maps, ...nested] = fileMaps(question);
  if (!maps || nested.length > 0) return [];
  const { to, ask } = question;
  const owned = subjectOf(question);
  const say = (more: readonly Longer[]) => {
    const added = more.filter(({ line }) => line !== null);
    if (added.length === 0) return [];
    const table = question.fsMaps ? "fs" : "id";
    const text = added.map(({ kind, line }) => `${mapFileName(kind, table)} ${line}`).join(", ");
    const longer = more.reduce((all, { apply }) => apply(all), maps);
    return [
      edit("map-line", `a line more in the namespace's map: ${text}`, (q) =>
        q.fsMaps ? { ...q, fsMaps: longer } : { ...q, namespaces: [longer] },
      ),
    ];
  };
  return [
    ...say(KINDS.map((kind) => withSeen(maps, kind, owned[kind], seenId(question, kind, owned[kind])))),
    ...(ask === "chown"
      ? say(
          KINDS.filter((kind) => !isHeld(question, kind, to[kind] ?? NO_ID)).map((kind) =>
            withMore(maps, kind, to[kind]),
          ),
        )
      : []),
  ];
}

/** Maps, one of them longer by a line. */
interface Longer {
  readonly kind: OwnerKind;
  /** Null where there is none to add. */
  readonly line: string | null;
  readonly apply: (maps: OwnerMaps) => OwnerMaps;
}

/** Give a kernel id a number inside: the wanted one, where it is free. The host's root is never given one. */
function withSeen<K extends OwnerKind>(maps: OwnerMaps, kind: K, wanted: number, lower: number): Longer {
  const map: IdMap = maps[kind];
  if (lower === NO_ID || lower === 0 || mapUp(map, lower) !== NO_ID) return unchanged(kind);
  const held = insideOf(map);
  const isFree = subtract([{ first: wanted, count: 1 }], held).length > 0;
  const first = isFree ? wanted : (subtract([{ first: 0, count: NO_ID }], held)[0]?.first ?? NO_ID);
  return longer(maps, kind, { first, lowerFirst: lower, count: 1 });
}

/** Where useradd(8) begins to give subordinate ids, and how many it gives. */
const SUBORDINATE = { first: 100000, count: 65536 } as const;

/** More ids behind the last one, so that the wanted one is among them. */
function withMore<K extends OwnerKind>(maps: OwnerMaps, kind: K, wanted: number | null): Longer {
  const map: IdMap = maps[kind];
  const [lastInside, lastLower] = [insideOf(map).at(-1), lowerSetOf(map).at(-1)];
  const first = lastInside ? lastOf(lastInside) + 1 : 0;
  if (wanted === null || wanted < first) return unchanged(kind);
  const lowerFirst = Math.max(SUBORDINATE.first, lastLower ? lastOf(lastLower) + 1 : 0);
  return longer(maps, kind, { first, lowerFirst, count: Math.max(SUBORDINATE.count, wanted - first + 1) });
}

function longer(maps: OwnerMaps, kind: OwnerKind, extent: Extent): Longer {
  const extents = [...maps[kind].extents, extent];
  if (findMapFault(extents, MAX_MAP_LINES)) return unchanged(kind);
  return { kind, line: showExtent(extent), apply: (all) => ({ ...all, [kind]: idMap(extents) }) };
}

function unchanged(kind: OwnerKind): Longer {
  return { kind, line: null, apply: (all) => all };
}
