import type { Engine } from "../core/index.ts";
import type { PasswdEntry } from "../formats/index.ts";
import { LINUX } from "../kernel/index.ts";
import { folderOf, type Manifest, type ManifestEntry } from "../manifest/index.ts";
import type { People, Person } from "../pack/index.ts";
import type { Answer, Scenario } from "../scenario/index.ts";
import { playInTree, TREE } from "./play-in-tree.ts";
import type { Verb } from "./question.ts";

/** Somebody whom the accounts do not name, and who owns nothing and is in no group of the tree. */
export const ANYONE_ELSE = "anyone else";

/** Whether somebody may do something to a file, and why. */
export interface Access {
  readonly can: boolean;
  /** The sentence of the rule that decided. */
  readonly rule: string;
  /** What the rule met: which check of which path, with owner and mode; empty where the rule says it all. */
  readonly because: string;
}

/** Every account of an image once, and {@link ANYONE_ELSE} last. */
export function everybody(users: readonly PasswdEntry[], people: People, manifest: Manifest): readonly Person[] {
  const named = users.flatMap(({ name }) => people.person(name) ?? []);
  const distinct = [...new Map(named.map((person) => [person.name, person])).values()];
  return [...distinct, stranger(manifest, distinct)];
}

/** An id that stands nowhere in the tree or among its people. */
function stranger({ entries }: Manifest, people: readonly Person[]): Person {
  const used = new Set<number>();
  for (const { uid, gid, acls } of entries) {
    used.add(uid).add(gid);
    for (const { id } of [...(acls.access ?? []), ...(acls.default ?? [])]) if (id !== null) used.add(id);
  }
  for (const { uid, gids } of people) for (const id of [uid, ...gids]) used.add(id);
  let id = MOST_ORDINARY;
  while (used.has(id)) id--;
  return { name: ANYONE_ELSE, uid: id, gids: new Set([id]) };
}

/** Below it are the ids that Linux gives a meaning to nobody; it is counted down from here. @source login.defs(5): UID_MAX */
const MOST_ORDINARY = 60_000;

const LETTERS = { read: "r", write: "w", execute: "x" } as const satisfies Record<Verb, string>;

/** What somebody wants of a path. */
export interface Wish {
  readonly person: Person;
  readonly verb: Verb;
  readonly path: string;
}

/**
 * So many wishes are asked in one world, of the paths that they need: an inode of the model takes more memory than all
 * else that is known of a path, and what so few take is given back before it is old (V8 11.3, measured).
 */
const WISHES_AT_ONCE = 64;

/**
 * What the model of Linux says to each wish, in a tree in which nothing was done: as access(2) with effective ids would.
 *
 * Capabilities are those that a user has by being uid 0: all.
 *
 * @param wishes  paths of the manifest, on none of which a symbolic link lies
 * @returns       an answer a wish, in their order
 */
export function* askKernel(wishes: readonly Wish[], manifest: Manifest, engine: Engine): Generator<Access> {
  for (let at = 0; at < wishes.length; at += WISHES_AT_ONCE)
    yield* askAtOnce(wishes.slice(at, at + WISHES_AT_ONCE), manifest, engine);
}

function askAtOnce(wishes: readonly Wish[], manifest: Manifest, engine: Engine): readonly Access[] {
  const persons = new Map(wishes.map(({ person }) => [keyOf(person), person]));
  const scenario: Scenario = {
    version: 1,
    profile: LINUX,
    names: {},
    lacks: [],
    setup: {},
    steps: wishes.map(({ person, verb, path }, index) => ({
      task: keyOf(person),
      call: "access",
      args: { path: `${TREE}:${path}`, mode: LETTERS[verb], eff: true },
      observed: null,
      where: `wish ${index + 1}`,
    })),
  };
  const people: People = { idOf: () => null, person: (key) => persons.get(key) ?? null };
  return playInTree(scenario, waysTo(wishes, manifest), people, engine, "answers").answers.map(accessOf);
}

/** What is wished for and the folders above it, each behind its folder: access(2) meets nothing else. */
function waysTo(wishes: readonly Wish[], { byPath }: Manifest): readonly ManifestEntry[] {
  const found = new Map<string, ManifestEntry>();
  for (const { path } of wishes) {
    const missing: ManifestEntry[] = [];
    for (let at: string | null = path; at !== null && !found.has(at); at = folderOf(at)) {
      const entry = byPath.get(at);
      if (!entry) throw new Error(`${at} is not in the manifest`);
      missing.push(entry);
    }
    for (const entry of missing.reverse()) found.set(entry.path, entry);
  }
  return [...found.values()];
}

/** People with the same ids may do the same; a name says nothing. */
export function keyOf({ uid, gids }: Person): string {
  return `${uid}:${[...gids].sort((a, b) => a - b).join(",")}`;
}

function accessOf({ verdict, checks }: Answer): Access {
  if (!verdict.ok) return { can: false, rule: verdict.rule.sentence, because: verdict.because };
  // The last one that compared ids: whether the file system can be written to comes behind it.
  const last = checks.findLast(({ because }) => because !== "");
  return { can: true, rule: last?.rule?.sentence ?? "", because: last ? `${last.asked}: ${last.because}` : "" };
}
