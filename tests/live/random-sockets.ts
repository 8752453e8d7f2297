/** Random credentials sent over sockets, and those that a socket remembers. */
import fc from "fast-check";
import type { RandomWorld } from "./random.ts";

const among = <T>(...values: readonly T[]) => fc.constantFrom(...values);

const NAMESPACES = [
  { name: "A", parent: "init", owner: [1000, 1000], uid_map: [[0, 100000, 1000]], gid_map: [[0, 100000, 1000]] },
  { name: "B", parent: "A", owner: [100005, 100005], uid_map: [[0, 5, 5]], gid_map: [[0, 5, 5]] },
  { name: "C", parent: "init", owner: [0, 0], uid_map: [[7, 200000, 10]], gid_map: [[0, 200000, 10]] },
];
const id = among(0, 5, 1000, 100000, 100005, 200000, 300000);
const taskNamed = (name: string) =>
  fc.record({
    name: fc.constant(name),
    ns: among("init", "A", "B", "C"),
    uid: fc.oneof(id, fc.tuple(id, id, id, id)),
    gid: fc.oneof(id, fc.tuple(id, id, id, id)),
    caps: fc.subarray(["setgid", "setuid", "sys_admin"]),
  });
const SOCKETS = fc
  .record({ passcred: fc.boolean(), type: among("dgram", "stream", "seqpacket") })
  .map(({ passcred, type }) => [
    { name: "s", type, passcred },
    { name: "o", type: "dgram" },
  ]);

const p = among("p", "q", "@root");
const sock = among("s", "o");
const end = among(0, 1);
const written = among(0, 1, 5, 7, 1000, 100000, 100005, 4294967295);
const pid = among<string | number>("self", "self", "p", "q", 1, 999999);
const send = fc.oneof(
  fc.record({ p, call: fc.constant("sendcred"), sock, end, pid, uid: written, gid: written }),
  fc.record({ p, call: fc.constant("sendcred"), sock, end, implicit: fc.constant(true) }),
);
const received = fc
  .tuple(send, p)
  .map(([sent, by]) => [sent, { p: by, call: "recvcred", sock: sent.sock, end: 1 - sent.end }]);
const step = fc.oneof(
  received,
  received,
  fc.tuple(fc.record({ p, call: fc.constant("setresuid"), r: written, e: written, s: written })),
  fc.tuple(fc.record({ p, call: fc.constant("setgid"), gid: written })),
  fc.tuple(fc.record({ p, call: fc.constant("setns"), ns: among("A", "B", "C") })),
);
/** A connection between two, and what each end remembers. */
const connection = fc.tuple(p, p, p).map(([server, client, reader]) => [
  { p: server, call: "listen", name: "k" },
  { p: client, call: "connect", name: "k" },
  { p: server, call: "accept", name: "k" },
  { p: server, call: "peercred", name: "k", side: "accepted" },
  { p: client, call: "peercred", name: "k", side: "connected" },
  { p: client, call: "sendfd", sock: "o", end: 0, fd: "Ck" },
  { p: reader, call: "recvfd", sock: "o", end: 1, fd: "Cr" },
  { p: reader, call: "peercred_fd", fd: "Cr" },
]);

export const SOCKET_WORLDS: fc.Arbitrary<RandomWorld> = fc
  .record({
    socks: SOCKETS,
    procs: fc.tuple(taskNamed("p"), taskNamed("q")),
    op: fc.array(step, { minLength: 5, maxLength: 12 }),
  })
  .map(({ socks, procs, op }) => ({ setup: { ns: NAMESPACES, socks, procs }, op: op.flat() }));
export const CONNECTION_WORLDS: fc.Arbitrary<RandomWorld> = fc
  .record({
    socks: SOCKETS,
    procs: fc.tuple(taskNamed("p"), taskNamed("q")),
    before: fc.array(step, { maxLength: 3 }),
    made: connection,
  })
  .map(({ socks, procs, before, made }) => ({
    setup: { ns: NAMESPACES, socks, procs },
    op: [...before.flat(), ...made],
  }));
