import { UsernsError } from "../core/index.ts";

/**
 * Do what a part of a scenario asks for. An error of the model names a mount or an attribute; here it is told with the
 * JSON path of that part.
 *
 * @param where  the JSON path
 */
export function placed<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UsernsError) || error.where.startsWith("$")) throw error;
    const { expected, got, fix } = error;
    const fault = { where, expected, got: `${error.where}: ${got}` };
    throw new UsernsError(error.code, fix === undefined ? fault : { ...fault, fix }, { cause: error });
  }
}
