import type { ToolUser } from "../../formats/index.ts";
import type { Capability } from "../../kernel/index.ts";
import type { Host, HostFiles } from "../../policy/index.ts";
import type { OwnerMaps } from "../file-question.ts";
import type { ToolName } from "./clue.ts";

/** What is known besides the error line. Null: it was not given, and is never guessed. */
export interface WhyContext {
  /** The maps of the namespace in which it happened. */
  readonly maps: OwnerMaps | null;
  /** What to call them: `--map`, `process 2381`. */
  readonly mapsName: string;
  /** Who ran there, ids as counted inside. */
  readonly process: {
    readonly pid: number;
    /** Effective; NO_ID where its namespace has no number for it. */
    readonly uid: number;
    readonly gid: number;
    readonly caps: readonly Capability[];
    readonly setgroups: "allow" | "deny";
  } | null;
  /** Who ran the tool, and what the subid files grant to them. */
  readonly user: ToolUser | null;
  /** subuid and subgid, and the files that say what is taken; null where no subid file was given. */
  readonly files: HostFiles | null;
  /** The owner that the file was to have, or has outside: of `--owner`, or of the entry of a layer. */
  readonly owner: { readonly uid: number; readonly gid: number; readonly from: string } | null;
  /** The layer that was unpacked. */
  readonly layer: string | null;
  /** The machine, where it happened on this one. */
  readonly host: Host | null;
  /** The tool whose syntax a fix is wanted in; null: the one that the line names. */
  readonly tool: ToolName | null;
}
