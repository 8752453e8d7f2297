/**
 * Bundles the package's entries into dist, so that a program reads one file for `userns/core` and few for the others:
 * a file costs Node more than half a millisecond, whatever it holds. `tsc` writes the types beside them.
 *
 * Whatever else takes something from src/core takes it from dist/core/index.js. So every class of it is there once, and
 * `instanceof` holds between the entries. All files but dist/index.js are one folder deep: the way there is one.
 *
 * It stands beside the sources that it bundles, as inline.mjs does in assembly/.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";

const CORE = "core/index.ts";
/** The one other entry in the folder. */
const ENGINE_TS = "core/engine-ts.ts";
const OUT = "dist";
const SHARED = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  // Names stay, for a stack tells them: 16 kB more of the core, and no difference to the cold start (measured).
  minifyWhitespace: true,
  minifySyntax: true,
  splitting: true,
  legalComments: "none",
  logLevel: "warning",
};

/** Leave dist/core/index.js, and dist/core/engine-ts.js, in files of their own. */
const coreApart = {
  name: "core-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir, kind }) => {
      if (kind === "entry-point") return null;
      const found = relative("src", join(resolveDir, path));
      if (!found.startsWith("core/")) return null;
      const file = found === ENGINE_TS ? ENGINE_TS : CORE;
      const up = relative("src", importer).includes("/") ? "../" : "./";
      return { path: up + file.replace(/ts$/, "js"), external: true };
    });
  },
};

const { exports, bin } = JSON.parse(readFileSync("package.json", "utf8"));
const sourceOf = (path) => path.replace(/^(?:\.\/)?dist\/(.*)\.js$/, "src/$1.ts");
const entries = Object.values(exports).flatMap((entry) => (entry.default ? [sourceOf(entry.default)] : []));
const isCore = (entry) => entry === `src/${CORE}`;
/** Entries for Node alone: their packages and Node's modules stay outside, and their pieces are no portable entry's. */
const isHosted = (entry) => /^src\/(?:store|live)\//.test(entry);

await build({ ...SHARED, entryPoints: entries.filter(isCore), outdir: `${OUT}/core` });
await build({
  ...SHARED,
  entryPoints: entries.filter((entry) => !isCore(entry) && !isHosted(entry)),
  outbase: "src",
  outdir: OUT,
  chunkNames: "chunks/[hash]",
  plugins: [coreApart],
});
await build({
  ...SHARED,
  platform: "node",
  packages: "external",
  entryPoints: entries.filter(isHosted),
  outbase: "src",
  outdir: OUT,
  chunkNames: "store/[hash]",
  plugins: [coreApart],
});
await build({
  ...SHARED,
  platform: "node",
  packages: "external",
  entryPoints: [...Object.values(bin).map(sourceOf), "src/cli/layer-thread.ts"],
  outdir: `${OUT}/cli`,
  plugins: [coreApart],
});
