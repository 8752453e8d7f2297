/** Where setusers() was left open: the answer by analogy with supplementary groups, unless a switch is on. */
export const SETUSERS_SWITCHES = {
  "secure-exec-clears": {
    sentence: "Execution of a setuid or setgid file, or of one with capabilities, empties the piles.",
    source: "completion of this project; supplementary groups are kept",
  },
} as const satisfies { readonly [name: string]: { readonly sentence: string; readonly source: string } };

export type SetusersSwitch = keyof typeof SETUSERS_SWITCHES;

export function isSetusersSwitch(name: string): name is SetusersSwitch {
  return Object.hasOwn(SETUSERS_SWITCHES, name);
}
