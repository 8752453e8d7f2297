import { UsernsError } from "../../core/index.ts";

/** What came of reading an input: a value, or what is wrong with it. */
export type Attempt<T> =
  | { readonly value: T; readonly fault: null }
  | { readonly value: null; readonly fault: UsernsError };

/** Bad input becomes a value that can be drawn; a bug is thrown on. */
export function attempt<T>(make: () => T): Attempt<T> {
  try {
    return { value: make(), fault: null };
  } catch (error) {
    if (error instanceof UsernsError) return { value: null, fault: error };
    throw error;
  }
}
