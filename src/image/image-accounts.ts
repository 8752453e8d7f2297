import { entriesOf, type GroupEntry, type PasswdEntry, parseGroup, parsePasswd } from "../formats/index.ts";
import type { UnpackedImage } from "./read-trees.ts";

/** Who a process of an image is: ids of the image. */
export interface ImageUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
}

/** The people of an image, by its own passwd and group. */
export class ImageAccounts {
  readonly #users: readonly PasswdEntry[];
  readonly #groups: readonly GroupEntry[];
  /** Files of accounts that the image has, or seems to have, and that were not read. */
  readonly unread: readonly string[];

  constructor(image: UnpackedImage) {
    const [passwd, group] = [image.file(PASSWD), image.file(GROUP)];
    this.#users = passwd ? entriesOf(parsePasswd(LATIN1.decode(passwd), PASSWD)) : [];
    this.#groups = group ? entriesOf(parseGroup(LATIN1.decode(group), GROUP)) : [];
    const isThere = (path: string) => image.hasName(path);
    this.unread = [
      ...(passwd === null && isThere(PASSWD) ? [PASSWD] : []),
      ...(group === null && isThere(GROUP) ? [GROUP] : []),
    ];
  }

  /** The names of all users, in the order of the file, each once. */
  get names(): readonly string[] {
    return [...new Set(this.#users.map(({ name }) => name))];
  }

  /** The first user of this name. */
  named(name: string): ImageUser | null {
    const user = this.#users.find((one) => one.name === name);
    return user ? this.#userOf(user) : null;
  }

  /** Whoever has the id, as a container engine takes a number: without an account its group is 0, and it has no others. */
  numbered(uid: number): ImageUser {
    const user = this.#users.find((one) => one.uid === uid);
    return user ? this.#userOf(user) : { uid, gid: 0, groups: [] };
  }

  /** Is there an account or a group of the id? */
  has(id: number): boolean {
    return this.#users.some(({ uid, gid }) => uid === id || gid === id) || this.#groups.some(({ gid }) => gid === id);
  }

  #userOf({ name, uid, gid }: PasswdEntry): ImageUser {
    const groups = this.#groups.filter(({ members }) => members.includes(name)).map((group) => group.gid);
    return { uid, gid, groups: [...new Set(groups)].filter((group) => group !== gid).sort((a, b) => a - b) };
  }
}

const PASSWD = "etc/passwd";
const GROUP = "etc/group";
/** Names may hold any byte. */
const LATIN1 = new TextDecoder("latin1");
