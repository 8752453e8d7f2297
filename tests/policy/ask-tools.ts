/**
 * Ask the installed tools: cases of {@link ToolCase} as JSON on stdin, what was seen as JSON on stdout.
 *
 *   ask-tools.ts FOLDER
 *
 * Started by {@link askTools} as root in a mount namespace of its own, where passwd, group, subuid, subgid and
 * nsswitch.conf of FOLDER lie over those of the machine.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolCase, ToolSaid, ToolsSeen } from "./tool-runs.ts";

const ENV = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

/** A process of the owner in a new user namespace. */
async function startTarget([uid, gid]: ToolCase["owner"]): Promise<{
  readonly child: ChildProcess;
  readonly pid: number;
}> {
  const stdio = ["pipe", "pipe", "inherit"] as const;
  const child = spawn("unshare", ["--user", "sh", "-c", "echo; exec cat"], { uid, gid, env: ENV, stdio: [...stdio] });
  if (!child.stdout || child.pid === undefined) throw new Error("no unshare(1)");
  await once(child.stdout, "data");
  return { child, pid: child.pid };
}

async function ask(folder: string, given: ToolCase): Promise<ToolsSeen> {
  const { passwd, group, subuid, subgid } = given;
  for (const [name, text] of Object.entries({ passwd, group, subuid, subgid })) writeFileSync(join(folder, name), text);
  const { child, pid } = await startTarget(given.owner);
  try {
    const proc = (file: string) => `/proc/${pid}/${file}`;
    if (given.setgroups === "deny") writeFileSync(proc("setgroups"), "deny");
    const [uid, gid] = given.caller;
    const said = given.runs.map(({ tool, target, args }): ToolSaid => {
      const all = tool === "getsubids" ? args : [target === "T" ? String(pid) : target, ...args];
      const { status, stdout, stderr } = spawnSync(tool, all, { uid, gid, env: ENV, encoding: "utf8" });
      const marked =
        target === "T"
          ? stderr.replace(`arget process ${pid} `, "arget process <PID> ").replace(`arget ${pid} `, "arget <PID> ")
          : stderr;
      return { exit: status ?? -1, stdout, stderr: marked };
    });
    const [uidMap, gidMap, setgroups] = ["uid_map", "gid_map", "setgroups"].map((file) =>
      readFileSync(proc(file), "utf8"),
    );
    return { said, uidMap: uidMap ?? "", gidMap: gidMap ?? "", setgroups: setgroups ?? "" };
  } finally {
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

const cases: readonly ToolCase[] = JSON.parse(readFileSync(0, "utf8"));
const seen: ToolsSeen[] = [];
for (const one of cases) seen.push(await ask(process.argv[2] ?? "", one));
process.stdout.write(JSON.stringify(seen));
