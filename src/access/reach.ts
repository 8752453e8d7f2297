import type { Engine } from "../core/index.ts";
import { hasCap } from "../kernel/index.ts";
import type { Manifest, ManifestEntry } from "../manifest/index.ts";
import type { Person } from "../pack/index.ts";
import { askKernel, keyOf } from "./asker.ts";

const SETUID = 0o4000;
/** Without the group's x bit it is no set-group-ID program. */
const SETGID = 0o2010;

/** A program that somebody runs, and what he is then beside what he was. */
export interface ReachStep {
  readonly path: string;
  readonly becomes: { readonly uid: number | null; readonly gid: number | null };
  /** Has it CAP_SETUID, with which it may become every user? */
  readonly isAnyone: boolean;
}

/** Programs, one started by the other, at whose end somebody is what was asked for; none of them: he is it already. */
export type Chain = readonly ReachStep[];

/** What has to hold at the end of a chain. */
export type Goal = { readonly uid: number } | { readonly runs: string };

/** Who somebody is after some programs. */
interface Reached {
  readonly person: Person;
  readonly chain: Chain;
  /** uid 0, or a program with CAP_SETUID: every user is within reach. */
  readonly isAnyone: boolean;
}

/**
 * Who comes to a goal by set-user-ID and set-group-ID programs, and by programs with CAP_SETUID: the shortest chain.
 *
 * What a program then does is its own affair: a chain says that it runs as somebody, not that it can be made to do his
 * bidding. Other capabilities lead nowhere here.
 *
 * @returns  for each person a chain; null where there is none
 * @source execve(2), credentials(7); capabilities(7), CAP_SETUID
 */
export function reach(
  people: readonly Person[],
  goal: Goal,
  manifest: Manifest,
  engine: Engine,
): readonly (Chain | null)[] {
  const programs = manifest.entries.filter(isPrivileged);
  return people.map((person) => chainTo(person, goal, programs, manifest, engine));
}

function isPrivileged({ type, mode, capability }: ManifestEntry): boolean {
  return type === "file" && ((mode & SETUID) !== 0 || (mode & SETGID) === SETGID || capability !== null);
}

function chainTo(
  person: Person,
  goal: Goal,
  programs: readonly ManifestEntry[],
  manifest: Manifest,
  engine: Engine,
): Chain | null {
  const known = new Set([keyOf(person)]);
  let frontier: readonly Reached[] = [{ person, chain: [], isAnyone: person.uid === 0 }];
  while (frontier.length > 0) {
    const there = frontier.find((reached) => isThere(reached, goal, manifest, engine));
    if (there) return there.chain;
    // Of what is known already nobody has to be asked again: most programs lead each one to the same.
    const steps = frontier.flatMap((from) => stepsFrom(from, programs, person).filter(({ key }) => !known.has(key)));
    const asked = steps.map(({ from, path }) => ({ person: from.person, verb: "execute" as const, path }));
    const may = [...askKernel(asked, manifest, engine)];
    const next: Reached[] = [];
    for (const [index, { reached, key }] of steps.entries()) {
      if (!may[index]?.can || known.has(key)) continue;
      known.add(key);
      next.push(reached);
    }
    frontier = next;
  }
  return null;
}

/** Where each program would lead; two that lead to the same have the same key. */
function stepsFrom(from: Reached, programs: readonly ManifestEntry[], self: Person) {
  return programs.map((program) => {
    const reached = after(from, program, self);
    const key = `${keyOf(reached.person)}${reached.isAnyone ? " anyone" : ""}`;
    return { from, path: program.path, reached, key };
  });
}

function isThere({ person, isAnyone }: Reached, goal: Goal, manifest: Manifest, engine: Engine): boolean {
  if ("uid" in goal) return person.uid === goal.uid || isAnyone;
  // As whom he likes, and what uid 0 may not run, nobody may.
  const as = isAnyone ? { ...person, uid: 0 } : person;
  const [access] = askKernel([{ person: as, verb: "execute", path: goal.runs }], manifest, engine);
  return access?.can ?? false;
}

/** @param self  who began the chain: his supplementary groups stay, but a program's group only until another gives its own */
function after({ person, chain }: Reached, { path, mode, uid, gid, capability }: ManifestEntry, self: Person): Reached {
  const becomes = { uid: (mode & SETUID) !== 0 ? uid : null, gid: (mode & SETGID) === SETGID ? gid : null };
  const mayBeAnyone = capability !== null && hasCap(capability.permitted, "setuid");
  const then: Person = {
    name: person.name,
    uid: becomes.uid ?? person.uid,
    gids: becomes.gid === null ? person.gids : new Set([becomes.gid, ...self.gids]),
  };
  const step = { path, becomes, isAnyone: mayBeAnyone };
  return { person: then, chain: [...chain, step], isAnyone: mayBeAnyone || then.uid === 0 };
}
