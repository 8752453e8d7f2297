import { isValidKuid64, NO_ID } from "../core/index.ts";
import {
  ALL_CAPS,
  type CapSet,
  type CapSets,
  type CredIds,
  capsWithout,
  copyMountNamespace,
  isInOrBelow,
  kidToKfsid,
  LINUX,
  MAX_GROUPS,
  NO_CAPS,
  namesOf,
  type OwnerKind,
  pairOfKfsid,
  SECUREBIT_NAMES,
  SECUREBITS,
  spawn,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import {
  type Argument,
  capabilities,
  flag,
  type GivenKid,
  kernelId,
  listOf,
  objectOf,
  oneOf,
  optional,
  scenarioError,
  text,
  umask,
  userNamespace,
} from "../kernel/syscall/index.ts";
import { kid } from "./kernel-id.ts";
import { PILE_ITEM, pilesOf } from "./set-up-piles.ts";

/** The ids of a task that a setup gives; null: as the kernel makes them of the others. */
interface GivenIds {
  readonly real: GivenKid;
  readonly effective: GivenKid;
  readonly saved: GivenKid;
  readonly fs: GivenKid | null;
  readonly pfs: GivenKid | null;
}

const ROOT_IDS: GivenIds = { real: kid(0), effective: kid(0), saved: kid(0), fs: null, pfs: null };

/**
 * One id for all roles, or `[real, effective, saved, fs]`. With fsid mappings `fs` is an id of files, and a fifth can be the
 * same as an id of processes.
 */
const fourIds: Argument<GivenIds> = {
  schema: { anyOf: [kernelId.schema, { type: "array", items: kernelId.schema, minItems: 4, maxItems: 5 }] },
  isOptional: false,
  read: (value, where, world) => {
    const given = Array.isArray(value)
      ? listOf(kernelId).read(value, where, world)
      : [kernelId.read(value, where, world)];
    const [real, effective = real, saved = real, fs = null, pfs = null] = given;
    if (real === undefined || effective === undefined || saved === undefined || given.length > 5)
      throw scenarioError(where, "an id, or [real, effective, saved, fs]", value);
    if (pfs && !world.profile.fsid)
      throw scenarioError(
        where,
        `four ids in ${world.profile.name}: real, effective, saved, fs`,
        value,
        `profile: ${LINUX.name}+fsid`,
      );
    if (!world.profile.fsid && !world.profile.isolated && [real, effective, saved, fs].some((id) => id?.id === NO_ID))
      throw scenarioError(where, `ids of at most ${NO_ID - 1}: ${NO_ID} is nobody's`, value);
    return { real, effective, saved, fs, pfs };
  },
};

/** All ids of a kind: an fs id that is not given goes with the effective one. */
function idsIn<K extends OwnerKind>(world: World, ns: UserNamespace, kind: K, given: GivenIds): CredIds<K> {
  const { real, effective, saved } = given;
  const beside = kidToKfsid<K>(world, ns, kind, effective);
  const made = isValidKuid64(beside) ? { fs: beside, pfs: effective } : { fs: effective, pfs: effective };
  const pair = given.fs ? pairOfKfsid<K>(world, ns, kind, given.fs) : made;
  return { real, effective, saved, fs: pair.fs, pfs: given.pfs ?? pair.pfs };
}

const SETS = {
  eff: optional(capabilities, NO_CAPS),
  perm: optional(capabilities, NO_CAPS),
  inh: optional(capabilities, NO_CAPS),
  amb: optional(capabilities, NO_CAPS),
  bset: optional(capabilities, undefined),
};

/** What a task is given: the bounding set may be left to the machine. */
type GivenCaps = Omit<CapSets, "bounding"> & { readonly bounding: CapSet | undefined };

/** Effective and permitted at once, or each set by itself. */
const capSets: Argument<GivenCaps> = {
  schema: { anyOf: [capabilities.schema, objectOf(SETS).schema] },
  isOptional: false,
  read: (value, where, world) => {
    if (typeof value === "object" && value !== null && !Array.isArray(value) && !("all_but" in value)) {
      const { eff, perm, inh, amb, bset } = objectOf(SETS).read(value, where, world);
      return { effective: eff, permitted: perm, inheritable: inh, ambient: amb, bounding: bset };
    }
    const both = capabilities.read(value, where, world);
    return { effective: both, permitted: both, inheritable: NO_CAPS, ambient: NO_CAPS, bounding: undefined };
  },
};

const NOTHING_GIVEN: GivenCaps = {
  effective: NO_CAPS,
  permitted: NO_CAPS,
  inheritable: NO_CAPS,
  ambient: NO_CAPS,
  bounding: undefined,
};

const bit: Argument<0 | 1> = {
  schema: { enum: [0, 1] },
  isOptional: false,
  read: (value, where) => {
    if (value !== 0 && value !== 1) throw scenarioError(where, "0 or 1", value);
    return value;
  },
};

const onOff: Argument<boolean> = {
  schema: { anyOf: [flag.schema, bit.schema] },
  isOptional: false,
  read: (value, where, world) => (typeof value === "boolean" ? value : bit.read(value, where, world) === 1),
};

export const TASK_ITEM = {
  name: text,
  ns: optional(userNamespace, undefined),
  uid: optional(fourIds, ROOT_IDS),
  gid: optional(fourIds, ROOT_IDS),
  groups: optional(listOf(kernelId), []),
  caps: optional(capSets, NOTHING_GIVEN),
  securebits: optional(listOf(oneOf(...SECUREBIT_NAMES)), []),
  dumpable: optional(bit, 1),
  mm_ns: optional(userNamespace, undefined),
  mntns: optional(oneOf("shared", "own"), "shared"),
  session: optional(oneOf("shared", "own"), "shared"),
  nnp: optional(onOff, false),
  umask: optional(umask, 0),
  ...PILE_ITEM,
};

/** No call leads to a task whose capabilities are otherwise. @source capabilities(7), "Thread capability sets" */
function checkSets({ effective, permitted, inheritable, ambient }: GivenCaps, where: string): void {
  const above = capsWithout(effective, permitted);
  if (above !== NO_CAPS) throw scenarioError(`${where}.eff`, "capabilities that perm has too", namesOf(above));
  const raised = capsWithout(ambient, permitted & inheritable);
  if (raised !== NO_CAPS)
    throw scenarioError(`${where}.amb`, "capabilities that perm and inh have too", namesOf(raised));
}

/** A task of a setup: its ids may be unmapped in its namespace. */
export function setUpTask(world: World, item: unknown, where: string): void {
  const given = objectOf(TASK_ITEM).read(item, where, world);
  const { name, ns: userNs = world.initUserNs } = given;
  if (world.tasks.has(name)) throw scenarioError(`${where}.name`, "a name that no other task has", name);
  checkSets(given.caps, `${where}.caps`);
  const { mm_ns: mmNs = world.initUserNs } = given;
  if (!isInOrBelow(userNs, mmNs))
    throw scenarioError(
      `${where}.mm_ns`,
      `${userNs.name} or a namespace above it: a task enters namespaces below, and none leads back`,
      mmNs.name,
    );
  if (given.groups.length > MAX_GROUPS)
    throw scenarioError(`${where}.groups`, `at most ${MAX_GROUPS} groups`, given.groups.length);
  const task = spawn(world, {
    name,
    cred: {
      ...given.caps,
      bounding: given.caps.bounding ?? boundingIn(world, userNs),
      uid: idsIn(world, userNs, "uid", given.uid),
      gid: idsIn(world, userNs, "gid", given.gid),
      groups: given.groups,
      ...pilesOf(world, given, where),
      securebits: given.securebits.reduce((set, bitName) => set | SECUREBITS[bitName], 0),
      userNs,
    },
    dumpable: given.dumpable,
    mmNs,
    mountNs:
      given.mntns === "own"
        ? copyMountNamespace(world.initMountNs, `${name}'s namespace`, { userNs, inum: world.numbers.giveOther() })
        : world.initMountNs,
    hasOwnSession: given.session === "own",
    noNewPrivs: given.nnp,
    umask: given.umask,
  });
  world.tasks.set(name, task);
}

/** Entering a child namespace gives the full bounding set; in the initial one it is what the machine has. */
function boundingIn(world: World, ns: UserNamespace): CapSet {
  return ns === world.initUserNs ? world.machine.rootCaps : ALL_CAPS;
}
