import { type AccessTable, type Engine, type IdMap, idMap, NO_ID, RIGHT } from "../core/index.ts";
import {
  accessUser,
  type Capability,
  type Cred,
  capSet,
  childUserNamespace,
  chmodAcl,
  createWorld,
  freeWorld,
  inodeBits,
  intoKernel,
  makeCred,
  makeKid,
  mapOf,
  markOwners,
  type OwnerKind,
  type PosixAcl,
  type Protected,
  ROOT,
  rightsOver,
  sameIds,
  type UserNamespace,
  type World,
} from "../kernel/index.ts";
import type { ImageUser } from "./image-accounts.ts";
import { type ImageTree, PATH_TYPES } from "./image-tree.ts";
import type { PathNode } from "./path-table.ts";

/** The maps of a user namespace. */
export type NamespaceMaps = { readonly [K in OwnerKind]: IdMap<K> };

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

/** Access to the files of one image, unpacked with its owners taken through a map. */
export class ImageAccess {
  readonly #world: World;
  readonly #tree: ImageTree;
  readonly #table: AccessTable;
  readonly #image: UserNamespace;
  readonly #others = new Map<NamespaceMaps, UserNamespace>();

  /** @param maps  of the container; null where its ids are those of the host */
  constructor(engine: Engine, tree: ImageTree, maps: NamespaceMaps | null) {
    this.#world = createWorld(engine);
    this.#tree = tree;
    this.#image = maps ? this.#namespace("the container", maps) : this.#world.initUserNs;
    this.#table = engine.accessTable(tree.paths.length);
    this.#fill();
  }

  /** Give the memory back. */
  free(): void {
    this.#table.free();
    freeWorld(this.#world);
  }

  /** Why there can be no such task: an id of it that its namespace does not map; null where there can. */
  missingId({ place, uid, gid, groups }: AccessTask): { readonly kind: OwnerKind; readonly id: number } | null {
    const ns = this.#placeOf(place);
    const isMapped = (kind: OwnerKind, id: number) => makeKid(this.#world, ns, kind, id).id !== NO_ID;
    if (!isMapped("uid", uid)) return { kind: "uid", id: uid };
    const group = [gid, ...groups].find((id) => !isMapped("gid", id));
    return group === undefined ? null : { kind: "gid", id: group };
  }

  /** The id on the host of an id of the image; NO_ID for none. */
  hostId(kind: OwnerKind, id: number): number {
    return makeKid(this.#world, this.#image, kind, id).id;
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
    markOwners(this.#world, this.#table, namespaces);
    const creds = tasks.map((task) => this.#credOf(task));
    const answers = this.#table.ask(creds.map((cred) => accessUser(cred, namespaces)));
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
    const take = <K extends OwnerKind>(kind: K, id: number) => makeKid(this.#world, this.#image, kind, id);
    const file = (): Protected => {
      const kept: PosixAcl = (acl ?? []).map((entry) => {
        const { perm } = entry;
        if (entry.tag === "user") return { tag: "user", perm, kid: take("uid", entry.id) };
        if (entry.tag === "group") return { tag: "group", perm, kid: take("gid", entry.id) };
        return { tag: entry.tag, perm };
      });
      const owners = { uid: take("uid", uid), gid: take("gid", gid) };
      // Unpackers set the mode last, and with it what the ACL says of the classes.
      return { ...owners, mode, isDirectory: type === "directory", table: "id", acl: chmodAcl(kept, mode) };
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
      uid: sameIds(makeKid(world, userNs, "uid", uid)),
      gid: sameIds(makeKid(world, userNs, "gid", gid)),
      groups: groups.map((group) => makeKid(world, userNs, "gid", group)),
      effective,
      permitted: effective,
      userNs,
    });
  }

  #placeOf(place: AccessTask["place"]): UserNamespace {
    if (place === "image") return this.#image;
    if (place === "host") return this.#world.initUserNs;
    const known = this.#others.get(place) ?? this.#namespace(`another container ${this.#others.size + 1}`, place);
    this.#others.set(place, known);
    return known;
  }

  #namespace(name: string, maps: NamespaceMaps): UserNamespace {
    const { initUserNs } = this.#world;
    const ns = childUserNamespace(this.#world, initUserNs, name, initUserNs.owner, true);
    ns.maps.uid = idMap(maps.uid.extents);
    ns.maps.gid = idMap(maps.gid.extents);
    return ns;
  }

  /** Owners as kernel ids, modes, and the tree. */
  #fill(): void {
    const { types, modes, uids, gids } = this.#tree.columns();
    const { translators } = this.#world;
    const [kuids, kgids] = [uids.slice(), gids.slice()];
    translators.of(intoKernel([mapOf(this.#image, "uid")])).ids(kuids);
    translators.of(intoKernel([mapOf(this.#image, "gid")])).ids(kgids);
    const { bits, above, ...owners } = this.#table.view();
    owners.uids.set(kuids);
    owners.gids.set(kgids);
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
}

const NO_ANSWERS = new Uint8Array(0);
