import { enterNamespace } from "../enter-namespace.ts";
import { setHostname, UNSHARE_FLAGS, unshareNamespaces } from "../nsproxy.ts";
import { ownerUid, parentOf, unshareUser } from "../setns.ts";
import { allow, deny } from "../verdict.ts";
import { listOf, namedIn, oneOf, optional, scenarioError, text, userNamespace } from "./argument.ts";
import { type CallTable, defineCall, NOTHING, plain } from "./call.ts";
import { nsFile, openNsFile, shownNumber } from "./ns-file-argument.ts";

const utsNamespace = namedIn("user namespace that owns a UTS namespace", (world) => world.utsNamespaces);

export const NAMESPACE_CALLS: CallTable = [
  defineCall("unshare_user", { as: optional(text, undefined) }, (world, task, { as }, where) => {
    if (as !== undefined && world.userNamespaces.has(as))
      throw scenarioError(`${where}.as`, "a name that no user namespace has", as);
    const made = unshareUser(world, task, as ?? `${task.name}'s namespace`);
    if (!made.ok) return made;
    if (as !== undefined) {
      world.userNamespaces.set(as, made.value);
      world.residents.set(made.value, task);
    }
    return allow(NOTHING);
  }),
  defineCall("unshare", { flags: listOf(oneOf(...UNSHARE_FLAGS)) }, (world, task, { flags }) =>
    plain(unshareNamespaces(world, task, flags, `${task.name}'s namespace`)),
  ),
  defineCall("setns_uts", { owner: utsNamespace }, (world, task, { owner }) =>
    plain(enterNamespace(world, task, { kind: "uts", ns: owner })),
  ),
  defineCall("sethostname", {}, (_, task) => plain(setHostname(task))),
  defineCall("setns", { ns: nsFile }, (world, task, { ns }) => {
    const opened = openNsFile(world, task, ns);
    return opened.ok ? plain(enterNamespace(world, task, opened.value)) : opened;
  }),
  defineCall("ns_number", { ns: nsFile }, (world, task, { ns }) => {
    const opened = openNsFile(world, task, ns);
    if (!opened.ok) return deny(opened.errno, opened.rule, opened.because);
    return allow({ ino: shownNumber(opened.value) });
  }),
  defineCall("ns_owner_uid", { ns: nsFile }, (world, task, { ns }) => {
    const opened = openNsFile(world, task, ns);
    if (!opened.ok) return opened;
    const uid = ownerUid(world, task, opened.value);
    return uid.ok ? allow({ uid: uid.value }) : uid;
  }),
  defineCall("ns_parent_fd", { ns: userNamespace }, (_, task, { ns }) => plain(parentOf(task, ns))),
];
