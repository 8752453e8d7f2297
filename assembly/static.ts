/**
 * All static memory there is. The addresses are constants, so that the module has no start function: it would have to
 * be compiled before the instance is there (0.3 ms of a cold start, measured).
 */

/** Where a tar header is put: 512 bytes. */
export const HEADER: usize = memory.data(512, 16);

/** The first address that is not used here. */
export const HEAP: usize = HEADER + 512;
