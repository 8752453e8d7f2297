import { CLASSICAL } from "../../core/kuid64.ts";
import { ID_FUNCTIONS, type IdFunction, type IdFunctionResult, nameOfKind } from "../id-functions.ts";
import { lookup } from "../path.ts";
import type { OwnerKind } from "../user-namespace.ts";
import { allow, type Verdict } from "../verdict.ts";
import { id } from "./argument.ts";
import { type Call, type CallTable, defineCall, tellingKids, type Values } from "./call.ts";
import { numberedKid, showKid } from "./kid-argument.ts";
import { path } from "./path-argument.ts";

/** The functions of the kernel over one id, as calls: in the caller's namespace, or on the mount of a path. */
export const ID_FUNCTION_CALLS: CallTable = ID_FUNCTIONS.flatMap((of) => [callOf(of, "uid"), callOf(of, "gid")]);

function callOf(of: IdFunction, kind: OwnerKind): Call {
  const call = plainCall(of, kind);
  return of.tells ? tellingKids({ kid: of.tells }, call) : call;
}

function plainCall(of: IdFunction, kind: OwnerKind): Call {
  const name = nameOfKind(of.name, kind);
  if (of.place === "mount")
    return defineCall(name, { path, kid: numberedKid }, (world, task, { path, kid }) => {
      const found = lookup(world, task, path, "follow");
      return found.ok ? answer(of.run(world, found.value.mount, kind, kid)) : found;
    });
  if (of.takes === "id")
    return defineCall(name, { id }, (world, { cred }, { id }) =>
      answer(of.run(world, cred.userNs, kind, { id, number: CLASSICAL })),
    );
  return defineCall(name, { kid: numberedKid }, (world, { cred }, { kid }) =>
    answer(of.run(world, cred.userNs, kind, kid)),
  );
}

function answer(result: IdFunctionResult): Verdict<Values> {
  if (typeof result === "number") return allow({ id: result });
  return typeof result === "boolean" ? allow({ mapped: result }) : allow({ kid: showKid(result) });
}
