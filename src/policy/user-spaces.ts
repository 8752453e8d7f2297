import type { UserSpace } from "../kernel/syscall/index.ts";
import { SESSIONS } from "./session-user-space.ts";
import { SYSTEMD } from "./systemd-user-space.ts";
import { DELEGATION_TOOLS } from "./tool-user-space.ts";

/** Several user spaces as one. Each gets its own keys of the setup; one that gets none starts only if it can do without. */
function together(...spaces: readonly UserSpace[]): UserSpace {
  return {
    setupKeys: spaces.flatMap(({ setupKeys }) => setupKeys),
    programNames: spaces.flatMap(({ programNames }) => programNames),
    shape: {
      setup: Object.assign({}, ...spaces.map(({ shape }) => shape?.setup)),
      programs: Object.assign({}, ...spaces.map(({ shape }) => shape?.programs)),
    },
    startsBare: spaces.some(({ startsBare }) => startsBare === true),
    start: (world, setup, where) =>
      spaces.flatMap((space) => {
        const own = Object.entries(setup).filter(([key]) => space.setupKeys.includes(key));
        return own.length > 0 || space.startsBare ? space.start(world, Object.fromEntries(own), where) : [];
      }),
  };
}

/** The programs that a scenario of one's own may run. */
export const SCENARIO_PROGRAMS: UserSpace = together(SESSIONS, SYSTEMD);

/** Those of recorded vectors and of the proposals' tables too. */
export const USER_SPACE: UserSpace = together(DELEGATION_TOOLS, SESSIONS, SYSTEMD);
