import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const folders = new Set<string>();

function removeAll(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

/** A new folder in `parent`, gone when the benchmark ends, interrupted or not. */
export function temporaryFolder(parent: string): string {
  if (folders.size === 0) {
    process.once("exit", removeAll);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  }
  const folder = mkdtempSync(join(parent, "userns-bench-"));
  folders.add(folder);
  return folder;
}
