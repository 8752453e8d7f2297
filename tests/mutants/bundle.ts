/** The worker with the model in it, every mutant behind its switch. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { type Mutant, mutate, SWITCH } from "./mutate.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What holds ids in memory, reads a scenario's arguments and writes explanations: no rule of Linux. */
const NO_RULES =
  /^src\/kernel\/(bulk-view|errno|kuid-column|show|translators|verdict|world|syscall\/(argument|acl-argument|path-argument|user-space))\.ts$/;

/** @returns the mutants, by their ids */
export async function bundleMutants(path: string, entry: "worker.ts" | "hunt-worker.ts"): Promise<readonly Mutant[]> {
  const mutants: Mutant[] = [];
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: path,
    logLevel: "error",
    // Tables are made while the module loads, before the worker has set the switch.
    banner: { js: `${SWITCH} = () => false;` },
    plugins: [
      {
        name: "mutants",
        setup({ onLoad }) {
          onLoad({ filter: /\/src\/kernel\/.*\.ts$/ }, ({ path: source }) => {
            const file = relative(ROOT, source);
            const text = readFileSync(source, "utf8");
            if (NO_RULES.test(file)) return { contents: text, loader: "ts" };
            const mutated = mutate(file, text, mutants.length);
            mutants.push(...mutated.mutants);
            return { contents: mutated.text, loader: "ts" };
          });
        },
      },
    ],
  });
  return mutants;
}
