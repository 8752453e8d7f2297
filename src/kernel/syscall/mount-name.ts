import { type Argument, scenarioError, text } from "./argument.ts";

/** A name for a mount that is made; no other mount has it. */
export const newMount: Argument<string> = {
  ...text,
  read: (value, where, world) => {
    const name = text.read(value, where, world);
    if (name === "" || /[:/]/.test(name) || world.mounts.has(name))
      throw scenarioError(where, "a name without : and / that no mount has", value);
    return name;
  },
};
