import type { Engine } from "../../core/index.ts";
import type { Given, PeerAnswer } from "./given.ts";

/**
 * What answers one operation of the cases. A UsernsError that it throws is the answer "refused".
 *
 * @param repository  the repository whose cases they are, where peers answer alike questions each by a rule of its own
 */
export type Operation = (given: Given, expect: PeerAnswer, engine: Engine, repository: string) => PeerAnswer;

/** Operations by the names that the cases give them. */
export type Operations = { readonly [op: string]: Operation };
