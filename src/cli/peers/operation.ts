import type { Engine } from "../../core/index.ts";
import type { Given, PeerAnswer } from "./given.ts";

/** What answers one operation of the cases. A UsernsError that it throws is the answer "refused". */
export type Operation = (given: Given, expect: PeerAnswer, engine: Engine) => PeerAnswer;

/** Operations by the names that the cases give them. */
export type Operations = { readonly [op: string]: Operation };
