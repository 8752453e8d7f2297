import { contains, overlapOf, type Range } from "../core/index.ts";
import { allow, entryAt, filesystemType, type Mount, type World } from "../kernel/index.ts";
import {
  type Argument,
  flag,
  id,
  integer,
  integerIn,
  listOf,
  namedIn,
  nullable,
  objectOf,
  oneOf,
  optional,
  scenarioError,
  task,
  text,
  type UserProgram,
  type UserSpace,
  userNamespace,
  type Values,
} from "../kernel/syscall/index.ts";
import { type Decision, told } from "./decision.ts";
import { accountOfId, foreignAccount, namespaceName } from "./dynamic-names.ts";
import { dynamicUid, stateDirectory } from "./dynamic-user.ts";
import { type ImageDirectory, mountDirectory, mountHome } from "./mountfsd.ts";
import { type PrivateUsers, planNspawn, UNDO_CHOWN } from "./nspawn.ts";
import { Nsresourced } from "./nsresourced.ts";
import { BLOCK, CONTAINER_BASES, UID_RANGE_NAMES, UID_RANGES } from "./uid-ranges.ts";
import { UsernsRestrict } from "./userns-restrict.ts";

const range = objectOf({ first: id, count: integerIn(1, 4294967295) });

/** What the services know when the first step is taken. */
const SETUP = {
  systemd: optional(
    objectOf({
      /** Namespaces that nsresourced manages already; `times` of them where it is many. */
      managed: optional(
        listOf(
          objectOf({
            name: text,
            base: id,
            count: optional(integerIn(1, BLOCK), BLOCK),
            owner: id,
            ns: optional(userNamespace, null),
            times: optional(integerIn(1, 256), 1),
          }),
        ),
        [],
      ),
      /** Ranges that name lookups answer for. */
      taken: optional(listOf(range), []),
      /** Is the container range the service's to hand out? */
      delegated: optional(flag, true),
    }),
    { managed: [], taken: [], delegated: true },
  ),
};

/** `no`, `yes`, `pick`, `identity`, or `BASE:COUNT`; managed is {@link Nsresourced}. */
const privateUsers: Argument<PrivateUsers> = {
  schema: { anyOf: [{ enum: ["no", "yes", "pick", "identity"] }, { type: "string", pattern: "^[0-9]+(:[0-9]+)?$" }] },
  isOptional: false,
  read: (value, where, world) => {
    const [, first, count = String(BLOCK)] = (typeof value === "string" && /^(\d+)(?::(\d+))?$/.exec(value)) || [];
    if (first === undefined) return oneOf("no", "yes", "pick", "identity").read(value, where, world);
    return { first: id.read(Number(first), where, world), count: Number(count) };
  },
};

const mount = namedIn("mount", (world) => world.mounts);

/** A new mount's name. */
const attach: Argument<string> = {
  ...text,
  read: (value, where, world) => {
    const name = text.read(value, where, world);
    if (name === "" || /[:/]/.test(name) || world.mounts.has(name))
      throw scenarioError(where, "a name without : and / that no mount has", value);
    return name;
  },
};

/** A directory below a mount, and the one above it. */
const directory: Argument<ImageDirectory> = {
  schema: { type: "string", pattern: "^[^/:]+:.+$" },
  isOptional: false,
  read: (value, where, world) => {
    const [, name = "", path = ""] = (typeof value === "string" && /^([^/:]+):(.+)$/.exec(value)) || [];
    const on = mount.read(name, where, world);
    const image = entryAt(on, path);
    const parent = entryAt(on, path.slice(0, Math.max(path.lastIndexOf("/"), 0)));
    if (image?.type !== "dir" || !parent) throw scenarioError(where, `a directory below ${on.name}`, value);
    return { mount: on, image, parent };
  },
};

const ARGS = {
  nspawn: {
    machine: optional(text, "image"),
    private_users: privateUsers,
    ownership: optional(oneOf("off", "chown", "map", "foreign", "auto"), "auto"),
    root_uid: optional(id, 0),
    fs_type: optional(text, "ext4"),
    /** Ids inside, to be shown as they are outside; null for one that the range does not hold. */
    ids: optional(listOf(integerIn(0, BLOCK - 1)), []),
  },
  uid_range: { use: oneOf(...UID_RANGE_NAMES) },
  uid_name: { uid: id },
  allocate_user_range: { client: task, ns: nullable(userNamespace), name: text, size: integer },
  add_mount: { ns: userNamespace, mount },
  release_user_range: { ns: userNamespace },
  mount_directory: { client: task, path: directory, ns: userNamespace, attach },
  mount_home: { path: directory, uid: id, attach },
  dynamic_user: { unit: text, state_directory: text, fs_type: optional(text, "ext4") },
};

/** nspawn, nsresourced, mountfsd, homed and DynamicUser=, as far as they decide about ids. */
export const SYSTEMD: UserSpace = {
  setupKeys: Object.keys(SETUP),
  programNames: Object.keys(ARGS),
  shape: { setup: SETUP, programs: ARGS },
  startsBare: true,
  start: (world, setup, where) => {
    const { managed, taken, delegated } = objectOf(SETUP).read(setup, where, world).systemd;
    const guard = new UsernsRestrict();
    const known = managed.flatMap(({ name, base, count, owner, ns, times }) =>
      Array.from({ length: times }, (_, index) => ({
        name: index === 0 ? name : `${name}-${index}`,
        first: base + index * count,
        count,
        owner,
        ns,
      })),
    );
    const service = new Nsresourced(known, taken, delegated, guard);
    if (known.some(({ ns }) => ns !== null)) world.pathGuard = guard;
    const isFree = (block: Range) => ![...service.managed, ...taken].some((other) => overlapOf(other, block));
    const runs: { readonly [Name in keyof typeof ARGS]: UserProgram["run"] } = {
      nspawn: (world, step, where) => nspawn(world, step, where, isFree),
      uid_range: (world, step, where) => {
        const { use } = objectOf(ARGS.uid_range).read(step, where, world);
        const { first, count } = UID_RANGES[use];
        const ends = { first, last: first + count - 1 };
        return allow(use === "container" ? { ...ends, last_base: CONTAINER_BASES.last } : ends);
      },
      uid_name: (world, step, where) => {
        const { uid } = objectOf(ARGS.uid_name).read(step, where, world);
        const leases = service.managed.map((held) => ({
          ...held,
          owner: String(held.owner),
          kind: "transient" as const,
          generation: 1,
        }));
        const found = accountOfId(leases, namespaceName, uid) ?? foreignAccount(uid);
        return allow(found ? { name: found.name, disposition: found.disposition } : { name: null });
      },
      allocate_user_range: (world, step, where) => {
        const request = objectOf(ARGS.allocate_user_range).read(step, where, world);
        world.pathGuard = guard;
        return told(service.allocate(world, request), ({ range: { first, count }, pool }) => ({
          base: first,
          count,
          pool: [pool.first, pool.first + pool.count - 1],
        }));
      },
      add_mount: (world, step, where) => {
        const { ns, mount } = objectOf(ARGS.add_mount).read(step, where, world);
        guard.allow(ns, mount);
        return allow({ ok: true });
      },
      release_user_range: (world, step, where) => {
        service.retire(objectOf(ARGS.release_user_range).read(step, where, world).ns);
        return allow({ ok: true });
      },
      mount_directory: (world, step, where) => {
        const { client, path, ns, attach } = objectOf(ARGS.mount_directory).read(step, where, world);
        const made = mountDirectory(client, path, ns, attach);
        if (made.ok) guard.allow(ns, made.value);
        return attached(world, made, attach);
      },
      mount_home: (world, step, where) => {
        const { path, uid, attach } = objectOf(ARGS.mount_home).read(step, where, world);
        return attached(world, mountHome(path.mount, path.image, uid, attach), attach);
      },
      dynamic_user: (world, step, where) => {
        const { unit, state_directory, fs_type } = objectOf(ARGS.dynamic_user).read(step, where, world);
        const kept = stateDirectory(state_directory, canIdmap(fs_type, where));
        return allow({
          uid: dynamicUid(unit, isFree),
          path: kept.path,
          gate: kept.gate,
          gate_mode: kept.gateMode,
          idmapped: kept.isIdmapped,
        });
      },
    };
    return Object.entries(runs).map(([name, run]) => ({ name, run }));
  },
};

function nspawn(world: World, step: Values, where: string, isFree: (block: Range) => boolean) {
  const given = objectOf(ARGS.nspawn).read(step, where, world);
  const { machine, ownership, ids } = given;
  const plan = planNspawn({
    machine,
    privateUsers: given.private_users,
    ownership,
    rootUid: given.root_uid,
    canIdmap: canIdmap(given.fs_type, `${where}.fs_type`),
    isFree,
  });
  return told(plan, ({ range: { first, count }, idMap, mountMap, ownership: decided }) => ({
    base: first,
    count,
    in_container_range: contains(UID_RANGES.container, first),
    asked: ownership,
    ownership: decided,
    uid_map: idMap && [idMap.first, idMap.lowerFirst, idMap.count],
    mount_map: mountMap && [mountMap.first, mountMap.lowerFirst, mountMap.count],
    undo: decided === "chown" ? UNDO_CHOWN : null,
    ids: ids.map((inner) => (inner < count ? first + inner : null)),
  }));
}

function canIdmap(type: string, where: string): boolean {
  const known = ["ext4", "xfs", "btrfs", "tmpfs", "overlay"] as const;
  const found = known.find((name) => name === type);
  if (!found) throw scenarioError(where, `one of ${known.join(", ")}`, type);
  return filesystemType(found).allowsIdmap;
}

function attached(world: World, made: Decision<Mount>, name: string) {
  if (made.ok) world.mounts.set(name, made.value);
  return told(made, ({ idmap }) => ({ idmapped: idmap !== null }));
}
