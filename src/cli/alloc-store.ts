import type { Command } from "commander";
import { quoted } from "../core/index.ts";
import {
  type ClaimName,
  defaultStorePath,
  isUnmade,
  memoryLedger,
  openLedger,
  type Store,
  storeOver,
} from "../store/index.ts";
import { usageFault } from "./fault.ts";
import { readIds } from "./id-argument.ts";
import { type Terminal, talk, withoutControls } from "./terminal.ts";

/** What every command of `userns alloc` takes. */
export interface StoreOptions {
  readonly store?: string;
  readonly json?: true;
}

/** `--store` and `--json`, the last options of each command. */
export function addStoreOptions(command: Command): Command {
  return command
    .option("--store <place>", "a file, or postgres://user@host/database; else\n$XDG_STATE_HOME/userns/alloc.db")
    .option("--json", "answer as JSON");
}

/** Open the store that is meant, use it, and close it whatever happens. */
export async function withStore<T>(options: StoreOptions, use: (store: Store) => Promise<T>): Promise<T> {
  return using(storeOver(await openLedger(options.store ?? defaultStorePath())), use);
}

/** The same for who only reads: a store that is not there yet holds nothing, and is not made. */
export async function withStoreToRead<T>(
  options: StoreOptions,
  terminal: Terminal,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const place = options.store ?? defaultStorePath();
  if (!isUnmade(place)) return withStore(options, use);
  talk(terminal, `note: ${withoutControls(place)} is not there yet: the first claim makes it`);
  return using(storeOver(memoryLedger()), use);
}

async function using<T>(store: Store, use: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** The help of an argument that names a claim. */
export const CLAIM_HELP = "its number (c17), or the first id of its range";

/** The claim that an argument or `--key` names. @throws UsernsError ERR_USAGE */
export function readClaimName(text: string | undefined, key: string | undefined): ClaimName {
  if ((text === undefined) === (key === undefined))
    throw usageFault("CLAIM", "either a claim or --key", text === undefined ? "neither" : "both");
  if (text === undefined) return { key: key ?? "" };
  const id = /^c(\d{1,15})$/.exec(text)?.[1];
  if (id !== undefined) return { id: Number(id) };
  const first = /^(\d+)(?::\d+)?$/.exec(text)?.[1];
  if (first === undefined) throw usageFault("CLAIM", CLAIM_HELP, quoted(text));
  return { first: readIds(first, "CLAIM").first };
}
