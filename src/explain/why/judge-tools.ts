import type { Engine } from "../../core/index.ts";
import { parsePasswd, parseSubid } from "../../formats/index.ts";
import { askNewIdMap, type IdTool, limitFindings, TOOL, toolFindings } from "../../policy/index.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { commandsOf } from "./host-fixes.ts";
import { type Judgement, untold } from "./judgement.ts";

/** newuidmap (newgidmap) is not there, or has no rights. The line says so itself. */
export function judgeHelper({ tool, lack }: Extract<Clue, { asks: "helper" }>): Judgement {
  const found: IdTool = {
    name: tool,
    path: lack === "missing" ? null : `$(command -v ${tool})`,
    mode: 0o755,
    owner: 0,
    capabilities: "",
    isNosuid: false,
  };
  const findings = toolFindings({ files: NO_FILES, system: { ...NO_SYSTEM, tools: [found] }, unseen: [] });
  return {
    asked: `run ${tool}`,
    cause: findings[0]?.what ?? null,
    rule: null,
    found: findings.map(({ consequence }) => consequence),
    missing: [],
    fixes: commandsOf(findings),
  };
}

const NO_FILES = { subuid: null, subgid: null, passwd: null, group: null, loginDefs: null };
const NO_SYSTEM = { kernel: null, tools: [], limits: new Map(), hasUserNamespaces: true, mounts: [], uses: [] };

/** newuidmap (newgidmap) would not touch a process of somebody else. */
export function judgeTarget({ kind, caller, owner }: Extract<Clue, { asks: "target" }>, engine: Engine): Judgement {
  const { answer } = askNewIdMap(
    {
      kind,
      caller: { uid: caller, gid: caller },
      files: { passwd: parsePasswd(`who:x:${caller}:${caller}:::\n`), subuid: parseSubid(""), subgid: parseSubid("") },
      group: null,
      target: {
        pid: "1",
        found: {
          owner: { uid: owner, gid: owner === caller ? caller + 1 : owner },
          isIdMapWritten: false,
          isSetgroupsAllowed: true,
        },
      },
      args: ["0", String(caller), "1"],
    },
    engine,
  );
  const who = caller === owner ? `a process of uid ${owner} with another group` : `a process of uid ${owner}`;
  return {
    asked: `${TOOL[kind]} for ${who}, run by uid ${caller}`,
    cause: `uid ${caller} runs ${TOOL[kind]} for ${who}`,
    rule: answer.rule,
    found: [],
    missing: [
      {
        what: "who the process is, and what passwd says of the caller",
        command: `stat -c '%u:%g' /proc/PID; getent passwd ${caller}`,
      },
    ],
    fixes: [],
  };
}

/** A user namespace could not be made. */
export function judgeNamespace({ errno, of }: Extract<Clue, { asks: "namespace" }>, { host }: WhyContext): Judgement {
  const asked = of === "user" ? "make a user namespace (CLONE_NEWUSER)" : "make namespaces: clone or unshare";
  const findings = host ? limitFindings(host) : [];
  const [first] = findings;
  if (first)
    return { asked, cause: first.what, rule: null, found: first.evidence, missing: [], fixes: commandsOf(findings) };
  const says =
    errno === "ENOSPC" ? ["ENOSPC: as many as may be made are there, or 33 are nested (user.max_user_namespaces)"] : [];
  return untold(
    asked,
    [
      {
        what: "what this kernel allows",
        command: host
          ? "dmesg | tail   # a security module or a seccomp filter may have said no; neither is seen here"
          : "sysctl user.max_user_namespaces kernel.unprivileged_userns_clone kernel.apparmor_restrict_unprivileged_userns   # or userns why … --here",
      },
    ],
    { found: [...says, ...(of === "any" && errno === "EPERM" ? [OTHERS] : [])] },
  );
}

/** @source unshare(2), EPERM; util-linux/util-linux#3851 */
const OTHERS = "without --user (or -r) unshare makes other namespaces alone, and those need CAP_SYS_ADMIN";
