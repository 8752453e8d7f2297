import { fieldsOf, textOf, wordOf } from "../page/read-json.ts";

/** Who would write a map that was pasted. */
export const WRITERS = ["user", "helper", "root"] as const;
export type WriterName = (typeof WRITERS)[number];

/** What was pasted, and what it is asked against: everything that the part's link holds. */
export interface PasteState {
  readonly text: string;
  readonly writer: WriterName;
  /** The map that ids of a message are followed through. */
  readonly map: string;
}

export const FIRST_PASTE: PasteState = {
  text: "0 1000 1\n1 100000 65536\n65536 300000 10\n",
  writer: "helper",
  map: "0:1000:1,1:100000:65536",
};

/** @throws UsernsError ERR_USAGE for what is none */
export function readPaste(json: unknown): PasteState {
  const fields = fieldsOf(json, "paste");
  return {
    text: textOf(fields, "text", ""),
    writer: wordOf(fields, "writer", WRITERS, "helper"),
    map: textOf(fields, "map", FIRST_PASTE.map),
  };
}
