import { CLASSICAL, type Engine, isValidKuid64, type Kuid64, NO_ID } from "../core/index.ts";
import {
  allow,
  intoKernel,
  type KernelRoute,
  makeKid,
  mapOf,
  type OwnerKind,
  type Profile,
  type UserNamespace,
  type Verdict,
} from "../kernel/index.ts";
import { setupMaps } from "../scenario/index.ts";
import { answerTo, type FileAnswer } from "./file-answer.ts";
import type { FileAsked } from "./file-asked.ts";
import { notHeld, type OwnerMaps } from "./file-question.ts";
import { type FileWorld, fileScenarioIn, INIT, type WrittenKid } from "./file-scenario.ts";
import { waysInto } from "./file-ways.ts";
import {
  FS_MAPS,
  type IsolatedMount,
  inNest,
  type MadeNest,
  type MapsFrom,
  MOUNT_MAPS,
  type NestedNamespace,
} from "./isolated-nest.ts";

/** Who asks for what, of which file, from inside nested namespaces of which some are isolated. */
export interface IsolatedFileQuestion extends FileAsked {
  /** Outermost first; the task is in the last. */
  readonly nest: readonly NestedNamespace[];
  readonly mount: IsolatedMount;
  /** With isolated namespaces; its switches decide where the sources differ. */
  readonly profile: Profile;
}

/** A change after which the answer is yes: the changed question was asked. */
export interface IsolatedFileFix {
  readonly changes: readonly [{ readonly text: string }];
  readonly mount: IsolatedMount;
  readonly answer: FileAnswer;
}

export interface IsolatedFileAnswer {
  readonly answer: FileAnswer;
  /** None where the answer is yes. */
  readonly fixes: readonly IsolatedFileFix[];
}

/**
 * Ask the model what a task of an isolated namespace may do with a file.
 *
 * @returns the kernel's refusal, where it would not make such a mount
 * @throws  UsernsError ERR_ID_RANGE for a task whose ids its namespace, which is not isolated, does not hold
 * @source  isolated user namespaces, 29d2f6c3; vectors/isolated F01 to F15, M01 to M15
 */
export function askIsolatedFile(question: IsolatedFileQuestion, engine: Engine): Verdict<IsolatedFileAnswer> {
  const asked = askOnce(question, engine);
  return asked.ok ? allow({ answer: asked.value, fixes: asked.value.ok ? [] : fixesOf(question, engine) }) : asked;
}

/** The two ways in which a file system takes isolated ids, where they are not taken and would help. */
function fixesOf(question: IsolatedFileQuestion, engine: Engine): readonly IsolatedFileFix[] {
  const number = question.nest.at(-1)?.number ?? CLASSICAL;
  if (number === CLASSICAL) return [];
  const ways: readonly { readonly text: string; readonly mount: IsolatedMount }[] = [
    { text: `idmap the mount with ns${number}`, mount: { ...question.mount, idmap: { number } } },
    { text: `let ns${number} mount the file system`, mount: { idmap: null, filesystem: { number } } },
  ];
  return ways.flatMap(({ text, mount }): IsolatedFileFix[] => {
    const asked = askOnce({ ...question, mount }, engine);
    return asked.ok && asked.value.ok ? [{ changes: [{ text }], mount, answer: asked.value }] : [];
  });
}

function askOnce(question: IsolatedFileQuestion, engine: Engine): Verdict<FileAnswer> {
  const { nest, mount, profile } = question;
  const made = inNest(nest, mount, engine, profile, (made) => ({
    scenario: fileScenarioIn(worldOf(question, made), question),
    into: waysInto(question, {
      ofTask: (kind) => routeFrom(made.inner, kind),
      ofDisk: (kind) => routeFrom(made.mount.superblock.userNs, kind),
    }),
  }));
  return made.ok ? allow(answerTo(question, made.value.scenario, made.value.into, engine)) : made;
}

function worldOf({ nest, mount, profile }: IsolatedFileQuestion, made: MadeNest): FileWorld {
  const { world, namespaces, inner } = made;
  const { userNs } = made.mount.superblock;
  return {
    profile: profile.name,
    namespaces: [
      ...namespaces.map((ns, index) => namespaceItem(made, ns, nest[index]?.maps ?? null)),
      ...itemOf(mount.filesystem, FS_MAPS),
      ...itemOf(mount.idmap, MOUNT_MAPS),
    ],
    ofTask: inner.parent ? inner.name : INIT,
    ofDisk: userNs.parent ? userNs.name : INIT,
    ofMount: made.mount.idmap?.name ?? null,
    idOf: (kind, id) => {
      const kid = makeKid(world, inner, kind, id);
      if (!isValidKuid64(kid)) throw notHeld(kind, id);
      return written(made, kid);
    },
    ownerOf: (kind, id) => written(made, makeKid(world, userNs, kind, id)),
  };
}

/** A kernel id as a scenario writes it. */
function written({ namespaces }: MadeNest, { id, number }: Kuid64): WrittenKid {
  const of = number === CLASSICAL ? undefined : namespaces.find((ns) => ns.number === number);
  return of ? `${id}@${of.name}` : id;
}

function namespaceItem(made: MadeNest, { name, parent, owner, isIsolated, id }: UserNamespace, maps: OwnerMaps | null) {
  return {
    name,
    parent: parent?.parent ? parent.name : INIT,
    owner: [written(made, owner.uid), written(made, owner.gid)],
    number: id,
    isolated: isIsolated,
    ...(maps ? setupMaps(maps) : {}),
  };
}

/** The namespace of maps that are no namespace's of the nest. */
function itemOf(from: MapsFrom | null, name: string): readonly object[] {
  if (!from || !("maps" in from)) return [];
  return [{ name, parent: INIT, owner: [NO_ID, NO_ID], ...setupMaps(from.maps) }];
}

/** From ids used in a namespace to kernel ids. No hop for the initial one. */
function routeFrom<K extends OwnerKind>(ns: UserNamespace, kind: K): KernelRoute<K> {
  return intoKernel(ns.parent ? [mapOf(ns, kind)] : []);
}
