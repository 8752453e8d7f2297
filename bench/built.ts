/** The benchmark runs what the sources say: the Wasm and the package are built anew when a source is newer. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export const CORE_WASM = "dist/core.wasm";
const OUTPUTS = [CORE_WASM, "dist/core-wasm.js", "dist/core/index.js"];

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(folder, name)));
  return Math.max(0, ...files.filter((file) => file.isFile()).map(({ mtimeMs }) => mtimeMs));
}

/** Build the package unless it is newer than all of its sources. */
export function ensureBuilt(say: (text: string) => void): void {
  const source = Math.max(newest("assembly"), newest("src"));
  if (OUTPUTS.every((path) => existsSync(path) && statSync(path).mtimeMs >= source)) return;
  say("building the package first");
  execFileSync("npm", ["run", "build"], { stdio: ["ignore", "ignore", "inherit"] });
}
