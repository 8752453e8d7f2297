import type { Extent } from "../../core/index.ts";
import type { OwnerKind } from "../../kernel/index.ts";

/** What an error line tells: what was asked of the kernel or of a tool, and with what it was refused. */
export type Clue =
  /** A file was to be given owners. Null: the line does not say which. */
  | {
      readonly asks: "own";
      readonly call: string;
      readonly path: string | null;
      readonly uid: number | null;
      readonly gid: number | null;
      readonly errno: string | null;
    }
  /** A process was to take up an id, or groups. */
  | {
      readonly asks: "take";
      readonly call: "setgroups" | "setresuid" | "setresgid";
      readonly id: number | null;
      readonly errno: string | null;
    }
  /** A line that newuidmap (newgidmap) would not write. */
  | { readonly asks: "range"; readonly kind: OwnerKind; readonly refused: Extent }
  /** The kernel did not take a map. */
  | {
      readonly asks: "map";
      readonly kind: OwnerKind;
      /** Written by newuidmap (newgidmap) for somebody, or by the tool itself. */
      readonly by: "helper" | "tool";
      readonly errno: string | null;
    }
  /** newuidmap (newgidmap) would not touch a process of somebody else. */
  | { readonly asks: "target"; readonly kind: OwnerKind; readonly caller: number; readonly owner: number }
  /** No range is granted to a user. */
  | { readonly asks: "grant"; readonly kind: OwnerKind | null; readonly user: string | null }
  /** A namespace was to be made: one of users, or one of some kind. */
  | {
      readonly asks: "namespace";
      readonly of: "user" | "any";
      readonly errno: string | null;
      /** What the line says that user.max_user_namespaces is; left out: it does not. */
      readonly limit?: number;
    }
  /** A mount was to be idmapped. */
  | { readonly asks: "idmap"; readonly path: string | null; readonly errno: string | null }
  /** newuidmap (newgidmap) is not there, or has no rights. */
  | { readonly asks: "helper"; readonly tool: "newuidmap" | "newgidmap"; readonly lack: "missing" | "rights" }
  /** No error: an owner that is shown as nobody. */
  | { readonly asks: "shown"; readonly path: string | null };

/** One kind of line, and what it tells. */
export interface KnownMessage {
  /** Stable: `storage-insufficient-ids`. */
  readonly name: string;
  /** Who writes it. */
  readonly writer: string;
  /** The tool that a fix is written for, where the line does not name another. */
  readonly tool: ToolName | null;
  /** With named groups; found anywhere in a line. */
  readonly pattern: RegExp;
  readonly clue: (groups: Groups) => Clue;
  /** A line that somebody met. */
  readonly example: string;
  /** Where: a public thread, or `recorded` for one that was made with the tool itself. */
  readonly source: string;
}

/** What the named groups of a pattern matched. */
export type Groups = { readonly [name: string]: string | undefined };

/** Tools that a fix is written for. */
export type ToolName =
  | "podman"
  | "buildah"
  | "docker"
  | "docker-rootless"
  | "containerd"
  | "runc"
  | "crun"
  | "lxc"
  | "incus"
  | "lxd"
  | "nspawn"
  | "apt"
  | "tar"
  | "unshare";

const ERRNO_WORDS: readonly (readonly [words: string, errno: string])[] = [
  ["invalid argument", "EINVAL"],
  ["operation not permitted", "EPERM"],
  ["permission denied", "EACCES"],
  ["no space left on device", "ENOSPC"],
  ["value too large for defined data type", "EOVERFLOW"],
  ["function not implemented", "ENOSYS"],
  ["no such file or directory", "ENOENT"],
];

/** The words of strerror(3) that the messages end with, for a pattern. */
export const ERRNO_PATTERN = `(?<errno>${ERRNO_WORDS.map(([words]) => words).join("|")})`;

/** The errno of a C library's words. @example errnoOf("Invalid argument") // "EINVAL" */
export function errnoOf(words: string | undefined): string | null {
  const given = words?.toLowerCase();
  return ERRNO_WORDS.find(([known]) => known === given)?.[1] ?? null;
}

/** A number that a group matched; null where it did not, or it is no id. */
export function idIn(text: string | undefined): number | null {
  const id = text === undefined ? Number.NaN : Number(text);
  return Number.isInteger(id) && id >= 0 && id < 0xffff_ffff ? id : null;
}

/** uid for newuidmap and subuid, gid for the others. */
export function kindIn(letter: string | undefined): OwnerKind {
  return letter?.toLowerCase().startsWith("g") ? "gid" : "uid";
}
