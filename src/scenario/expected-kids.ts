import type { World } from "../kernel/index.ts";
import { numberedKid, type ToldKids, type Values } from "../kernel/syscall/index.ts";

/**
 * An expected answer with each kernel id as calls tell it, `[id, number]`: a scenario may also write `5@box`, since which
 * number a namespace has is of no interest.
 *
 * @param kids  under which keys the call tells kernel ids: one, or a list
 * @throws UsernsError ERR_SCENARIO for what is no kernel id
 */
export function expectedKids(world: World, expected: Values, kids: ToldKids, where: string): Values {
  const told = Object.keys(kids).filter((key) => expected[key] !== undefined);
  return {
    ...expected,
    ...Object.fromEntries(told.map((key) => [key, read(world, expected[key], `${where}.${key}`)])),
  };
}

function read(world: World, value: unknown, where: string): unknown {
  if (Array.isArray(value) && value.some((item) => typeof item !== "number"))
    return value.map((item: unknown, index) => read(world, item, `${where}[${index}]`));
  const { id, number } = numberedKid.read(value, where, world);
  return [id, number];
}
