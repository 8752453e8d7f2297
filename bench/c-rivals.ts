/** Native C beside the engine: compiled here, run in a child process that waits for its turn in every round. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { IdMap, SegmentTable } from "../src/core/index.ts";
import type { Side } from "./harness.ts";
import { temporaryFolder } from "./temporary.ts";

const SOURCES = fileURLToPath(new URL("rivals/c/", import.meta.url));

/** Flags a file: the kernel is built with -O2; ours as fast as this machine allows. */
export const C_FLAGS = {
  "kernel-algorithm": ["-O2"],
  driver: ["-O2"],
  "own-vertical": ["-O3", "-march=native"],
  "own-trie": ["-O3", "-march=native"],
} as const;

/** Ways that need the extents of one map; the trie serves any flattened route. */
const OF_MAPS = ["kernel", "kernel-called", "vertical"] as const;

/** What the child does with the ids it was given. */
export interface CSides {
  readonly translating: readonly Side[];
  readonly copying: readonly Side[];
}

/** The child process, with a map and ids loaded into it. */
export interface CRivals {
  /** Name and version of the compiler. */
  readonly compiler: string;
  load(table: SegmentTable, map: IdMap | null, ids: Uint32Array): Promise<CSides>;
  close(): void;
}

/** Compile and start the child. @returns a reason when that cannot be had */
export function startCRivals(): CRivals | { readonly missing: string } {
  const folder = temporaryFolder(tmpdir());
  const cc = process.env.CC ?? "cc";
  try {
    const compiler = execFileSync(cc, ["--version"], { encoding: "utf8", stdio: "pipe" }).split("\n")[0] ?? cc;
    for (const [name, flags] of Object.entries(C_FLAGS))
      execFileSync(cc, ["-std=c11", ...flags, "-c", `${SOURCES}${name}.c`, "-o", join(folder, `${name}.o`)], {
        stdio: "pipe",
      });
    const objects = Object.keys(C_FLAGS).map((name) => join(folder, `${name}.o`));
    execFileSync(cc, [...objects, "-o", join(folder, "rivals")], { stdio: "pipe" });
    const child = spawn(join(folder, "rivals"), { stdio: ["pipe", "pipe", "inherit"] });
    return childOf(child, child.stdin, child.stdout, folder, compiler);
  } catch (error) {
    return { missing: `no C rivals: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}` };
  }
}

function childOf(child: ChildProcess, stdin: Writable, stdout: Readable, folder: string, compiler: string): CRivals {
  const answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const ask = async (command: string): Promise<number> => {
    stdin.write(`${command}\n`);
    const { value, done } = await answers.next();
    const answer = done ? "the child has ended" : value;
    if (!/^\d+$/.test(answer)) throw new Error(`C rivals: ${command.split("\n")[0]}: ${answer}`);
    return Number(answer);
  };
  return {
    compiler,
    async load(table, map, ids) {
      const path = join(folder, "ids");
      writeFileSync(path, new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
      await ask(`ids ${path} ${ids.length}`);
      await ask([`segments ${table.length}`, ...table.map((s) => `${s.first} ${s.pin} ${s.delta}`)].join("\n"));
      if (map) {
        const lines = map.byFirst.map((e) => `${e.first} ${e.count} ${(e.lowerFirst - e.first) >>> 0}`);
        await ask([`extents ${lines.length}`, ...lines].join("\n"));
      }
      const sideOf = (name: string): Side => ({
        name: `c ${name}`,
        time: (runs) => ask(`run ${name} ${runs}`),
        sum: () => ask(`sum ${name}`),
        kept: name === "kernel" || name === "memcpy",
      });
      return { translating: [...(map ? OF_MAPS : []), "trie"].map(sideOf), copying: [sideOf("memcpy")] };
    },
    close() {
      stdin.end();
      child.kill();
    },
  };
}
