import { useEffect, useRef, useState } from "preact/hooks";
import { UsernsError } from "../../core/index.ts";
import { packState, unpackState } from "./link.ts";

/** What the address says: a part of the page, and its state where it holds one. */
export interface Address {
  readonly part: string;
  /** Undefined for the part as it is at first; null while the link is unpacked. */
  readonly state: unknown;
  /** What is wrong with the link. */
  readonly fault: UsernsError | null;
}

export interface AddressBar extends Address {
  /** Show a part with a state, and write both into the address. */
  readonly show: (part: string, state: unknown) => void;
}

/** Milliseconds without a change after which the address is written: browsers take few changes a second. */
const QUIET_MS = 250;

/** Keeps what is shown and the address the same, whichever of the two changes. */
export function useAddress(first: string): AddressBar {
  const [shown, setShown] = useState<Address>(() => ({ part: first, state: null, fault: null }));
  const written = useRef("");
  const timer = useRef(0);
  // A part that is left and opened again is as it was.
  const kept = useRef(new Map<string, unknown>());

  useEffect(() => {
    const read = async () => {
      if (location.hash === written.current && written.current !== "") return;
      clearTimeout(timer.current);
      written.current = location.hash;
      const found = await readAddress(location.hash, first, kept.current);
      if (found.state !== undefined) kept.current.set(found.part, found.state);
      setShown(found);
    };
    void read();
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);

  const show = (part: string, state: unknown): void => {
    kept.current.set(part, state);
    const isOther = part !== shown.part;
    setShown({ part, state, fault: null });
    clearTimeout(timer.current);
    const write = async () => {
      const hash = `#${part}/${await packState(state)}`;
      written.current = hash;
      if (isOther) history.pushState(null, "", hash);
      else history.replaceState(null, "", hash);
    };
    timer.current = window.setTimeout(write, isOther ? 0 : QUIET_MS);
  };
  return { ...shown, show };
}

async function readAddress(hash: string, first: string, kept: ReadonlyMap<string, unknown>): Promise<Address> {
  const [, part = "", packed] = /^#?([a-z]*)(?:\/(.*))?$/.exec(hash) ?? [];
  const name = part === "" ? first : part;
  if (packed === undefined || packed === "") return { part: name, state: kept.get(name), fault: null };
  try {
    return { part: name, state: await unpackState(packed), fault: null };
  } catch (error) {
    if (!(error instanceof UsernsError)) throw error;
    return { part: name, state: undefined, fault: error };
  }
}
