/** A copy loop of 128-bit loads and stores in Wasm: inside the caches it beats `memory.copy`. */
import asc from "assemblyscript/asc";

const SOURCE = `
export function copy(from: usize, to: usize, bytes: usize): void {
  const whole = from + (bytes & ~63);
  while (from < whole) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
    from += 64;
    to += 64;
  }
  const end = whole + (bytes & 63);
  for (; from < end; from++, to++) store<u8>(to, load<u8>(from));
}
`;

/** The loop in a memory of its own, which holds `size` ids twice. */
export interface V128Copy {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  run(): void;
}

const BASE = 1024;

let compiled: WebAssembly.Module | undefined;

async function compile(): Promise<WebAssembly.Module> {
  const { error, binary, stderr } = await asc.compileString(SOURCE, {
    optimizeLevel: 3,
    runtime: "stub",
    noAssert: true,
    enable: ["simd"],
  });
  if (error || !binary) throw new Error(`the copy loop does not compile: ${stderr.toString()}`);
  return WebAssembly.compile(Uint8Array.from(binary));
}

export async function v128Copy(size: number): Promise<V128Copy> {
  compiled ??= await compile();
  const { exports } = await WebAssembly.instantiate(compiled);
  const { memory, copy } = exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof copy !== "function")
    throw new Error("the copy loop has changed");
  const bytes = 4 * size;
  const target = BASE + Math.ceil(bytes / 64) * 64;
  memory.grow(Math.ceil((target + bytes) / 65_536));
  return {
    from: new Uint32Array(memory.buffer, BASE, size),
    to: new Uint32Array(memory.buffer, target, size),
    run: () => copy(BASE, target, bytes),
  };
}
