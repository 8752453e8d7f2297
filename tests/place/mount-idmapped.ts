/** `mount --bind -o X-mount.idmap=… -- FROM TO` for a machine whose util-linux is older than 2.39, as libmount does it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { writtenLine } from "../../src/core/index.ts";
import { xMount } from "../../src/formats/index.ts";
import { idmap } from "../live/idmapped-mount.ts";

const [bind, o, option, end, from, to] = process.argv.slice(2);
if (bind !== "--bind" || o !== "-o" || end !== "--" || option === undefined || from === undefined || to === undefined)
  throw new Error(`not a command that actions of userns place have: mount ${process.argv.slice(2).join(" ")}`);
const maps = xMount.parse(option, { where: "-o" });
const sleeper = spawn("unshare", ["--user", "sh", "-c", "echo; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
await once(sleeper.stdout, "data");
for (const kind of ["uid", "gid"] as const)
  writeFileSync(
    `/proc/${sleeper.pid}/${kind}_map`,
    (maps[kind]?.extents ?? []).map((e) => `${writtenLine(e)}\n`).join(""),
  );
idmap(sleeper.pid ?? 0, from, to);
sleeper.kill("SIGKILL");
