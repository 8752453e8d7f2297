import { isId, NO_ID, quoted, type UsernsError } from "../core/index.ts";
import {
  ALL_CAPS,
  CAPABILITIES,
  type CapSet,
  capName,
  capSet,
  type FileCapability,
  isCapability,
} from "../kernel/index.ts";
import { manifestFault } from "./manifest.ts";

/** The two sets of a file, and the one bit that makes what they grant effective, as sets that clauses are applied to. */
interface Sets {
  e: CapSet;
  i: CapSet;
  p: CapSet;
}

const FLAGS = ["e", "i", "p"] as const;
const NUMBERS = 64;
const ROOT = /\s*\[rootid=(\d+)\]$/;

/**
 * Read a file's capabilities: `cap_net_raw=ep`, `cap_chown,cap_kill+p cap_fowner=i`, and behind them ` [rootid=1000]`
 * where they count for the root of one namespace alone.
 *
 * @returns version 3 with a root id, version 2 without
 * @throws UsernsError ERR_MANIFEST
 * @source cap_from_text(3); getcap(8), -n; cap_set_file(3): the effective bit of a file is one for all
 * @example readCapabilityText("cap_kill=ep", "capability").permitted // 32n
 */
export function readCapabilityText(text: string, where: string): FileCapability {
  const root = ROOT.exec(text);
  const rootId = root === null ? 0 : Number(root[1]);
  if (!isId(rootId) || rootId === NO_ID) throw fault(where, `a root id from 0 to ${NO_ID - 1}`, text);
  const sets: Sets = { e: 0n, i: 0n, p: 0n };
  const clauses = text
    .slice(0, root?.index ?? text.length)
    .trim()
    .split(/\s+/);
  for (const clause of clauses) applyClause(sets, clause, where);
  const granted = sets.i | sets.p;
  if (granted === 0n) throw fault(where, "capabilities that a file can grant: some with p or i", text);
  if (sets.e !== 0n && sets.e !== granted)
    throw fault(where, "e for all capabilities or for none: a file has one bit for all of them", text);
  return {
    version: root === null ? 2 : 3,
    isEffective: sets.e !== 0n,
    permitted: sets.p,
    inheritable: sets.i,
    rootId,
  };
}

function applyClause(sets: Sets, clause: string, where: string): void {
  const [, names = "", actions = ""] = /^([a-z0-9_,]*)((?:[=+-][eip]*)+)$/i.exec(clause) ?? [];
  if (actions === "" || (names === "" && !actions.startsWith("=")))
    throw fault(where, "clauses such as cap_net_raw=ep or cap_chown,cap_kill+p", clause);
  const named = names === "" || names.toLowerCase() === "all" ? ALL_CAPS : setOf(names, where);
  for (const [, operator, flags = ""] of actions.matchAll(/([=+-])([eip]*)/g)) {
    for (const flag of FLAGS) {
      if (operator === "=") sets[flag] &= ~named;
      if (!flags.includes(flag)) continue;
      if (operator === "-") sets[flag] &= ~named;
      else sets[flag] |= named;
    }
  }
}

function setOf(names: string, where: string): CapSet {
  let set = 0n;
  for (const name of names.toLowerCase().split(",")) {
    const short = name.replace(/^cap_/, "");
    if (isCapability(short)) set |= capSet([short]);
    else if (/^\d+$/.test(name) && Number(name) < NUMBERS) set |= 1n << BigInt(name);
    else throw fault(where, "the name of a capability, such as cap_net_raw", name);
  }
  return set;
}

/**
 * A file's capabilities in their text form: what {@link readCapabilityText} reads.
 *
 * @example showCapabilityText(readCapabilityText("cap_kill+p cap_chown=i [rootid=7]", "")) // "cap_chown=i cap_kill=p [rootid=7]"
 */
export function showCapabilityText(held: FileCapability): string {
  const byFlags = new Map<string, string[]>();
  for (let number = 0; number < NUMBERS; number++) {
    const bit = 1n << BigInt(number);
    const flags = `${held.inheritable & bit ? "i" : ""}${held.permitted & bit ? "p" : ""}`;
    if (flags === "") continue;
    const known = CAPABILITIES[number];
    const name = known ? capName(known).toLowerCase() : String(number);
    byFlags.set(flags, [...(byFlags.get(flags) ?? []), name]);
  }
  const effective = held.isEffective ? "e" : "";
  const clauses = [...byFlags].map(([flags, names]) => `${names.join(",")}=${effective}${flags}`);
  return `${clauses.join(" ")}${held.version === 3 ? ` [rootid=${held.rootId}]` : ""}`;
}

function fault(where: string, expected: string, got: string): UsernsError {
  return manifestFault(where, expected, quoted(got));
}
