import type { Engine } from "../../core/index.ts";
import { limitsThatRefuse } from "../../policy/index.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { commandsOf } from "./host-fixes.ts";
import type { Judgement, Missing } from "./judgement.ts";
import { namespaceStandings } from "./namespace-standings.ts";
import { judgeStandings } from "./standing.ts";

/** A user namespace could not be made: by a rule of the model, a setting of the machine, or something that neither knows. */
export function judgeNamespace(
  clue: Extract<Clue, { asks: "namespace" }>,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const { errno, of } = clue;
  const { host } = context;
  const asked = of === "user" ? "make a user namespace (CLONE_NEWUSER)" : "make namespaces: clone or unshare";
  const other = errno === null ? undefined : OTHERWISE[errno];
  const judged = judgeStandings(
    asked,
    errno,
    namespaceStandings(clue, context),
    { found: other === undefined ? [] : [other], missing: host ? [HERE] : [ELSEWHERE] },
    engine,
  );
  if (judged.cause !== null) return { ...judged, found: host ? limitsThatRefuse(host, errno).flatMap(evidenceOf) : [] };
  const findings = host ? limitsThatRefuse(host, errno) : [];
  const [first] = findings;
  if (!first) return judged;
  return { asked, cause: first.what, rule: null, found: first.evidence, missing: [], fixes: commandsOf(findings) };
}

function evidenceOf({ evidence }: { readonly evidence: readonly string[] }): readonly string[] {
  return evidence;
}

/** Who else says so, of whom the model knows nothing. @source unshare(2), clone(2): EPERM, EINVAL; both seen on Linux 6.18 */
const OTHERWISE: { readonly [errno: string]: string } = {
  EPERM: "a chroot, a security module and a seccomp filter say EPERM too; none of them is modelled",
  EINVAL: "EINVAL: the caller has several threads, or the kernel has no user namespaces",
};

const ELSEWHERE: Missing = {
  what: "what this kernel allows",
  command:
    "sysctl user.max_user_namespaces kernel.unprivileged_userns_clone kernel.apparmor_restrict_unprivileged_userns   # or userns why … --here",
};

const HERE: Missing = { what: "whether a security module or a seccomp filter said no", command: "dmesg | tail" };
