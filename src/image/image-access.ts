import { type AccessTable, type Engine, isValidKuid64, type Kuid64, RIGHT, type UserId } from "../core/index.ts";
import {
  accessUser,
  type Capability,
  type Cred,
  type CredIds,
  capSet,
  chmodAcl,
  createWorld,
  FULL_MACHINE,
  freeWorld,
  idOfSetidFile,
  inodeBits,
  kidsThrough,
  makeCred,
  makeKfsid,
  makeKid,
  markOwners,
  type OwnerKind,
  type OwnerNumbers,
  type OwnerTable,
  ownerMap,
  type PosixAcl,
  type Protected,
  pairOfId,
  ROOT,
  rightsOver,
  type TableNumbers,
  tableNumbers,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import { type Container, containerNamespace, type NamespaceMaps } from "./container.ts";
import type { ImageUser } from "./image-accounts.ts";
import { type ImageTree, PATH_TYPES } from "./image-tree.ts";
import type { PathNode } from "./path-table.ts";

/** A process that may want something of an image's files: its ids are counted where it sits. */
export interface AccessTask extends ImageUser {
  /** In the image's own namespace, on the host, or in another container, by the maps of that. */
  readonly place: "image" | "host" | NamespaceMaps;
  readonly capabilities: readonly Capability[];
}

/** The bits of an answer that are what a task may do; the others say how it came about. */
export const RIGHTS = RIGHT.read | RIGHT.write | RIGHT.execute;

/** Tasks that are asked for together: columns are read once for them all. */
const BATCH = 8;
/** Namespaces that a table tells apart: the host's, the image's, and two others. */
const MOST_OTHERS = 2;

const [FILE, DIRECTORY, DEVICE] = (["file", "directory", "device"] as const).map((type) => PATH_TYPES.indexOf(type));

/** An id that a task or a file cannot have: the map of processes, or that of files, does not hold it. */
export interface MissingId {
  readonly kind: OwnerKind;
  readonly id: number;
  readonly table: OwnerTable;
}

/** Access to the files of one image, unpacked in a container: their owners are what its root gives them there. */
export class ImageAccess {
  readonly #world: World;
  readonly #tree: ImageTree;
  readonly #table: AccessTable;
  /** Owners of an image's files are ids of files. */
  readonly #ownerTable: OwnerTable = "fs";
  readonly #numbers: TableNumbers = tableNumbers();
  readonly #image: UserNamespace;
  readonly #others = new Map<NamespaceMaps, UserNamespace>();

  constructor(engine: Engine, tree: ImageTree, container: Container) {
    this.#world = createWorld(engine, FULL_MACHINE, container.profile);
    this.#tree = tree;
    this.#image = containerNamespace(this.#world, "the container", container);
    this.#table = engine.accessTable(tree.paths.length);
    this.#fill();
  }

  /** Give the memory back. */
  free(): void {
    this.#table.free();
    freeWorld(this.#world);
  }

  /** Why there can be no such task: an id of it that its namespace does not map; null where there can. */
  missingId({ place, uid, gid, groups }: AccessTask): MissingId | null {
    const ns = this.#placeOf(place);
    const missing = <K extends OwnerKind>(kind: K, id: UserId<K>, isGroupOnly: boolean): MissingId | null => {
      const kid = makeKid(this.#world, ns, kind, id);
      if (!isValidKuid64(kid)) return { kind, id, table: "id" };
      // Supplementary groups are ids of processes alone.
      return isGroupOnly || pairOfId(this.#world, ns, kind, id, kid).ok ? null : { kind, id, table: "fs" };
    };
    const group = groups.map((id) => missing("gid", id, true)).find((one) => one !== null);
    return missing("uid", uid, false) ?? missing("gid", gid, false) ?? group ?? null;
  }

  /** The kernel id that an id of the image owns files as. Its id half is NO_ID for none. */
  ownerOf<K extends OwnerKind>(kind: K, id: UserId<K>): Kuid64<K> {
    return makeKfsid(this.#world, this.#image, kind, id, this.#ownerTable);
  }

  /** The kernel id that a program which an id of the image owns makes of who runs it; null for none. */
  grantedBy<K extends OwnerKind>(kind: K, id: UserId<K>): Kuid64<K> | null {
    const owner = this.ownerOf(kind, id);
    const kid = isValidKuid64(owner) ? idOfSetidFile(this.#world, this.#image, kind, owner, this.#ownerTable) : null;
    return kid && isValidKuid64(kid) ? kid : null;
  }

  /**
   * What each task may do with each path.
   *
   * @param tasks  that there can be
   * @returns      bytes of {@link RIGHT} for each task, by node: the rights to the inode itself, and whether its path is
   *               reached. Of nodes that are not there they say nothing
   */
  rights(tasks: readonly AccessTask[]): Uint8Array[] {
    const answers: Uint8Array[] = [];
    for (let batch = this.#batch(tasks); batch.length > 0; batch = this.#batch(tasks.slice(answers.length)))
      answers.push(...this.#ask(batch));
    return answers;
  }

  /** The first of them that can be asked for together. */
  #batch(tasks: readonly AccessTask[]): readonly AccessTask[] {
    const others = new Set<UserNamespace>();
    const end = tasks.findIndex(({ place }, index) => {
      const ns = this.#placeOf(place);
      if (ns !== this.#image && ns !== this.#world.initUserNs) others.add(ns);
      return index === BATCH || others.size > MOST_OTHERS;
    });
    return end < 0 ? tasks : tasks.slice(0, end);
  }

  #ask(tasks: readonly AccessTask[]): Uint8Array[] {
    const places = tasks.map(({ place }) => this.#placeOf(place));
    const namespaces = [...new Set([this.#world.initUserNs, this.#image, ...places])];
    markOwners(this.#world, this.#table, this.#numbers, namespaces, this.#ownerTable);
    const creds = tasks.map((task) => this.#credOf(task));
    const users = creds.map((cred) => accessUser(this.#world, cred, this.#numbers, namespaces, this.#ownerTable));
    const answers = this.#table.ask(users);
    for (const [index, cred] of creds.entries()) this.#askAcls(cred, answers[index] ?? NO_ANSWERS);
    for (const index of creds.keys()) this.#table.reach(index);
    return answers.map((bytes) => bytes.slice());
  }

  /**
   * Put in what ACLs say, which the table does not know. Inodes that are alike are asked for once. Every map that is
   * needed was loaded for the table itself, so that the engine takes no memory, and the answers stay where they are.
   */
  #askAcls(cred: Cred, answers: Uint8Array): void {
    const known = new Map<string, number>();
    for (const node of this.#tree.withAcl) {
      if (((answers[node] ?? 0) & RIGHT.acl) === 0) continue;
      const { key, file } = this.#protectedAt(node);
      const rights = known.get(key) ?? rightsOver(this.#world, cred, file());
      known.set(key, rights);
      answers[node] = rights;
    }
  }

  #protectedAt(node: PathNode): { readonly key: string; file(): Protected } {
    const { type, mode, uid, gid, acl } = this.#tree.at(node);
    const entries = (acl ?? []).map(({ tag, id, perm }) => `${tag}:${id}:${perm}`).join();
    const take = <K extends OwnerKind>(kind: K, of: UserId<K>) => this.ownerOf(kind, of);
    const file = (): Protected => {
      const kept: PosixAcl = (acl ?? []).map((entry) => {
        const { perm } = entry;
        if (entry.tag === "user") return { tag: "user", perm, kid: take("uid", entry.id) };
        if (entry.tag === "group") return { tag: "group", perm, kid: take("gid", entry.id) };
        return { tag: entry.tag, perm };
      });
      const owners = { uid: take("uid", uid), gid: take("gid", gid) };
      // Unpackers set the mode last, and with it what the ACL says of the classes.
      return { ...owners, mode, isDirectory: type === "directory", table: this.#ownerTable, acl: chmodAcl(kept, mode) };
    };
    return { key: `${type} ${mode} ${uid} ${gid} ${entries}`, file };
  }

  #credOf({ place, uid, gid, groups, capabilities }: AccessTask): Cred {
    const world = this.#world;
    const root = world.tasks.get(ROOT);
    if (!root) throw new Error(`a world without ${ROOT}`);
    const userNs = this.#placeOf(place);
    const effective = capSet(capabilities);
    return makeCred(world.credColumns, {
      ...root.cred,
      uid: this.#idsOf(userNs, "uid", uid),
      gid: this.#idsOf(userNs, "gid", gid),
      groups: groups.map((group) => makeKid(world, userNs, "gid", group)),
      effective,
      permitted: effective,
      userNs,
    });
  }

  /** An id in every role, and as an owner of files what its namespace has for it. */
  #idsOf<K extends OwnerKind>(ns: UserNamespace, kind: K, id: UserId<K>): CredIds<K> {
    const kid = makeKid(this.#world, ns, kind, id);
    const pair = pairOfId(this.#world, ns, kind, id, kid);
    if (!pair.ok) throw new Error(`no such task was to be asked for: ${pair.because}`);
    return { real: kid, effective: kid, saved: kid, ...pair.value };
  }

  #placeOf(place: AccessTask["place"]): UserNamespace {
    if (place === "image") return this.#image;
    if (place === "host") return this.#world.initUserNs;
    const known = this.#others.get(place) ?? this.#otherContainer(place);
    this.#others.set(place, known);
    return known;
  }

  /** One with maps, as every kernel has them. */
  #otherContainer(maps: NamespaceMaps): UserNamespace {
    const name = `another container ${this.#others.size + 1}`;
    return containerNamespace(this.#world, name, { maps, fsMaps: null, isIsolated: false });
  }

  /** Owners by their numbers, modes, and the tree. */
  #fill(): void {
    const { types, modes, uids, gids } = this.#tree.columns();
    const [uidNumbers, gidNumbers] = [this.#numbered("uid", uids), this.#numbered("gid", gids)];
    const { bits, above, ...owners } = this.#table.view();
    owners.uids.set(uidNumbers);
    owners.gids.set(gidNumbers);
    above.set(this.#tree.paths.parents());
    for (let node: PathNode = 0; node < types.length; node++) {
      const type = types[node];
      const isChecked = type === FILE || type === DIRECTORY || type === DEVICE;
      const inode = { mode: modes[node] ?? 0, isDirectory: type === DIRECTORY, hasAcl: false };
      bits[node] = isChecked ? inodeBits(inode) : 0;
    }
    for (const node of this.#tree.withAcl) {
      const { mode, type } = this.#tree.at(node);
      bits[node] = inodeBits({ mode, isDirectory: type === "directory", hasAcl: true });
    }
  }

  /** For each id of a column, the number of the kernel id that it owns files as. */
  #numbered<K extends OwnerKind>(kind: K, ids: Uint32Array): Uint32Array {
    const distinct = [...new Set(ids)];
    const map = ownerMap(this.#world, this.#image, kind, this.#ownerTable);
    const kids = kidsThrough<K>(this.#world, map, distinct);
    const numbers: { readonly [Key in OwnerKind]: OwnerNumbers<Key> } = this.#numbers;
    const numberOf = new Map(kids.map((kid, index) => [distinct[index], numbers[kind].add(kid)]));
    return ids.map((id) => numberOf.get(id) ?? 0);
  }
}

const NO_ANSWERS = new Uint8Array(0);
