/** Capability sets as a process of the agent holds, sets and shows them. */
import { CAPABILITIES, type CapSet, hasCap } from "../../src/kernel/capability.ts";
import { type Agent, AT_FDCWD, NotRun, type Proc } from "./agent.ts";
import { O, PR, u32s } from "./linux.ts";

const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
const halves = (set: CapSet): readonly [number, number] => [Number(set & 0xffffffffn), Number(set >> 32n)];

/** The arguments of `capset` for the calling process. */
export function capsetArgs(
  effective: CapSet,
  permitted: CapSet,
  inheritable: CapSet,
): readonly [Uint8Array, Uint8Array] {
  const [e, p, i] = [halves(effective), halves(permitted), halves(inheritable)];
  return [u32s(LINUX_CAPABILITY_VERSION_3, 0), u32s(e[0], p[0], i[0], e[1], p[1], i[1])];
}

export function raiseAmbient(agent: Agent, proc: Proc, set: CapSet): void {
  for (const [number, name] of CAPABILITIES.entries())
    if (hasCap(set, name)) agent.queue(proc, "prctl", PR.CAP_AMBIENT, PR.CAP_AMBIENT_RAISE, number, 0, 0);
}

/** Drop from the bounding set all but these. */
export function boundBy(agent: Agent, proc: Proc, set: CapSet, held: CapSet): void {
  for (const [number, name] of CAPABILITIES.entries())
    if (hasCap(held, name) && !hasCap(set, name)) agent.queue(proc, "prctl", PR.CAPBSET_DROP, number, 0, 0, 0);
}

/** What /proc/PID/status says of a process, as another is shown it. */
export interface Status {
  readonly uid: readonly number[];
  readonly gid: readonly number[];
  readonly groups: readonly number[];
  /** Its pids: in the agent's pid namespace, then in each below. */
  readonly pids: readonly number[];
  readonly caps: { readonly [set in "eff" | "perm" | "inh" | "amb" | "bset"]: CapSet };
}

const STATUS_BYTES = 8192;

export async function readStatus(agent: Agent, reader: Proc, pid: number | "self"): Promise<Status> {
  const fd = await agent.must(reader, "openat", AT_FDCWD, `${agent.procPath}/${pid}/status`, O.r, 0);
  const { result, buffers } = await agent.must(reader, "read", fd.result, { out: STATUS_BYTES }, STATUS_BYTES);
  await agent.must(reader, "close", fd.result);
  const lines = new Map(
    String(buffers[0]?.subarray(0, result))
      .split("\n")
      .map((line): [string, string] => {
        const [name = "", ...rest] = line.split(":");
        return [name, rest.join(":").trim()];
      }),
  );
  const line = (name: string): string => {
    const found = lines.get(name);
    if (found === undefined) throw new NotRun(`/proc/PID/status has no ${name}`);
    return found;
  };
  const numbers = (name: string) => line(name).split(/\s+/).filter(Boolean).map(Number);
  const set = (name: string): CapSet => BigInt(`0x${line(name)}`);
  return {
    uid: numbers("Uid"),
    gid: numbers("Gid"),
    groups: numbers("Groups"),
    pids: numbers("NSpid"),
    caps: { eff: set("CapEff"), perm: set("CapPrm"), inh: set("CapInh"), amb: set("CapAmb"), bset: set("CapBnd") },
  };
}
