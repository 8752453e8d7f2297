/** Who asks `userns check`: an ordinary user from inside its namespace, and a helper from its parent. */
import type { MapQuestion } from "../../src/explain/index.ts";

export const USER: MapQuestion = {
  parent: null,
  writer: { uid: 1000, gid: 1000, caps: [] },
  from: "inside",
  setgroups: null,
  texts: {},
};
export const HELPER: MapQuestion = {
  ...USER,
  writer: { ...USER.writer, caps: ["setgid", "setuid"] },
  from: "parent",
};
