/** A PostgreSQL server for tests: on loopback, in a temporary folder, as a user that is not root, gone with the test. */
import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PostgresServer {
  /** The address of a new, empty database. */
  database(): string;
  start(): void;
  /** As a crash would: nothing is finished, nothing is said. */
  kill(): void;
  /** Stop it, and remove its folder. */
  remove(): void;
}

const DEBIAN = "/usr/lib/postgresql";
/** nobody: PostgreSQL does not run as root. */
const NOBODY = 65534;

/** The folder of initdb and pg_ctl; null where there is no server. */
export function postgresPrograms(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(DEBIAN, version, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ?? null;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no free port");
  return address.port;
}

/** @param isDurable  with a synchronised disk, as in use; tests of what a killed server leaves need no more than a crash */
export async function startPostgres(bin: string, isDurable = false): Promise<PostgresServer> {
  const place = !isDurable && existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
  const folder = mkdtempSync(join(place, "userns-postgres-"));
  const data = join(folder, "data");
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  mkdirSync(data, { mode: 0o700 });
  if (isRoot) for (const path of [folder, data]) chownSync(path, NOBODY, NOBODY);
  const port = await freePort();
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(bin, program), args, { ...as, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  run(
    "initdb",
    "-D",
    data,
    "-U",
    "ids",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-locale",
    ...(isDurable ? [] : ["-N"]),
  );
  const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories='' -c max_connections=40`;
  const start = () => void run("pg_ctl", "-D", data, "-w", "-l", join(folder, "log"), "-o", options, "start");
  const stop = (mode: string) => void run("pg_ctl", "-D", data, "-w", "-m", mode, "stop");
  start();
  let databases = 0;
  let isUp = true;
  const remove = (): void => {
    if (isUp) stop("immediate");
    isUp = false;
    rmSync(folder, { recursive: true, force: true });
  };
  // A run that is cut short leaves no server behind either.
  process.once("exit", remove);
  return {
    database() {
      const name = `ids${++databases}`;
      run(
        "psql",
        "-h",
        "127.0.0.1",
        "-p",
        String(port),
        "-U",
        "ids",
        "-d",
        "postgres",
        "-c",
        `CREATE DATABASE ${name}`,
      );
      return `postgres://ids@127.0.0.1:${port}/${name}`;
    },
    start() {
      start();
      isUp = true;
    },
    kill() {
      stop("immediate");
      isUp = false;
    },
    remove() {
      process.off("exit", remove);
      remove();
    },
  };
}
