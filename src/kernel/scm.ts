import type { UserId } from "../core/id.ts";
import { isSameKuid64, isValidKuid64, type Kuid64, showKuid64 } from "../core/kuid64.ts";
import { type CredIds, idsOf } from "./cred.ts";
import { isNsCapable } from "./ns-capable.ts";
import { SETID_CAP } from "./setid.ts";
import { newSocket, type PeerIds, peerIdsOf, type Socket, socketPair } from "./socket.ts";
import type { Task } from "./task.ts";
import { fromKidMunged, makeKid } from "./uidgid.ts";
import type { OwnerKind } from "./user-namespace.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";
import { INIT_PID, type World } from "./world.ts";

const SOURCE = "unix(7), SCM_CREDENTIALS; vectors/linux-6.18/5_scm_credentials.json";

const RULES = ruleTable({
  sentIdsMapped: {
    sentence: "Both ids that a sender gives must be mapped in its user namespace; this is asked before any permission.",
    source: `${SOURCE} (tag forge)`,
  },
  sentPid: {
    sentence: "Another process's pid needs CAP_SYS_ADMIN over the user namespace that owns the pid namespace.",
    source: `${SOURCE} (tag pid)`,
  },
  sentOwnId: {
    sentence:
      "A given id must be the sender's real, effective or saved one, or CAP_SETUID (CAP_SETGID) be held in its namespace.",
    source: `${SOURCE} (tag forge)`,
  },
  sentPidExists: { sentence: "The process whose pid is given must exist.", source: `${SOURCE} (tag pid)` },
  nothingSent: { sentence: "There is no message to receive.", source: "recvmsg(2), EAGAIN" },
  addressTaken: { sentence: "One socket at most listens at an address.", source: "bind(2), EADDRINUSE" },
  nobodyListens: { sentence: "Nobody listens at the address.", source: "connect(2), ECONNREFUSED" },
  nobodyConnected: { sentence: "No connection waits to be accepted.", source: "accept(2), EAGAIN" },
});

/** The ids that a sender puts into SCM_CREDENTIALS: numbers of its own user namespace. */
export interface GivenCreds {
  readonly pid: number;
  readonly uid: UserId<"uid">;
  readonly gid: UserId<"gid">;
}

/**
 * Send a message with SCM_CREDENTIALS.
 *
 * @param given  null: no control message, and the kernel fills in pid and REAL ids
 */
export function sendCreds(world: World, task: Task, from: Socket, given: GivenCreds | null): Verdict {
  const sender = given ? checked(world, task, given) : allow(realIdsOf(task));
  if (!sender.ok) return sender;
  from.other?.inbox.push({ sender: sender.value, passed: null });
  return allow(undefined, sender.rule);
}

function realIdsOf(task: Task): PeerIds {
  return { task, uid: task.cred.uid.real, gid: task.cred.gid.real };
}

/** May the sender say that it is these? Kernel ids are compared. */
function checked(world: World, task: Task, given: GivenCreds): Verdict<PeerIds> {
  const { cred } = task;
  const uid = makeKid(world, cred.userNs, "uid", given.uid);
  const gid = makeKid(world, cred.userNs, "gid", given.gid);
  if (!isValidKuid64(uid) || !isValidKuid64(gid))
    return deny(
      "EINVAL",
      RULES.sentIdsMapped,
      `uid ${given.uid} or gid ${given.gid} has no place in ${cred.userNs.name}`,
    );
  if (given.pid !== task.pid && !isNsCapable(cred, task.pidNs.userNs, "sys_admin"))
    return deny("EPERM", RULES.sentPid, `pid ${given.pid} is not the sender's`);
  if (!mayClaim(task, "uid", uid))
    return deny("EPERM", RULES.sentOwnId, `${showKuid64(uid)} is no uid of the sender's`);
  if (!mayClaim(task, "gid", gid))
    return deny("EPERM", RULES.sentOwnId, `${showKuid64(gid)} is no gid of the sender's`);
  const named = [...world.tasks.values()].find((other) => other.pid === given.pid) ?? null;
  if (!named && given.pid !== INIT_PID) return deny("ESRCH", RULES.sentPidExists, `pid ${given.pid}`);
  return allow({ task: named, uid, gid });
}

function mayClaim<K extends OwnerKind>({ cred }: Task, kind: K, kid: Kuid64<K>): boolean {
  const ids: CredIds<K> = idsOf(cred, kind);
  return (
    [ids.real, ids.effective, ids.saved].some((own) => isSameKuid64(own, kid)) ||
    isNsCapable(cred, cred.userNs, SETID_CAP[kind])
  );
}

/** Receive a message: who sent it, or null where the receiver did not ask (SO_PASSCRED). */
export function receiveCreds(at: Socket): Verdict<PeerIds | null> {
  const message = at.inbox.shift();
  if (!message) return deny("EAGAIN", RULES.nothingSent);
  return allow(at.passcred ? message.sender : null);
}

/** Hand a socket over. */
export function sendSocket(task: Task, from: Socket, passed: Socket): void {
  from.other?.inbox.push({ sender: realIdsOf(task), passed });
}

/** Take a socket that was handed over. */
export function receiveSocket(at: Socket): Verdict<Socket | null> {
  const message = at.inbox.shift();
  return message ? allow(message.passed) : deny("EAGAIN", RULES.nothingSent);
}

/** listen(2) at an address: from now on the listener is known by the effective ids of this moment. */
export function listenAt(world: World, task: Task, address: string): Verdict<Socket> {
  if (listenerAt(world, task, address)) return deny("EADDRINUSE", RULES.addressTaken, address);
  const listener: Socket = newSocket("stream", false);
  listener.peer = peerIdsOf(task);
  task.netNs.listeners.set(address, listener);
  return allow(listener);
}

/** Who listens at an address of the task's network namespace; undefined: nobody, or nobody any more. */
function listenerAt(world: World, { netNs }: Task, address: string): Socket | undefined {
  const listener = netNs.listeners.get(address);
  const isHeld = [...world.tasks.values()].some(({ sockets }) => [...sockets.values()].some((one) => one === listener));
  return isHeld ? listener : undefined;
}

/** connect(2): each end knows the other by effective ids; the listener by those of its listen(2). */
export function connectTo(world: World, task: Task, address: string): Verdict<Socket> {
  const listener = listenerAt(world, task, address);
  if (!listener) return deny("ECONNREFUSED", RULES.nobodyListens, address);
  const [connected, accepted] = socketPair("stream", false);
  connected.peer = listener.peer;
  accepted.peer = peerIdsOf(task);
  listener.pending.push(accepted);
  return allow(connected);
}

/** accept(2). */
export function acceptAt(listener: Socket): Verdict<Socket> {
  const accepted = listener.pending.shift();
  return accepted ? allow(accepted) : deny("EAGAIN", RULES.nobodyConnected);
}

/** socketpair(2): both ends know its maker by effective ids. */
export function pairOf(task: Task): readonly [Socket, Socket] {
  const ends = socketPair("stream", false);
  for (const end of ends) end.peer = peerIdsOf(task);
  return ends;
}

/** Ids of a peer as a task is shown them; the overflow id for what its namespace does not map. */
export function showPeer(world: World, reader: Task, peer: PeerIds): { pid: string; uid: number; gid: number } {
  const shown = <K extends OwnerKind>(kind: K, kid: Kuid64<K>) => fromKidMunged(world, reader.cred.userNs, kind, kid);
  return { pid: peer.task?.name ?? "?", uid: shown("uid", peer.uid), gid: shown("gid", peer.gid) };
}

/** SO_PEERGROUPS: the supplementary groups of a peer, each as a task is shown it. */
export function showPeerGroups(world: World, reader: Task, { groups }: PeerIds): number[] {
  return Array.from(groups ?? [], (group) => fromKidMunged(world, reader.cred.userNs, "gid", group));
}
