import type { IsolationSwitch } from "../../kernel/index.ts";

/** A switch as recordings name it: which of the profile's it turns, and the value that turns it on. */
export interface NamedSwitch {
  readonly name: string;
  readonly turns: IsolationSwitch;
  readonly on: "0" | "1";
}

/** Every switch that a recording may name. */
export const SWITCHES: readonly NamedSwitch[] = [
  { name: "owner munging", turns: "overflow-munging", on: "0" },
  { name: "gid side of idmap", turns: "uid-only-idmap", on: "0" },
  { name: "generalised from_vfsid", turns: "idmap-of-any-superblock", on: "1" },
  { name: "ancestor privilege", turns: "ancestor-privilege", on: "1" },
  { name: "chown check", turns: "chown-checked", on: "1" },
  { name: "never reused numbers", turns: "numbers-never-reused", on: "1" },
  { name: "policy routing default", turns: "policy-routing-default", on: "1" },
];

/** What each policy of a recording is beside the newest revision of the sources. */
export const POLICIES: ReadonlyMap<string, readonly IsolationSwitch[]> = new Map([
  ["tip", []],
  ["comparison", []],
  ["proposal", []],
  ["earlier", ["overflow-munging"]],
  ["uid-only", ["uid-only-idmap"]],
  ["extension", ["idmap-of-any-superblock"]],
  ["mainline-rule", ["empty-idmap-refused"]],
]);

export const SWITCH_NAMES: readonly string[] = SWITCHES.map(({ name }) => name);
export const POLICY_NAMES: readonly string[] = [...POLICIES.keys()];
