import type { Values } from "../../kernel/syscall/index.ts";
import { remember } from "./command.ts";
import { SHARED_PAIR } from "./machine.ts";
import { call, listIn, type NotModelled, notModelled, plainVerb, type ScriptCall, type Verb, verb } from "./verb.ts";
import { count, type Given, id, number, word } from "./words.ts";

/** The end that credsend writes to, and the one that credrecv reads. */
const SENDING = 0;
const RECEIVING = 1;

const CREDENTIAL_VERBS: readonly Verb[] = [
  verb(
    "credsend",
    () => call("sendcred", { sock: SHARED_PAIR, end: SENDING, implicit: true }),
    () => "ret=1",
  ),
  verb(
    "credsend UID GID",
    (given) => call("sendcred", { sock: SHARED_PAIR, end: SENDING, uid: id(given, "UID"), gid: id(given, "GID") }),
    () => "ret=1",
  ),
  verb(
    "credrecv",
    () => call("recvcred", { sock: SHARED_PAIR, end: RECEIVING }),
    ({ cred }) => {
      if (typeof cred !== "object" || cred === null || !("uid" in cred) || !("gid" in cred))
        throw new Error("no sender");
      return `ret=1 uid=${cred.uid} gid=${cred.gid}`;
    },
  ),
];

/** What the program of the agents does without one is not known: it is no matter of the kernel. */
const NOTHING_OPEN = notModelled("the agent has not listened, connected or accepted before");

const PEER_VERBS: readonly Verb[] = [
  {
    usage: "listen NAME",
    calls: (given) => [call("listen", { name: word(given, "NAME") })],
    show: (_, given, { agent, memory }) => {
      remember(memory, agent, { listening: word(given, "NAME") });
      return "ret=0";
    },
  },
  {
    usage: "connect NAME",
    calls: (given) => [call("connect", { name: word(given, "NAME") })],
    show: (_, given, { agent, memory }) => {
      remember(memory, agent, { connection: { name: word(given, "NAME"), side: "connected" } });
      return "ret=0";
    },
  },
  {
    usage: "accept",
    calls: (_, { agent, memory }) => {
      const name = memory.open.get(agent)?.listening;
      return name === undefined ? NOTHING_OPEN : [call("accept", { name })];
    },
    show: (_, __, { agent, memory }) => {
      const { listening = "" } = memory.open.get(agent) ?? {};
      remember(memory, agent, { connection: { name: listening, side: "accepted" } });
      return "ret=0";
    },
  },
  {
    usage: "peercred",
    calls: (_, { agent, memory }) => {
      const current = memory.open.get(agent)?.connection;
      return current ? [call("peercred", { ...current }), call("peergroups", { ...current })] : NOTHING_OPEN;
    },
    show: ([cred = {}, groups = {}]) => `uid=${cred.uid} gid=${cred.gid} groups=${listIn(groups, "groups").join(",")}`,
  },
];

/** A call on the segment of a key, which is an int. */
function onKey(given: Given, name: string, args: Values = {}): ScriptCall | NotModelled {
  const key = number(given, "KEY") | 0;
  return key === 0 ? notModelled("key 0 makes another segment each time") : call(name, { key, ...args });
}

const IPC_VERBS: readonly Verb[] = [
  plainVerb("shmget KEY", (given) => onKey(given, "shmget", { mode: "0600" })),
  plainVerb("shmset KEY UID GID", (given) => onKey(given, "shm_set", { uid: id(given, "UID"), gid: id(given, "GID") })),
  verb(
    "shmstat KEY",
    (given) => onKey(given, "shm_stat"),
    ({ uid, gid, cuid, cgid }) => `uid=${uid} gid=${gid} cuid=${cuid} cgid=${cgid}`,
  ),
];

/** So many pipes a program can have open, beside what else it has: 1024 files are what most machines give. */
const MOST_PIPES = 500;

const PIPE_VERBS: readonly Verb[] = [
  verb(
    "pipes N",
    (given) => {
      const pipes = count(given, "N");
      return pipes > MOST_PIPES
        ? notModelled("how many files an agent can have open is not known")
        : call("pipe_many", { count: pipes });
    },
    ({ pipes, full_size }) => `pipes=${pipes} full_size=${full_size}`,
  ),
];

/** What programs of the recording machine do that matters here; the table that a rule names has no routes. */
const PROGRAMS: readonly { readonly does: RegExp; readonly call: string | null }[] = [
  { does: /^\/busybox ip link set lo up$/, call: "loopback_up" },
  { does: /^\/busybox ip rule add pref \d+ table (?!25[345]$)\d+$/, call: "routing_rule_add" },
  { does: /^\/busybox ip route flush cache$/, call: null },
];

const NETWORK_VERBS: readonly Verb[] = [
  {
    usage: "sysrun PROGRAM…",
    calls: (given) => {
      const program = PROGRAMS.find(({ does }) => does.test(word(given, "PROGRAM")));
      if (!program) return notModelled("programs of the recording machine are not run");
      return program.call === null ? [] : [call(program.call)];
    },
    show: () => "status=0",
  },
  plainVerb("udp", () => call("udp_connect")),
];

export const SOCKET_VERBS: readonly Verb[] = [
  ...NETWORK_VERBS,
  ...CREDENTIAL_VERBS,
  ...PEER_VERBS,
  ...IPC_VERBS,
  ...PIPE_VERBS,
];
