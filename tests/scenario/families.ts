/** The recorded vectors, a file a family. */
import { readdirSync } from "node:fs";

export const FOLDER = "tests/vectors/linux-6.18";

/** Family 7 asks tools of user space, which the model of the kernel does not have. */
export const MODELLED_FILES: readonly string[] = readdirSync(FOLDER).filter((name) => /^[^7].*\.json$/.test(name));
