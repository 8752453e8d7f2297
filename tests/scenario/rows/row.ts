/** A bad scenario, and small scenarios to make one of. */
import type { ErrorCode } from "../../../src/core/index.ts";

export interface Row {
  readonly rule: string;
  readonly scenario: unknown;
  /** The whole message. */
  readonly says: string;
  /** ERR_SCENARIO without. */
  readonly code?: ErrorCode;
  /** Both the published schema and the loader; or the loader alone, where it takes what the scenario itself defines. */
  readonly refusedBy: "both" | "loader";
}

export const A = {
  name: "A",
  parent: "init",
  owner: [1000, 1000],
  uid_map: [[0, 100000, 10]],
  gid_map: [[0, 100000, 10]],
};
export const p = { name: "p", ns: "A", uid: 100000, gid: 100000 };
export const TMPFS = { name: "f", type: "tmpfs" };
export const ACL = [
  ["user_obj", null, 7],
  ["group_obj", null, 5],
  ["other", null, 5],
];

export const withSetup = (setup: unknown) => ({ version: 1, setup, steps: [] });
export const withSteps = (...steps: unknown[]) => ({ version: 1, setup: { namespaces: [A], tasks: [p] }, steps });
export const withFiles = (...files: object[]) =>
  withSetup({ filesystems: [TMPFS], files: files.map((file) => ({ fs: "f", ...file })) });

const LAYERS = [
  { name: "l", type: "tmpfs" },
  { name: "u", type: "tmpfs" },
  { name: "o", type: "overlay", lower: "l", upper: "u" },
];
export const withOverlay = (file: object, ...steps: unknown[]) => ({
  version: 1,
  setup: { filesystems: LAYERS, files: [{ fs: "l", ...file }] },
  steps,
});
export const onOverlay = (step: object) =>
  withOverlay({ path: "a", type: "exe", mode: "0755" }, { task: "@root", ...step });
