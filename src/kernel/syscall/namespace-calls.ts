import { ownerUid, parentOf, setnsUser, unshareUser } from "../setns.ts";
import { allow } from "../verdict.ts";
import { optional, scenarioError, text, userNamespace } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain } from "./call.ts";

export const NAMESPACE_CALLS: CallTable = [
  defineCall("unshare_user", { as: optional(text, undefined) }, (world, task, { as }, where) => {
    if (as !== undefined && world.userNamespaces.has(as))
      throw scenarioError(`${where}.as`, "a name that no user namespace has", as);
    const made = unshareUser(world, task, as ?? `of ${task.name}`);
    if (!made.ok) return made;
    if (as !== undefined) {
      world.userNamespaces.set(as, made.value);
      world.residents.set(made.value, task);
    }
    return allow(NOTHING);
  }),
  defineCall("setns", { ns: userNamespace }, (world, task, { ns }) => plain(setnsUser(world, task, ns))),
  defineCall("ns_owner_uid", { ns: userNamespace }, (world, task, { ns }) => allow({ uid: ownerUid(world, task, ns) })),
  defineCall("ns_parent_fd", { ns: userNamespace }, (_, task, { ns }) => plain(parentOf(task, ns))),
];
