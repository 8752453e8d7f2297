import type { Values } from "../../kernel/syscall/index.ts";
import { hexOf } from "./capability-text.ts";
import { listIn } from "./verb.ts";

/** Lines that ids do not decide. @source proc_pid_status(5); as a running Linux 6.18 shows them */
const OTHER_TITLES: readonly string[] = `
  Name Umask State Tgid Ngid Pid PPid TracerPid FDSize NStgid NSpid NSpgid NSsid Kthread VmPeak VmSize VmLck
  VmPin VmHWM VmRSS RssAnon RssFile RssShmem VmData VmStk VmExe VmLib VmPTE VmSwap HugetlbPages CoreDumping
  THP_enabled untag_mask Threads SigQ SigPnd ShdPnd SigBlk SigIgn SigCgt NoNewPrivs Seccomp Seccomp_filters
  Speculation_Store_Bypass SpeculationIndirectBranch Cpus_allowed Cpus_allowed_list Mems_allowed
  Mems_allowed_list voluntary_ctxt_switches nonvoluntary_ctxt_switches
`
  .trim()
  .split(/\s+/)
  .map((name) => `${name}:`);

/** Is it of the titles of lines that are told, and of no other's? What other lines say is not known. */
export function isStatusWord(word: string): boolean {
  return STATUS_TITLES.some((title) => title.includes(word)) && !OTHER_TITLES.some((title) => title.includes(word));
}

/** The lines of /proc/PID/status that ids decide, from what a call gave. */
export function statusLines(values: Values): readonly string[] {
  const four = (key: string) => listIn(values, key).join(" ");
  const isolated = (title: string, key: string) => (values[key] === undefined ? [] : [`${title}: ${four(key)}`]);
  const groups = listIn(values, "groups").map((group) => `${group} `);
  const caps = new Map<string, unknown>(Object.entries(values.caps ?? {}));
  return [
    `Uid: ${four("uid")}`,
    ...isolated("IsolatedUid", "isolated_uid"),
    `Gid: ${four("gid")}`,
    ...isolated("IsolatedGid", "isolated_gid"),
    `Groups: ${groups.join("")}`,
    ...CAP_LINES.map(([title, set]) => `${title}: ${hexOf(caps.get(set))}`),
  ];
}

const CAP_LINES = [
  ["CapInh", "inh"],
  ["CapPrm", "perm"],
  ["CapEff", "eff"],
  ["CapBnd", "bset"],
  ["CapAmb", "amb"],
] as const;

const STATUS_TITLES = [
  "Uid:",
  "IsolatedUid:",
  "Gid:",
  "IsolatedGid:",
  "Groups:",
  ...CAP_LINES.map(([title]) => `${title}:`),
] as const;
