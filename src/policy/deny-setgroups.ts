import { ruleTable } from "../kernel/index.ts";
import type { MappedKind } from "./new-id-map-request.ts";

const SOURCE = "vectors/linux-6.18/7_newidmap.json";

export const SETGROUPS_RULES = ruleTable({
  newIdMapSetgroups: {
    sentence: 'newgidmap writes "deny" to setgroups where no line was granted by subgid.',
    source: `${SOURCE} (tag setgroups)`,
  },
});

/** What is written to setgroups. */
export const SETGROUPS_DENY = "deny\n";

/**
 * Must a tool forbid setgroups(2) before it writes a map? A group that a file is closed to could be dropped otherwise, by
 * somebody whom nobody granted any.
 *
 * @param isGranted  was any line of the map granted by subgid?
 * @param isAllowed  is setgroups(2) still allowed in the namespace?
 */
export function mustDenySetgroups(kind: MappedKind, isGranted: boolean, isAllowed: boolean): boolean {
  return kind === "gid" && !isGranted && isAllowed;
}

/** What a tool says where that fails. */
export function setgroupsFailed(tool: string, words: string): string {
  return `${tool}: failed to setgroups deny\n policy: ${words}\n`;
}
