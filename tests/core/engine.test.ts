import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { wasmEngine } from "../../src/core/index.ts";
import { engineSuite } from "../suites/engine.ts";
import { checkRoute, ROUTES } from "../suites/engine-checks.ts";

engineSuite("wasm", () => import("../../src/core/index.ts"));
engineSuite("typescript", () => import("../../src/core/engine-ts.ts"));

const wasm = readFileSync("dist/core.wasm");

/** An instruction of the Wasm, `i32.const N` or `v128.const N`, and the same with one bit of N turned. */
const CONSTANTS: readonly (readonly [where: string, route: string, bytes: readonly number[], place: number])[] = [
  ["a row of large blocks", "340 wide extents", [0x41, 0x09, 0xfd, 0xad, 0x01], 1],
  ["the root above the blocks", "340 extents spread over all ids", [0x41, 0xfc, 0xff, 0x0f], 1],
  ["the nodes above the blocks", "340 extents spread over all ids", [0x41, 0x83, 0x7c, 0x72], 1],
  ["the vertical kernel", "five extents", [0xfd, 0x0c, ...Array<number>(16).fill(0xff)], 2],
];

function checkAll(bytes: Uint8Array<ArrayBuffer>, route: string): void {
  checkRoute(wasmEngine(new WebAssembly.Module(bytes)), ROUTES[route] ?? [], 2000, "many");
}

for (const [where, route, pattern, place] of CONSTANTS)
  test(`the Wasm is what runs: a bit turned in a constant of ${where} turns the checks red`, () => {
    const bytes = Uint8Array.from(wasm);
    checkAll(bytes, route);
    let at = wasm.indexOf(Uint8Array.from(pattern));
    assert.ok(at > 0, "the constant is in the Wasm");
    for (; at > 0; at = wasm.indexOf(Uint8Array.from(pattern), at + 1))
      bytes[at + place] = (bytes[at + place] ?? 0) ^ 4;
    assert.throws(() => checkAll(bytes, route));
  });

test("all static memory of the Wasm core is laid out in one file, below HEAP", () => {
  const files = readdirSync("assembly").filter((name) => name.endsWith(".ts"));
  const holds = files.filter((name) => readFileSync(`assembly/${name}`, "utf8").includes("memory.data("));
  assert.deepEqual(holds, ["static.ts"]);
  const { HEAP, HEADER } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(wasm))).exports;
  assert.ok(HEAP instanceof WebAssembly.Global && HEADER instanceof WebAssembly.Global);
  assert.ok(HEAP.value >= HEADER.value + 512);
});

/** What a fresh process prints, with some change to the host before the engine is made. */
function inFreshProcess(flags: readonly string[], change: string): string {
  const script = `const { init, initSync } = await import("./src/core/index.ts");
    ${change};
    const engine = ASYNC ? await init() : initSync();
    console.log(engine.name + "|" + (engine.fallback ?? "") + "|" + engine.load(ROUTE).one(7));`;
  const route = `{ tables: new Map([[0, [{ first: 0, pin: 0, delta: 1, number: 0 }]]]), other: { id: 0, number: 0 } }`;
  const outputs = ["true", "false"].map((isAsync) =>
    execFileSync(
      process.execPath,
      [
        ...flags,
        "--import",
        "tsx",
        "--input-type=module",
        "-e",
        script.replace("ASYNC", isAsync).replace("ROUTE", route),
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    ).trim(),
  );
  assert.equal(outputs[0], outputs[1], "init() and initSync() say the same");
  return outputs[0] ?? "";
}

const COMPILE_ERROR = `
  WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError("not allowed here"); } };
  WebAssembly.compile = async () => { throw new WebAssembly.CompileError("not allowed here"); }`;

for (const [what, change, output] of [
  ["a host like this one", "0", "wasm||8"],
  ["a host without WebAssembly", "delete globalThis.WebAssembly", "typescript|this host has no WebAssembly|8"],
  ["a host that forbids to compile it", COMPILE_ERROR, "typescript|the Wasm core was not compiled: not allowed here|8"],
] as const)
  test(`init() and initSync() on ${what}: the engine's name, and why the twin serves`, () => {
    assert.equal(inFreshProcess([], change), output);
  });
