import type { Kuid64 } from "../core/kuid64.ts";

/** A pipe that somebody holds open. */
export interface Pipe {
  readonly user: Kuid64<"uid">;
  readonly pages: number;
}

/** What pipe-user-pages-soft says until somebody writes it. */
export const DEFAULT_PIPE_PAGES = 16_384;
