import { NO_ID } from "../../core/index.ts";
import { INIT_NUMBER, STOPPING_SIGNALS, UNSHARE_FLAGS } from "../../kernel/index.ts";
import { hexOf } from "./capability-text.ts";
import { remember } from "./command.ts";
import { AGENT_PROGRAM } from "./machine.ts";
import { nsFile } from "./proc-path.ts";
import { call, listIn, notModelled, plainVerb, RET_0, type ScriptCall, showKid, type Verb, verb } from "./verb.ts";
import { count, type Given, id, ids, number, scriptError, word } from "./words.ts";

/** So many processes every machine holds. */
const MOST_FORKS = 10_000;

const LIFE_VERBS: readonly Verb[] = [
  verb(
    "fork X",
    (given) => call("fork", { as: word(given, "X") }),
    (_, given, { agent, memory }) => {
      remember(memory, word(given, "X"), memory.open.get(agent) ?? {});
      return "ret=0 pid=*";
    },
  ),
  verb(
    "exec [PATH]",
    (given) => call("exec", { path: given.get("PATH") ?? AGENT_PROGRAM }),
    (_, __, { agent, memory }) => {
      memory.open.delete(agent);
      return "ret=0 ";
    },
  ),
  verb(
    "forkmany N",
    (given) => {
      const many = count(given, "N");
      return many > MOST_FORKS
        ? notModelled("how many processes the machine can hold is not known")
        : call("fork_many", { count: many });
    },
    ({ forked, refused }) => `forked=${forked} ${refused ?? "ok"}`,
  ),
  plainVerb("nproc N", (given) => call("setrlimit_nproc", { limit: count(given, "N") })),
  plainVerb("exit", () => call("exit")),
  { usage: "sleepms N", calls: () => [], show: RET_0 },
  { usage: "getpid", calls: () => [], show: () => "*" },
  {
    ...verb(
      "waitid PID",
      (given) => call("waitid", { target: word(given, "PID") }),
      ({ si_uid, si_code }) => `si_uid=${si_uid} si_code=${si_code}`,
    ),
    withoutPid: "ECHILD",
  },
];

const SIGUSR1 = 10;

function isStopping(signal: number): boolean {
  return STOPPING_SIGNALS.includes(signal);
}

function ofProcess(usage: string, one: (given: Given) => ScriptCall): Verb {
  return { ...plainVerb(usage, one), withoutPid: "ESRCH" };
}

const SIGNAL_VERBS: readonly Verb[] = [
  {
    usage: "kill PID SIG",
    withoutPid: "ESRCH",
    calls: (given) => {
      const sig = number(given, "SIG");
      // What a stopped process does is not known, but whether it may be stopped is.
      return [call("kill", { target: word(given, "PID"), sig: isStopping(sig) ? 0 : sig })];
    },
    show: (_, given) => (isStopping(number(given, "SIG")) ? notModelled("no process is ever stopped here") : "ret=0"),
  },
  plainVerb("sigblock", () => call("sigblock", { sig: SIGUSR1 })),
  verb(
    "sigwait",
    () => call("sigwait", { sig: SIGUSR1 }),
    ({ si_uid }) => `si_uid=${si_uid}`,
  ),
  ofProcess("ptrace PID", (given) => call("ptrace", { target: word(given, "PID") })),
  verb(
    "prio UID",
    (given) => call("getpriority_user", { uid: id(given, "UID") }),
    ({ nice }) => `nice=${nice}`,
  ),
  ofProcess("setprio PID N", (given) =>
    call("getpriority_set", { target: word(given, "PID"), nice: number(given, "N") | 0 }),
  ),
];

function kindsOf(given: Given): readonly string[] {
  const kinds = word(given, "KIND").split(" ");
  const unknown = kinds.find((kind) => !UNSHARE_FLAGS.some((known) => known === kind));
  if (unknown !== undefined) throw scriptError(`kinds of namespaces: ${UNSHARE_FLAGS.join(", ")}`, unknown);
  return kinds;
}

const NAMESPACE_VERBS: readonly Verb[] = [
  plainVerb("unshare KIND…", (given) => call("unshare", { flags: kindsOf(given) })),
  plainVerb("setns FILE", (given, scene) => call("setns", { ns: nsFile(word(given, "FILE"), scene) })),
  {
    usage: "nsid [FILE]",
    calls: (given, scene) => [
      call("ns_number", { ns: nsFile(given.get("FILE") ?? `/proc/${scene.agent}/ns/user`, scene) }),
    ],
    show: ([values], given, { agent, memory }) => {
      const ino = values?.ino;
      if (!given.has("FILE")) memory.numbers.set(agent, ino === "init" ? INIT_NUMBER : Number(ino));
      return `ino=${ino}`;
    },
  },
  verb(
    "nsowner FILE",
    (given, scene) => call("ns_owner_uid", { ns: nsFile(word(given, "FILE"), scene) }),
    ({ uid }) => `owner=${uid}`,
  ),
  verb(
    "nsinfo",
    () => call("ns_info"),
    ({ ino, flags, level, owner, group }) =>
      `id=${ino} flags=${flags} level=${level} owner=${showKid(owner)} group=${showKid(group)}`,
  ),
];

const CREDENTIAL_VERBS: readonly Verb[] = [
  verb(
    "getids",
    () => call("creds"),
    (values) => {
      const [ruid, euid, suid, fsuid] = listIn(values, "uid");
      const [rgid, egid, sgid, fsgid] = listIn(values, "gid");
      const groups = listIn(values, "groups").join(",");
      return `uid=${ruid},${euid},${suid} fsuid=${fsuid} gid=${rgid},${egid},${sgid} fsgid=${fsgid} groups=${groups}`;
    },
  ),
  verb(
    "rawcred",
    () => call("raw_creds"),
    (values) => `uid=${listIn(values, "uid").map(showKid).join("")} gid=${listIn(values, "gid").map(showKid).join("")}`,
  ),
  verb(
    "caps",
    () => call("creds"),
    ({ caps }) => {
      if (typeof caps !== "object" || caps === null || !("perm" in caps) || !("eff" in caps))
        throw new Error("no sets");
      return `CapPrm: ${hexOf(caps.perm)} CapEff: ${hexOf(caps.eff)} `;
    },
  ),
  plainVerb("setuid N", (given) => call("setuid", { uid: id(given, "N") })),
  plainVerb("setgid N", (given) => call("setgid", { gid: id(given, "N") })),
  ...(["uid", "gid"] as const).flatMap((kind) => [
    plainVerb(`setre${kind} R E`, (given) => call(`setre${kind}`, { r: id(given, "R"), e: id(given, "E") })),
    plainVerb(`setres${kind} R E S`, (given) =>
      call(`setres${kind}`, { r: id(given, "R"), e: id(given, "E"), s: id(given, "S") }),
    ),
    fsIdVerb(kind),
  ]),
  plainVerb("setgroups G…", (given) => call("setgroups", { groups: ids(given, "G") })),
  plainVerb("dropcaps", () => call("capset", { eff: "none", perm: "none", inh: "none" })),
  plainVerb("dumpable N", (given) => call("prctl", { op: "dumpable", v: number(given, "N") })),
];

/** The call says what the id was; made once more, with an id that is refused, what it is now. */
function fsIdVerb(kind: "uid" | "gid"): Verb {
  const name = `setfs${kind}`;
  return {
    usage: `${name} N`,
    calls: (given) => [call(name, { [kind]: id(given, "N") }), call(name, { [kind]: NO_ID })],
    show: ([first, second]) => `prev=${first?.old} now=${second?.old}`,
  };
}

export const PROCESS_VERBS: readonly Verb[] = [...LIFE_VERBS, ...SIGNAL_VERBS, ...NAMESPACE_VERBS, ...CREDENTIAL_VERBS];
