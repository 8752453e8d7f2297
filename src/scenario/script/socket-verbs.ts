import { id, type Memory, number, scriptError, word } from "./command.ts";
import { SHARED_PAIR } from "./machine.ts";
import { call, listIn, notModelled, plainVerb, type Scene, type Verb, verb } from "./verb.ts";

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

/** Tell what was connected or accepted last, and remember it. */
function connected(side: "accepted" | "connected", nameOf: (scene: Scene) => string): Verb["show"] {
  return (_, given, scene) => {
    scene.memory.connections.set(scene.agent, { name: given.get("NAME") ?? nameOf(scene), side });
    return "ret=0";
  };
}

function listeningAt({ agent, memory }: Scene): string {
  return known(memory.listening.get(agent), `${agent} listens nowhere`);
}

function currentOf(agent: string, memory: Memory) {
  return known(memory.connections.get(agent), `${agent} has no connection`);
}

function known<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw scriptError("listen, connect or accept before", otherwise);
  return value;
}

const PEER_VERBS: readonly Verb[] = [
  {
    usage: "listen NAME",
    calls: (given) => [call("listen", { name: word(given, "NAME") })],
    show: (_, given, { agent, memory }) => {
      memory.listening.set(agent, word(given, "NAME"));
      return "ret=0";
    },
  },
  {
    usage: "connect NAME",
    calls: (given) => [call("connect", { name: word(given, "NAME") })],
    show: connected("connected", () => ""),
  },
  {
    usage: "accept",
    calls: (_, scene) => [call("accept", { name: listeningAt(scene) })],
    show: connected("accepted", listeningAt),
  },
  {
    usage: "peercred",
    calls: (_, { agent, memory }) => {
      const current = { ...currentOf(agent, memory) };
      return [call("peercred", current), call("peergroups", current)];
    },
    show: ([cred = {}, groups = {}]) => `uid=${cred.uid} gid=${cred.gid} groups=${listIn(groups, "groups").join(",")}`,
  },
];

const IPC_VERBS: readonly Verb[] = [
  plainVerb("shmget KEY", (given) => call("shmget", { key: number(given, "KEY"), mode: "0600" })),
  plainVerb("shmset KEY UID GID", (given) =>
    call("shm_set", { key: number(given, "KEY"), uid: id(given, "UID"), gid: id(given, "GID") }),
  ),
  verb(
    "shmstat KEY",
    (given) => call("shm_stat", { key: number(given, "KEY") }),
    ({ uid, gid, cuid, cgid }) => `uid=${uid} gid=${gid} cuid=${cuid} cgid=${cgid}`,
  ),
];

const PIPE_VERBS: readonly Verb[] = [
  verb(
    "pipes N",
    (given) => call("pipe_many", { count: number(given, "N") }),
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
