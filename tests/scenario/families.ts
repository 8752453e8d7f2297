/** The recorded vectors, a file a family. */
import { readdirSync } from "node:fs";

export const FOLDER = "tests/vectors/linux-6.18";

/** Every family; family 7 runs tools of user space, which are handed in. */
export const FAMILY_FILES: readonly string[] = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

/** Those whose steps are all calls of the kernel, which a scenario can hold; family 7 runs programs of user space. */
export const KERNEL_FILES: readonly string[] = FAMILY_FILES.filter((name) => !name.startsWith("7_"));
