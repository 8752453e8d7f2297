import { type Extent, findMapFault, MAX_MAP_LINES, MAX_NAMESPACE_NUMBER } from "../core/index.ts";
import {
  ALL_CAPS,
  type CredParts,
  childUserNamespace,
  fsSlot,
  hasCap,
  hasNumberLeft,
  ISOLATED,
  idSlot,
  installMap,
  LINUX,
  type MapSlot,
  NO_CAPS,
  type OwnerKind,
  sameIds,
  socketPair,
  spawn,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import {
  type Argument,
  capabilities,
  flag,
  id,
  integerIn,
  kernelId,
  listOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  scenarioError,
  text,
  tupleOf,
  userNamespace,
} from "../kernel/syscall/index.ts";
import { kid } from "./kernel-id.ts";
import { placed } from "./placed.ts";
import { SETUP_PARTS, type Setup, type SetupPart } from "./scenario.ts";
import { setUpFile } from "./set-up-files.ts";
import { setUpFilesystem, setUpStacked } from "./set-up-filesystems.ts";
import { setUpMount } from "./set-up-mounts.ts";
import { setUpTask } from "./set-up-tasks.ts";

/** How an item of each part is read and put into the world. */
const PARTS: { readonly [Part in SetupPart]: SetUpItem } = {
  namespaces: setUpNamespace,
  filesystems: setUpFilesystem,
  files: setUpFile,
  mounts: setUpMount,
  sockets: setUpSocketPair,
  tasks: setUpTask,
};

/**
 * Put into a world what a scenario begins with.
 *
 * @throws UsernsError ERR_SCENARIO with the JSON path
 */
export function setUp(world: World, setup: Setup): void {
  for (const part of SETUP_PARTS) {
    setUpPart(world, setup, part, PARTS[part]);
    if (part === "files") setUpPart(world, setup, "filesystems", setUpStacked);
  }
}

type SetUpItem = (world: World, item: unknown, where: string) => void;

function setUpPart(world: World, setup: Setup, part: SetupPart, setUpItem: SetUpItem): void {
  for (const [index, item] of (setup[part] ?? []).entries()) {
    const where = `$.setup.${part}[${index}]`;
    placed(where, () => setUpItem(world, item, where));
  }
}

/** A map as a setup writes it. @example setupMap([{ first: 0, lowerFirst: 1000, count: 1 }]) // [[0, 1000, 1]] */
export function setupMap(extents: readonly Extent[]): readonly (readonly [number, number, number])[] {
  return extents.map(({ first, lowerFirst, count }) => [first, lowerFirst, count]);
}

/** The maps of a namespace as an item of a setup has them. */
export function setupMaps({ uid, gid }: { readonly [K in OwnerKind]: { readonly extents: readonly Extent[] } }) {
  return { uid_map: setupMap(uid.extents), gid_map: setupMap(gid.extents) };
}

/** Its fs maps. @see {@link setupMaps} */
export function setupFsMaps({ uid, gid }: { readonly [K in OwnerKind]: { readonly extents: readonly Extent[] } }) {
  return { fsuid_map: setupMap(uid.extents), fsgid_map: setupMap(gid.extents) };
}

const extent: Argument<Extent> = {
  schema: tupleOf(id, 3).schema,
  isOptional: false,
  read: (value, where, world) => {
    const [first, lowerFirst, count] = tupleOf(id, 3).read(value, where, world);
    if (first === undefined || lowerFirst === undefined || count === undefined)
      throw scenarioError(where, "[inside, outside, count]", value);
    return { first, lowerFirst, count };
  },
};

const idMapLines = optional(nullable(listOf(extent)), null);
const fsMapLines = optional(nullable(listOf(extent)), undefined);

export const NAMESPACE_ITEM = {
  name: text,
  parent: userNamespace,
  owner: tupleOf(kernelId, 2),
  uid_map: idMapLines,
  gid_map: idMapLines,
  projid_map: idMapLines,
  /** Left out: as the kernel makes it of the id map. null: not written, whatever becomes of the id map. */
  fsuid_map: fsMapLines,
  fsgid_map: fsMapLines,
  setgroups: optional(oneOf("deny", "allow"), undefined),
  creator_caps: optional(capabilities, ALL_CAPS),
  uts: optional(flag, false),
  isolated: optional(flag, false),
  /** What its isolated ids carry; the lowest that is free without it. */
  number: optional(integerIn(1, MAX_NAMESPACE_NUMBER), undefined),
};

function setUpNamespace(world: World, item: unknown, where: string): void {
  const { name, parent, owner, setgroups, creator_caps, uts, isolated, number, ...lines } = objectOf(
    NAMESPACE_ITEM,
  ).read(item, where, world);
  if (world.userNamespaces.has(name)) throw scenarioError(`${where}.name`, "a name that no other namespace has", name);
  if (number !== undefined && world.numbers.at(number))
    throw scenarioError(`${where}.number`, "a number that no other namespace has", number);
  if (number === undefined && !hasNumberLeft(world))
    throw scenarioError(`${where}.number`, `a number: the last one was given, and none is reused`, undefined);
  const [uid = kid(0), gid = kid(0)] = owner;
  const ns = childUserNamespace(world, parent, name, { uid, gid }, hasCap(creator_caps, "setfcap"), number);
  if (isolated && !world.profile.isolated)
    throw scenarioError(
      `${where}.isolated`,
      `no isolated namespace in ${world.profile.name}`,
      true,
      `profile: ${ISOLATED.name}`,
    );
  if (isolated) ns.isIsolated = true;
  world.userNamespaces.set(name, ns);
  if (setgroups === "deny") ns.setgroupsAllowed = false;
  for (const kind of ["uid", "gid"] as const) {
    const file = `fs${kind}_map` as const;
    const fsLines = lines[file];
    if (fsLines && !world.profile.fsid)
      throw scenarioError(
        `${where}.${file}`,
        `no fs map in ${world.profile.name}`,
        fsLines.map((line) => [line.first, line.lowerFirst, line.count]),
        `profile: ${LINUX.name}+fsid`,
      );
    setUpMap(world, ns, fsSlot(kind), fsLines ?? null, `${where}.${file}`);
    const mirror = fsLines === null ? null : undefined;
    setUpMap(world, ns, idSlot(kind), lines[`${kind}_map`], `${where}.${kind}_map`, mirror);
  }
  setUpMap(world, ns, idSlot("projid"), lines.projid_map, `${where}.projid_map`);
  if (uts) world.utsNamespaces.set(name, { userNs: ns, inum: world.numbers.giveOther() });
  const everything = {
    effective: ALL_CAPS,
    permitted: ALL_CAPS,
    bounding: ALL_CAPS,
    inheritable: NO_CAPS,
    ambient: NO_CAPS,
  };
  const cred: CredParts = {
    ...everything,
    uid: sameIds(ns.owner.uid),
    gid: sameIds(ns.owner.gid),
    groups: [],
    securebits: 0,
    userNs: ns,
  };
  world.residents.set(ns, spawn(world, { name: `resident of ${name}`, cred }));
}

function setUpMap(
  world: World,
  ns: UserNamespace,
  slot: MapSlot,
  extents: readonly Extent[] | null,
  where: string,
  mirror?: null,
): void {
  if (!extents) return;
  const fault = findMapFault(extents, MAX_MAP_LINES);
  if (fault) throw scenarioError(`${where}[${fault.line - 1}]`, fault.expected, fault.got);
  const installed = installMap(world, ns, slot, extents, mirror);
  if (!installed.ok)
    throw scenarioError(where, `a map that Linux takes: ${installed.rule.sentence}`, installed.because);
}

export const SOCKET_ITEM = {
  name: text,
  type: optional(oneOf("dgram", "stream", "seqpacket"), "dgram"),
  passcred: optional(flag, true),
};

function setUpSocketPair(world: World, item: unknown, where: string): void {
  const { name, type, passcred } = objectOf(SOCKET_ITEM).read(item, where, world);
  if (world.socketPairs.has(name)) throw scenarioError(`${where}.name`, "a name that no other socket pair has", name);
  world.socketPairs.set(name, socketPair(type, passcred));
}
