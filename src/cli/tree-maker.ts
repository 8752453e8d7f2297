import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { UsernsError } from "../core/index.ts";
import { bytesOfPath, folderOf, type Manifest, ROOT_PATH } from "../manifest/index.ts";
import type { TreeMaker } from "../pack/index.ts";
import { fileFault } from "./fault.ts";

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const WRITABLE = "a tree that can be made there";

/**
 * What of a mode its file has on a disk of the caller's: who made it can read and change it, nobody else can change it,
 * and no set-id bit makes a program somebody else. The whole mode stands in the manifest.
 */
const KEPT_BITS = 0o755;
const OWN_FILE = 0o600;
const OWN_FOLDER = 0o700;
const MILLISECONDS = 1000;

/** A folder that is held open, so that no name on the way to it is looked up again. */
interface OpenFolder {
  readonly path: string;
  readonly fd: number;
}

/**
 * Makes a tree below a folder of the caller's, one name at a time from a folder that is held open, as openat(2) does: no
 * symbolic link is followed on the way, and nothing is written over.
 *
 * Every step waits for the disk: what a layer brings next waits with it.
 */
export class DiskTreeMaker implements TreeMaker {
  readonly #shown: string;
  readonly #root: OpenFolder;
  /** The folder of the last path, which is often the next one's too. */
  #folder: OpenFolder;
  #file: { readonly path: string; readonly fd: number } | null = null;

  /**
   * @param folder  empty, and of the caller's
   * @param shown   what errors call it
   */
  constructor(folder: string, shown: string) {
    this.#shown = shown;
    const fd = this.#step(ROOT_PATH, () => openSync(folder, FOLDER));
    this.#root = { path: ROOT_PATH, fd };
    this.#folder = this.#root;
    if (existsSync(`/proc/self/fd/${fd}/.`)) return;
    this.close();
    const expected = "a Linux with /proc, through which files are made where they belong";
    throw new UsernsError("ERR_FILE", { where: "/proc/self/fd", expected, got: "none" });
  }

  folder(path: string, mode: number): void {
    this.#step(path, () => mkdirSync(this.#place(path), (mode & KEPT_BITS) | OWN_FOLDER));
  }

  file(path: string, mode: number): void {
    this.#closeFile();
    const fd = this.#step(path, () => openSync(this.#place(path), NEW_FILE, (mode & KEPT_BITS) | OWN_FILE));
    this.#file = { path, fd };
  }

  bytes(piece: Uint8Array): void {
    const file = this.#file;
    if (!file) throw new Error("bytes of no file");
    for (let at = 0; at < piece.length; )
      at += this.#step(file.path, () => writeSync(file.fd, piece, at, piece.length - at));
  }

  symlink(path: string, target: string): void {
    this.#step(path, () => symlinkSync(Buffer.from(bytesOfPath(target)), this.#place(path)));
  }

  link(path: string, to: string): void {
    this.#closeFile();
    this.#step(path, () => {
      const from = this.#open(folderOf(to) ?? ROOT_PATH);
      try {
        linkSync(placeIn(from, to), this.#place(path));
      } finally {
        this.#closeFolder(from);
      }
    });
  }

  remove(path: string, isFolder: boolean): void {
    this.#closeFile();
    this.#step(path, () => (isFolder ? rmdirSync(this.#place(path)) : unlinkSync(this.#place(path))));
    // What is held open is no longer there.
    if (isFolder) this.#hold(this.#root);
  }

  /** The tree is whole: give each path its time, in whole seconds, and the root its mode. */
  finish(manifest: Manifest): void {
    this.#closeFile();
    for (const { path, mtime } of manifest.entries) {
      // As a date: Node takes a number below 0 for the time now.
      const time = new Date((mtime?.seconds ?? 0) * MILLISECONDS);
      this.#step(path, () => lutimesSync(this.#place(path), time, time));
    }
    const mode = ((manifest.entries[0]?.mode ?? 0) & KEPT_BITS & ~process.umask()) | OWN_FOLDER;
    this.#step(ROOT_PATH, () => chmodSync(this.#place(ROOT_PATH), mode));
  }

  close(): void {
    this.#closeFile();
    this.#hold(this.#root);
    closeSync(this.#root.fd);
  }

  #closeFile(): void {
    if (this.#file) closeSync(this.#file.fd);
    this.#file = null;
  }

  /** A path's name in its folder, which is held open. */
  #place(path: string): Buffer {
    const folder = folderOf(path) ?? ROOT_PATH;
    if (folder !== this.#folder.path) this.#hold(this.#open(folder));
    return placeIn(this.#folder, path);
  }

  /** Name by name, from the folder that is held open where it lies below that, or else from the root. */
  #open(path: string): OpenFolder {
    if (path === ROOT_PATH) return this.#root;
    let at = path.startsWith(`${this.#folder.path}/`) ? this.#folder : this.#root;
    const rest = at === this.#root ? path : path.slice(at.path.length + 1);
    for (const name of rest.split("/")) {
      const next = { path: at === this.#root ? name : `${at.path}/${name}`, fd: openSync(placeIn(at, name), FOLDER) };
      this.#closeFolder(at);
      at = next;
    }
    return at;
  }

  #hold(folder: OpenFolder): void {
    const before = this.#folder;
    this.#folder = folder;
    this.#closeFolder(before);
  }

  #closeFolder(folder: OpenFolder): void {
    if (folder !== this.#root && folder !== this.#folder) closeSync(folder.fd);
  }

  #step<T>(path: string, step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw fileFault(error, path === ROOT_PATH ? this.#shown : `${this.#shown}/${path}`, WRITABLE);
    }
  }
}

function placeIn({ fd }: OpenFolder, path: string): Buffer {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), bytesOfPath(name)]);
}
