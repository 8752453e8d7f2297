import type { Engine } from "../../core/index.ts";
import { mountOf } from "../../policy/index.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import type { Judgement, Missing } from "./judgement.ts";
import { mountStandings } from "./mount-standings.ts";
import { judgeStandings } from "./standing.ts";
import type { KnownTool } from "./tools.ts";

/** A mount was to be idmapped. */
export function judgeIdmap(
  { path, errno }: Extract<Clue, { asks: "idmap" }>,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const asked = `mount_setattr(${path === null ? "a mount" : JSON.stringify(path)}, MOUNT_ATTR_IDMAP)`;
  const system = context.host?.system ?? null;
  const kernel = system?.kernel ?? null;
  if (errno === "ENOSYS")
    return {
      asked,
      cause: "the kernel, a seccomp filter or the C library has no mount_setattr (Linux 5.12)",
      rule: null,
      found: kernel === null ? [] : [`Linux ${kernel}`],
      missing: [],
      fixes: [],
    };
  const mount = path === null ? null : mountOf(system?.mounts ?? [], path);
  const found = mount && kernel !== null ? [`${path} is on ${mount.at}, ${mount.type}; Linux ${kernel}`] : [];
  const place = { at: path ?? "PATH", mount, kernel };
  const judged = judgeStandings(asked, errno, mountStandings(place, tool, context), { found, missing: [] }, engine);
  const isTold = judged.cause !== null || judged.possible?.length;
  return isTold ? judged : { ...judged, missing: [WHICH_CALL] };
}

const WHICH_CALL: Missing = {
  what: "which call was refused, and with what: no rule that is known says so",
  command: "strace -f -e trace=open_tree,mount_setattr,move_mount …",
};
