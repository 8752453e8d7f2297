/** The exports of the Wasm core: see assembly/. Addresses and lengths go in as numbers, counts and codes come out. */
export type Kernel = (...args: number[]) => number;

export interface Kernels {
  readonly translateBySearch: Kernel;
  readonly translateVertical: Kernel;
  readonly translateByBlocks: Kernel;
  readonly buildRow: Kernel;
  readonly rootBytes: Kernel;
  readonly buildRoot: Kernel;
  readonly listBytes: Kernel;
  readonly buildList: Kernel;
  readonly pack: Kernel;
  readonly unpack: Kernel;
  readonly translatePacked: Kernel;
  readonly translateSplit: Kernel;
  readonly shiftHeader: Kernel;
  readonly access: Kernel;
  readonly reach: Kernel;
  readonly memory: WebAssembly.Memory;
  /** Where the memory that is free to use begins. */
  readonly heap: number;
  /** Where a tar header is put for `shiftHeader`. */
  readonly header: number;
}

export function kernelsOf(instance: WebAssembly.Instance): Kernels {
  const { exports } = instance;
  const kernel = (name: string): Kernel => {
    const found = exports[name];
    if (!isKernel(found)) throw missing(name);
    return found;
  };
  const address = (name: string): number => {
    const found = exports[name];
    if (!(found instanceof WebAssembly.Global)) throw missing(name);
    return Number(found.value) >>> 0;
  };
  const { memory } = exports;
  if (!(memory instanceof WebAssembly.Memory)) throw missing("memory");
  return {
    translateBySearch: kernel("translateBySearch"),
    translateVertical: kernel("translateVertical"),
    translateByBlocks: kernel("translateByBlocks"),
    buildRow: kernel("buildRow"),
    rootBytes: kernel("rootBytes"),
    buildRoot: kernel("buildRoot"),
    listBytes: kernel("listBytes"),
    buildList: kernel("buildList"),
    pack: kernel("pack"),
    unpack: kernel("unpack"),
    translatePacked: kernel("translatePacked"),
    translateSplit: kernel("translateSplit"),
    shiftHeader: kernel("shiftHeader"),
    access: kernel("access"),
    reach: kernel("reach"),
    memory,
    heap: address("HEAP"),
    header: address("HEADER"),
  };
}

function isKernel(value: unknown): value is Kernel {
  return typeof value === "function";
}

function missing(name: string): Error {
  return new Error(`this is not the Wasm core: it exports no ${name}`);
}
