/** Runs of newuidmap, newgidmap and getsubids: how they are written down, and the vector that the model is asked. */

/** One run of a tool, and what it said. */
export interface ToolRun {
  readonly tool: "newuidmap" | "newgidmap" | "getsubids";
  /** The first argument of the map tools: `T` is the process in the new namespace; anything else is literal. */
  readonly target: string;
  readonly args: readonly string[];
}

export interface ToolSaid {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine, who asks, and the runs, on one new namespace whose maps are not written. */
export interface ToolCase {
  readonly caller: readonly [uid: number, gid: number];
  /** Whose the new namespace and the process in it are. */
  readonly owner: readonly [uid: number, gid: number];
  readonly setgroups: "allow" | "deny";
  /** Whole files. */
  readonly passwd: string;
  readonly group: string;
  readonly subuid: string;
  readonly subgid: string;
  readonly runs: readonly ToolRun[];
}

/** What was seen: every run, then the files of the namespace as root reads them. */
export interface ToolsSeen {
  readonly said: readonly ToolSaid[];
  readonly uidMap: string;
  readonly gidMap: string;
  readonly setgroups: string;
}

const MAP_FILES = ["uid_map", "gid_map", "setgroups"] as const;

/** The same as a vector of family 7. */
export function vectorOfRuns(id: string, given: ToolCase, seen: ToolsSeen) {
  const { caller, owner, setgroups, passwd, group, subuid, subgid, runs } = given;
  return {
    id,
    family: "newidmap",
    tag: "asked",
    setup: {
      passwdText: passwd,
      groupText: group,
      subuid,
      subgid,
      caller: { uid: caller[0], gid: caller[1] },
      ns: [{ name: "T", parent: "init", owner, ...(setgroups === "deny" ? { setgroups } : {}) }],
    },
    op: [
      ...runs.map(({ tool, target, args }) =>
        tool === "getsubids" ? { call: tool, args } : { call: tool, target, args },
      ),
      ...MAP_FILES.map((file) => ({ p: "@root", call: "map_read", ns: "T", file })),
    ],
    observed: [...seen.said, ...[seen.uidMap, seen.gidMap, seen.setgroups].map((text) => ({ ok: true, text }))],
  };
}
