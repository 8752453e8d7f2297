import { type Engine, quoted, UsernsError } from "../core/index.ts";
import type { PasswdEntry } from "../formats/index.ts";
import { folderOf, type Manifest, type ManifestEntry } from "../manifest/index.ts";
import { type People, type WayToWrite, Writer } from "../pack/index.ts";
import { type Access, askKernel, everybody } from "./asker.ts";
import type { Question } from "./question.ts";
import { type Chain, reach } from "./reach.ts";

/** What is said of one person, or of one path. */
export interface AskedAccess extends Access {
  /** How he could change it all the same, where he may not write to it; null: not at all, or it was not asked. */
  readonly otherWay: WayToWrite | null;
}

/** The answer to a question, by people or by paths. */
export type Asked =
  | {
      readonly by: "people";
      readonly people: readonly ({ readonly who: string; readonly uid: number } & AskedAccess)[];
    }
  | {
      readonly by: "chains";
      /** null: nothing leads there. */
      readonly people: readonly { readonly who: string; readonly uid: number; readonly chain: Chain | null }[];
    }
  | { readonly by: "paths"; readonly paths: readonly AskedPath[] };

/** What somebody may do with one path. */
export type AskedPath = { readonly path: string } & AskedAccess;

/** The image that is asked about. */
export interface AskedImage {
  readonly manifest: Manifest;
  readonly users: readonly PasswdEntry[];
  readonly people: People;
}

/**
 * Answer a question about a tree.
 *
 * @param onAsked  told how many paths were asked about, and waited for
 * @throws UsernsError ERR_USAGE for a path that is not in the tree, and for a user that the image does not have
 */
export async function ask(
  question: Question,
  { manifest, users, people }: AskedImage,
  engine: Engine,
  onAsked: (paths: number) => Promise<void>,
): Promise<Asked> {
  const all = everybody(users, people, manifest);
  switch (question.ask) {
    case "who can": {
      const { verb, path } = question;
      const entry = entryAt(manifest, path);
      const wishes = all.map((person) => ({ person, verb, path }));
      const access = [...askKernel(wishes, manifest, engine)];
      const said = all.map((person, index) => ({
        who: person.name,
        uid: person.uid,
        ...asked(access[index], verb === "write" ? () => new Writer(person, manifest).wayTo(entry) : null),
      }));
      return { by: "people", people: said };
    }
    case "who reaches":
    case "who runs": {
      if (question.ask === "who runs") entryAt(manifest, question.path);
      const goal = question.ask === "who runs" ? { runs: question.path } : { uid: question.uid };
      const chains = reach(all, goal, manifest, engine);
      const said = all.map(({ name, uid }, index) => ({ who: name, uid, chain: chains[index] ?? null }));
      return { by: "chains", people: said };
    }
    case "what can": {
      const { user, verb } = question;
      const person = people.person(user);
      if (!person) throw fault("a user of the image's passwd, or a number", user);
      const entries = manifest.entries.filter(({ type }) => type !== "symlink");
      const writer = new Writer(person, manifest);
      const paths: AskedPath[] = [];
      let at = 0;
      for (const access of askKernel(
        entries.map(({ path }) => ({ person, verb, path })),
        manifest,
        engine,
      )) {
        const entry = entries[at++];
        if (!entry) throw new Error("an answer to no wish");
        const { can, otherWay, rule, because } = asked(access, verb === "write" ? () => writer.wayTo(entry) : null);
        if (can || otherWay !== null) paths.push({ path: entry.path, can, otherWay, rule, because });
        await onAsked(at);
      }
      return { by: "paths", paths };
    }
  }
}

function asked(access: Access | undefined, otherWay: (() => WayToWrite | null) | null): AskedAccess {
  if (!access) throw new Error("every wish is answered");
  return { ...access, otherWay: access.can ? null : (otherWay?.() ?? null) };
}

/** A path is asked about where it lies: a link to it may lead out of the tree. */
function entryAt({ byPath }: Manifest, path: string): ManifestEntry {
  const entry = byPath.get(path);
  if (entry && entry.type !== "symlink") return entry;
  for (let at: string | null = path; at !== null; at = folderOf(at)) {
    const link = byPath.get(at);
    if (link?.type === "symlink")
      throw fault(
        "a path without symbolic links",
        path,
        `ask about the path that ${quoted(at)} leads to: ${link.target}`,
      );
  }
  throw fault("a path of the manifest", path);
}

function fault(expected: string, got: string, fix?: string): UsernsError {
  return new UsernsError("ERR_USAGE", {
    where: "QUESTION",
    expected,
    got: quoted(got),
    ...(fix === undefined ? {} : { fix }),
  });
}
