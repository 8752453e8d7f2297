import {
  acceptAt,
  connectTo,
  listenAt,
  pairOf,
  receiveCreds,
  receiveSocket,
  sendCreds,
  sendSocket,
  showPeer,
  showPeerGroups,
} from "../scm.ts";
import type { Socket } from "../socket.ts";
import type { Task } from "../task.ts";
import { allow, type Verdict } from "../verdict.ts";
import type { World } from "../world.ts";
import { type Argument, flag, id, int, namedIn, oneOf, optional, scenarioError, text } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain, type Values } from "./call.ts";

const pair = namedIn("socket pair", (world) => world.socketPairs);

const end: Argument<0 | 1> = {
  schema: { enum: [0, 1] },
  isOptional: false,
  read: (value, where) => {
    if (value !== 0 && value !== 1) throw scenarioError(where, "0 or 1", value);
    return value;
  },
};

/** A pid: a number, the name of a task, or `self`. */
const pid: Argument<number | Task | "self"> = {
  schema: { anyOf: [int.schema, { type: "string" }] },
  isOptional: false,
  read: (value, where, world) => {
    if (typeof value === "number") return int.read(value, where, world);
    const task = value === "self" ? value : typeof value === "string" ? world.tasks.get(value) : undefined;
    if (!task) throw scenarioError(where, '"self", the name of a task, or a number', value);
    return task;
  },
};

/** What a task's sockets are called: accepted, connected and listening ends of a name. */
const PREFIX = { accepted: "A", connected: "C", listening: "L" } as const;

function held(task: Task, name: string, where: string): Socket {
  const socket = task.sockets.get(name);
  if (!socket)
    throw scenarioError(
      `${where}.fd`,
      `a socket that ${task.name} holds: ${[...task.sockets.keys()].join(", ") || "none"}`,
      name,
    );
  return socket;
}

/** Keep what a call gave under a name. */
function keep(task: Task, name: string, socket: Verdict<Socket>): Verdict<Values> {
  if (!socket.ok) return socket;
  task.sockets.set(name, socket.value);
  return allow(NOTHING);
}

function peerCred(world: World, task: Task, name: string, where: string): Verdict<Values> {
  const { peer } = held(task, name, where);
  if (!peer) throw scenarioError(where, "a socket that is connected or listens", name);
  return allow(showPeer(world, task, peer));
}

const CREDENTIAL_CALLS: CallTable = [
  defineCall(
    "sendcred",
    {
      sock: pair,
      end,
      pid: optional(pid, "self"),
      uid: optional(id, undefined),
      gid: optional(id, undefined),
      implicit: optional(flag, false),
    },
    (world, task, { sock, end, pid, uid, gid, implicit }, where) => {
      if (!implicit && (uid === undefined || gid === undefined))
        throw scenarioError(where, '"uid" and "gid", or "implicit"', undefined);
      const number = typeof pid === "number" ? pid : pid === "self" ? task.pid : pid.pid;
      const given = implicit || uid === undefined || gid === undefined ? null : { pid: number, uid, gid };
      return plain(sendCreds(world, task, sock[end], given));
    },
  ),
  defineCall("recvcred", { sock: pair, end }, (world, task, { sock, end }) => {
    const received = receiveCreds(sock[end]);
    if (!received.ok) return received;
    return allow({ cred: received.value && showPeer(world, task, received.value) });
  }),
];

const PEER_CALLS: CallTable = [
  defineCall("listen", { name: text }, (world, task, { name }) =>
    keep(task, PREFIX.listening + name, listenAt(world, task, name)),
  ),
  defineCall("connect", { name: text }, (world, task, { name }) =>
    keep(task, PREFIX.connected + name, connectTo(world, task, name)),
  ),
  defineCall("accept", { name: text }, (_, task, { name }, where) =>
    keep(task, PREFIX.accepted + name, acceptAt(held(task, PREFIX.listening + name, where))),
  ),
  defineCall("socketpair", { name: text }, (_, task, { name }) => {
    const [accepted, connected] = pairOf(task);
    task.sockets.set(PREFIX.accepted + name, accepted);
    task.sockets.set(PREFIX.connected + name, connected);
    return allow(NOTHING);
  }),
  defineCall("peercred", { name: text, side: oneOf("accepted", "connected") }, (world, task, { name, side }, where) =>
    peerCred(world, task, PREFIX[side] + name, where),
  ),
  defineCall("peergroups", { name: text, side: oneOf("accepted", "connected") }, (world, task, values, where) => {
    const { peer } = held(task, PREFIX[values.side] + values.name, where);
    if (!peer) throw scenarioError(where, "a socket that is connected or listens", values.name);
    return allow({ groups: showPeerGroups(world, task, peer) });
  }),
  defineCall("peercred_fd", { fd: text }, (world, task, { fd }, where) => peerCred(world, task, fd, where)),
  defineCall("sendfd", { sock: pair, end, fd: text }, (_, task, { sock, end, fd }, where) => {
    sendSocket(task, sock[end], held(task, fd, where));
    return allow(NOTHING);
  }),
  defineCall("recvfd", { sock: pair, end, fd: text }, (_, task, { sock, end, fd }, where) => {
    const received = receiveSocket(sock[end]);
    if (!received.ok) return received;
    if (!received.value) throw scenarioError(where, "a message that hands a socket over", null);
    return keep(task, fd, allow(received.value));
  }),
];

export const SOCKET_CALLS: CallTable = [...CREDENTIAL_CALLS, ...PEER_CALLS];
