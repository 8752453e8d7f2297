import { UsernsError } from "../core/index.ts";

/** An image that is not as the specification says, or not as its own digests say. */
export function imageFault(where: string, expected: string, got: string, fix?: string): UsernsError {
  return new UsernsError("ERR_IMAGE", { where, expected, got, ...(fix === undefined ? {} : { fix }) });
}
