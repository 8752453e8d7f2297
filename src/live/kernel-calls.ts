/** Calls of Linux that Node has no function for. Each gives what the kernel gave, or its errno, negative. */
export interface KernelCalls {
  /** @param argument  bytes that the kernel reads or writes; null: none */
  ioctl(fd: number, request: number, argument: Uint8Array | null): number;
  /** @param length  of what `buffer` holds, in the call's own unit */
  syscall(number: number, request: Uint8Array, buffer: Uint8Array | BigUint64Array, length: number): number;
}

/** Where the numbers of calls and requests are those that are used here. */
const MACHINES: ReadonlySet<string> = new Set(["x64", "arm64", "riscv64"]);

/**
 * The kernel's calls, through the package koffi, which is loaded only when this is called.
 *
 * @returns null where koffi is not installed, or for another system
 */
export async function kernelCalls(): Promise<KernelCalls | null> {
  if (process.platform !== "linux" || !MACHINES.has(process.arch)) return null;
  const koffi = await loadKoffi();
  if (!koffi) return null;
  const library = koffi.load(null);
  const ioctl = library.func("int ioctl(int, unsigned long, void *)");
  const syscall = library.func("long syscall(long, void *, void *, size_t, unsigned int)");
  const answer = (value: unknown): number => (Number(value) < 0 ? -koffi.errno() : Number(value));
  return {
    ioctl: (fd, request, argument) => answer(ioctl(fd, request, argument)),
    syscall: (number, request, buffer, length) => answer(syscall(number, request, buffer, length, 0)),
  };
}

async function loadKoffi(): Promise<typeof import("koffi")["default"] | null> {
  try {
    const { default: koffi } = await import("koffi");
    return koffi;
  } catch (error) {
    if (isNotInstalled(error)) return null;
    throw error;
  }
}

function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
