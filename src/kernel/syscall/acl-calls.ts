import { getAcl, removeAcl, setAcl } from "../acl-xattr.ts";
import type { FileCapability } from "../capability-xattr.ts";
import { decodeCapability, encodeCapability } from "../capability-xattr.ts";
import { ACL_TYPES } from "../posix-acl.ts";
import { showCaps } from "../show.ts";
import { allow } from "../verdict.ts";
import { getXattr, removeXattr, setXattr } from "../xattr.ts";
import { CAPABILITY } from "../xattr-handler.ts";
import { acl, fileCapability, showAcl } from "./acl-argument.ts";
import { oneOf, optional } from "./argument.ts";
import { type CallTable, defineCall, plain, type Values } from "./call.ts";
import { path } from "./path-argument.ts";

const type = optional(oneOf(...ACL_TYPES), "access");

function showFileCapability(held: FileCapability): Values {
  return {
    v: held.version,
    eff: held.isEffective,
    perm: showCaps(held.permitted),
    inh: showCaps(held.inheritable),
    ...(held.version === 3 ? { rootid: held.rootId } : {}),
  };
}

/** The calls on ACLs, and those on file capabilities, which are the raw attribute's read and written as JSON. */
export const ACL_CALLS: CallTable = [
  defineCall("acl_set", { path, acl, type }, (world, task, { path, acl, type }) =>
    plain(setAcl(world, task, path, type, acl)),
  ),
  defineCall("acl_get", { path, type }, (world, task, { path, type }) => {
    const found = getAcl(world, task, path, type);
    return found.ok ? allow({ acl: showAcl(found.value) }, found.rule) : found;
  }),
  defineCall("acl_remove", { path, type }, (world, task, { path, type }) => plain(removeAcl(world, task, path, type))),
  defineCall("fcap_set", { path, fcap: fileCapability }, (world, task, { path, fcap }) =>
    plain(setXattr(world, task, path, CAPABILITY, encodeCapability(fcap))),
  ),
  defineCall("fcap_get", { path }, (world, task, { path }) => {
    const found = getXattr(world, task, path, CAPABILITY);
    if (!found.ok) return found;
    const held = decodeCapability(found.value);
    if (!held) throw new Error("an attribute that was not encoded here");
    return allow({ fcap: showFileCapability(held) }, found.rule);
  }),
  defineCall("fcap_remove", { path }, (world, task, { path }) => plain(removeXattr(world, task, path, CAPABILITY))),
];
