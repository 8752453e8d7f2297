/** The option of every command that shares a queue. */
export const QUEUE = { flags: "--queue <address>", place: "postgres://user@host/database" } as const;
