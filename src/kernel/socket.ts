import type { Cred, GroupList } from "./cred.ts";
import type { Process } from "./process.ts";
import type { OwnerIds, UserNamespace } from "./user-namespace.ts";

/** Who a message or a peer is: a process (null: one outside the world) and two kernel ids. */
export interface PeerIds extends OwnerIds {
  readonly task: Process | null;
  /** Of a peer: its supplementary groups. A message tells none. */
  readonly groups?: GroupList;
  /** Of a peer, whose whole credential is kept: the namespace that it holds. */
  readonly userNs?: UserNamespace;
}

export type SocketType = "dgram" | "stream" | "seqpacket";

/** A message on its way: what SCM_CREDENTIALS say of its sender, and a socket handed over with it. */
export interface Message {
  readonly sender: PeerIds;
  readonly passed: Socket | null;
}

/** One end of a unix socket. */
export interface Socket {
  readonly type: SocketType;
  /** SO_PASSCRED: does its receiver want to be told who sent? */
  readonly passcred: boolean;
  /** SO_PEERCRED; for a listener, itself. */
  peer: PeerIds | null;
  /** Who opened the other end of a connection not yet accepted. */
  readonly pending: Socket[];
  /** Where what is sent here arrives. */
  other: Socket | null;
  readonly inbox: Message[];
}

export function newSocket(type: SocketType, passcred: boolean): Socket {
  return { type, passcred, peer: null, pending: [], other: null, inbox: [] };
}

/** Two connected ends. */
export function socketPair(type: SocketType, passcred: boolean): readonly [Socket, Socket] {
  const a = newSocket(type, passcred);
  const b = newSocket(type, passcred);
  a.other = b;
  b.other = a;
  return [a, b];
}

/** The ids by which a peer knows a task: its effective ones, and its groups. @source unix(7), SO_PEERCRED; socket(7), SO_PEERGROUPS */
export function peerIdsOf(task: Process, cred: Cred = task.cred): PeerIds {
  return { task, uid: cred.uid.effective, gid: cred.gid.effective, groups: cred.groups, userNs: cred.userNs };
}
