/**
 * The rules of Linux, under their Linux names; for now the routes that its translations take.
 *
 * This layer holds rules and builds routes; it reads no text and runs no bulk work. It may import core.
 */
export * from "./routes.ts";
