import { CLASSICAL } from "../../core/index.ts";
import { allow } from "../../kernel/index.ts";
import {
  id,
  namedIn,
  objectOf,
  optional,
  type UserProgram,
  type UserSpace,
  userNamespace,
} from "../../kernel/syscall/index.ts";
import { KERNEL_FUNCTION_NAMES, kernelFunction } from "../kernel-functions.ts";

const STEP = {
  ns: optional(userNamespace, null),
  mount: optional(
    namedIn("mount", (world) => world.mounts),
    null,
  ),
  id,
};

/**
 * The programs of a user space, and beside them the kernel's own functions as steps, for rows that ask one of them:
 * `{call: make_kuid, ns: N, id: 0}` answers `{ok: true, value: 100000}`.
 */
export function withFunctionSteps(userSpace: UserSpace | null): UserSpace {
  const functions = KERNEL_FUNCTION_NAMES.map(functionStep);
  return {
    setupKeys: userSpace?.setupKeys ?? [],
    programNames: [...(userSpace?.programNames ?? []), ...KERNEL_FUNCTION_NAMES],
    start: (world, setup, where) => [
      ...(userSpace && Object.keys(setup).length > 0 ? userSpace.start(world, setup, where) : []),
      ...functions,
    ],
  };
}

function functionStep(name: string): UserProgram {
  return {
    name,
    run: (world, step, where) => {
      const known = kernelFunction(name);
      if (!known) throw new Error(`${name} is no function`);
      const { ns, mount, id: given } = objectOf(STEP).read(step, where, world);
      const place = mount ? { mount } : { ns: ns ?? world.initUserNs };
      const got = known.run(world, place, known.kind, { id: given, number: CLASSICAL });
      return allow({ ok: true, value: typeof got === "object" ? got.id : got });
    },
  };
}
