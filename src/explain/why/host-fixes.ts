import type { Finding, Host, HostSystem } from "../../policy/index.ts";
import type { WhyFix } from "./judgement.ts";

/** The fixes of findings about a machine that are a line for a shell. */
export function commandsOf(findings: readonly Finding[]): readonly WhyFix[] {
  return findings.flatMap(({ fixes }) =>
    fixes.flatMap((fix) => (fix.kind === "command" ? [{ what: "as root", lines: [fix.line], question: null }] : [])),
  );
}

const NO_SYSTEM: HostSystem = {
  kernel: null,
  tools: [],
  limits: new Map(),
  hasUserNamespaces: true,
  mounts: [],
  uses: [],
};

/** A machine of which nothing is known but this, to be asked what is wrong with it. */
export function hostWith(system: Partial<HostSystem>): Host {
  const files = { subuid: null, subgid: null, passwd: null, group: null, loginDefs: null };
  return { files, system: { ...NO_SYSTEM, ...system }, unseen: [] };
}
