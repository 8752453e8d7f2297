import { addRule, connectLoopback, loopbackUp } from "../policy-routing.ts";
import { type CallTable, defineCall, plain } from "./call.ts";

/** What ids decide about routing: a socket of the caller's, to the loopback address of its network namespace. */
export const NETWORK_CALLS: CallTable = [
  defineCall("loopback_up", {}, (_, task) => plain(loopbackUp(task))),
  defineCall("routing_rule_add", {}, (_, task) => plain(addRule(task))),
  defineCall("udp_connect", {}, (world, task) => plain(connectLoopback(world, task))),
];
