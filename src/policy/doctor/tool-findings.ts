import type { Finding } from "./finding.ts";
import type { Host, IdTool } from "./host.ts";

const SETUID = 0o4000;
const CAPABILITY = { newuidmap: "cap_setuid", newgidmap: "cap_setgid" } as const;

/** Can newuidmap and newgidmap write a map for somebody who is not root? */
export function toolFindings({ system }: Host): readonly Finding[] {
  return (system?.tools ?? []).flatMap((tool) => {
    if (tool.path === null) return [missing(tool)];
    if (tool.isNosuid) return [onNosuid(tool, tool.path)];
    return mayMap(tool) ? [] : [withoutRights(tool, tool.path)];
  });
}

/** One whose capabilities could not be seen is given the benefit of the doubt: {@link Host.unseen} says so. */
function mayMap({ name, mode, owner, capabilities }: IdTool): boolean {
  const isSetuidRoot = (mode & SETUID) !== 0 && owner === 0;
  return isSetuidRoot || capabilities === null || capabilities.includes(CAPABILITY[name]);
}

const ONE_ID = "Rootless containers get one id, and images that hold others cannot be unpacked.";

function missing({ name }: IdTool): Finding {
  return {
    code: "tool-missing",
    severity: "error",
    what: `There is no ${name} on the PATH.`,
    evidence: [],
    consequence: ONE_ID,
    fixes: [{ kind: "command", line: "apt-get install uidmap   # Fedora: dnf install shadow-utils" }],
  };
}

function withoutRights({ name, mode, owner }: IdTool, path: string): Finding {
  const wanted = CAPABILITY[name];
  return {
    code: "tool-without-rights",
    severity: "error",
    what: `${name} is neither set-user-ID root nor has it ${wanted}.`,
    evidence: [`${path}: mode ${(mode & 0o7777).toString(8).padStart(4, "0")}, owner ${owner}`],
    consequence: `Its write to the map is refused: "${name}: write to ${name === "newuidmap" ? "uid_map" : "gid_map"} failed: Operation not permitted".`,
    fixes: [{ kind: "command", line: `setcap ${wanted}+ep ${path}` }],
  };
}

function onNosuid({ name }: IdTool, path: string): Finding {
  return {
    code: "tool-nosuid",
    severity: "error",
    what: `${name} lies on a mount with nosuid, where neither set-id bits nor capabilities count.`,
    evidence: [path],
    consequence: ONE_ID,
    fixes: [],
  };
}
