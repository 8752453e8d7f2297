import {
  ALL_CAPS,
  copyMountNamespace,
  type Mount,
  mountTmpfs,
  NO_CAPS,
  type OwnerIds,
  sameIds,
  spawn,
  type TmpfsOptions,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import { scenarioError } from "../kernel/syscall/index.ts";

/**
 * A tmpfs as a process of the namespace mounts it, in a mount namespace of its own: its top belongs to that process
 * where the options do not say otherwise.
 *
 * @throws UsernsError ERR_SCENARIO for options that Linux refuses
 */
export function tmpfsOf(
  world: World,
  name: string,
  userNs: UserNamespace,
  { uid, gid }: OwnerIds,
  options: TmpfsOptions,
  where: string,
): Mount {
  const mounter = spawn(world, {
    name: `mounter of ${name}`,
    cred: {
      effective: ALL_CAPS,
      permitted: ALL_CAPS,
      bounding: ALL_CAPS,
      inheritable: NO_CAPS,
      ambient: NO_CAPS,
      uid: sameIds(uid),
      gid: sameIds(gid),
      groups: [],
      securebits: 0,
      userNs,
    },
    mountNs: copyMountNamespace(world.initMountNs, `mounts of the mounter of ${name}`, {
      userNs,
      inum: world.numbers.giveOther(),
    }),
  });
  const made = mountTmpfs(world, mounter, options, name);
  if (!made.ok)
    throw scenarioError(`${where}.options`, `options that Linux takes: ${made.rule.sentence}`, made.because);
  return made.value.mount;
}
