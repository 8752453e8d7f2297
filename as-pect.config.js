import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SPECS = "tests/assembly";

// as-pect calls a run without any spec a success.
const specs = readdirSync(SPECS).filter((name) => name.endsWith(".spec.ts"));
const empty = specs.filter((name) => !/^\s*(?:it|test)\(/m.test(readFileSync(join(SPECS, name), "utf8")));
if (specs.length === 0) throw new Error(`no spec in ${SPECS}`);
if (empty.length > 0) throw new Error(`no test in ${empty.join(", ")}`);

export default {
  entries: [`${SPECS}/*.spec.ts`],
  include: [`${SPECS}/*.include.ts`],
  disclude: [/node_modules/],
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
};
