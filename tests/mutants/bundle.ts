/** A program with the model in it, every mutant behind its switch, as one module. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { FILES_LEFT_ALONE } from "./left-alone.ts";
import { type Mutant, mutate } from "./mutate.ts";

const KERNEL = join(import.meta.dirname, "../../src/kernel");

export interface Bundle {
  /** A `data:` URL. */
  readonly url: URL;
  /** By their ids. */
  readonly mutants: readonly Mutant[];
}

/** @param entry  a file of this folder */
export async function bundleMutants(entry: "worker.ts" | "hunt-worker.ts"): Promise<Bundle> {
  const mutants: Mutant[] = [];
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    logLevel: "error",
    // The mutated source calls its functions by their names.
    inject: [join(import.meta.dirname, "switch.ts")],
    plugins: [
      {
        name: "mutants",
        setup({ onLoad }) {
          onLoad({ filter: /\/src\/kernel\/.*\.ts$/ }, ({ path }) => {
            const file = relative(KERNEL, path);
            const text = readFileSync(path, "utf8");
            if (FILES_LEFT_ALONE.has(file)) return { contents: text, loader: "ts" };
            const mutated = mutate(file, text, mutants.length);
            mutants.push(...mutated.mutants);
            return { contents: mutated.text, loader: "ts" };
          });
        },
      },
    ],
  });
  const code = outputFiles.map(({ text }) => text).join("");
  return { url: new URL(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`), mutants };
}
