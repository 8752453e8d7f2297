import { objectOf, optional, text } from "./argument.ts";

/** Mount options of tmpfs, as text: `{ uid: "5", mode: "0700" }`. */
export const tmpfsOptions = objectOf({
  uid: optional(text, undefined),
  gid: optional(text, undefined),
  mode: optional(text, undefined),
});
