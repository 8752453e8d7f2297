import type { Finding } from "./finding.ts";
import type { Host } from "./host.ts";
import { idmapAnswer } from "./idmap-support.ts";

/** Where idmapped mounts are refused: containers' volumes there need their owners changed instead. */
export function mountFindings({ system }: Host): readonly Finding[] {
  const kernel = system?.kernel;
  if (!system || kernel == null) return [];
  const types = [...new Set(system.mounts.map(({ type }) => type))];
  return types.flatMap((type): Finding[] => {
    const answer = idmapAnswer(type, kernel);
    if (answer.can !== "no") return [];
    const places = system.mounts.filter((mount) => mount.type === type).map(({ at }) => at);
    const more = places.length > 3 ? ` and ${places.length - 3} more` : "";
    return [
      {
        code: "mount-not-idmappable",
        severity: "note",
        what: `Mounts of ${type} cannot be idmapped: ${answer.because}.`,
        evidence: [`/proc/self/mountinfo: ${places.slice(0, 3).join(", ")}${more}; Linux ${kernel}`],
        consequence: "A volume there is refused with EINVAL where a runtime asks for an idmapped mount.",
        fixes: [],
      },
    ];
  });
}
