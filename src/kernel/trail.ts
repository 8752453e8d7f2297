import type { Inode } from "./inode.ts";
import type { Path } from "./mount.ts";
import type { Translation } from "./translators.ts";
import type { Rule } from "./verdict.ts";

/** A check that a call made on the way to its answer: told by the rule itself, when it decides. */
export interface Check {
  /** What was asked, and of what: `search disk:dir`. */
  readonly asked: string;
  readonly ok: boolean;
  /** The rule that decided this one; null where none did in particular. */
  readonly rule: Rule | null;
  /** What the rule met: ids, modes, names; empty where the rule says it all. */
  readonly because: string;
  /** The ids that were taken along a route for it. */
  readonly ways: readonly Translation[];
}

/** What a verdict is to a trail. */
type Decided = Pick<Check, "ok"> & { readonly rule?: Rule; readonly because?: string };

/** The checks of one call, in order, for who asks: {@link World.trail}. One that fails need not be what refuses. */
export class Trail {
  readonly checks: Check[] = [];
  readonly #names = new Map<Inode, string>();
  #ways: Translation[] = [];

  /**
   * A check was made.
   *
   * @param asked  what was asked, as a verb
   * @param of     a file that a walk came by, or the thing in words
   * @param met    what the rule met, beside what the verdict says of it
   */
  add(asked: string, of: Path | string, { ok, rule, because = "" }: Decided, met = ""): void {
    const said = because === rule?.sentence ? "" : because;
    this.checks.push({
      asked: `${asked} ${typeof of === "string" ? of : this.#nameOf(of)}`,
      ok,
      rule: rule ?? null,
      because: [...new Set([said, met])].filter((text) => text !== "").join("; "),
      ways: this.#ways,
    });
    this.#ways = [];
  }

  /** An id was taken along a route: for the check that comes next. */
  took(way: Translation): void {
    this.#ways.push(way);
  }

  /** A walk came to what a directory of a mount has under a name. */
  reached({ mount, inode }: Path, directory: Inode, name: string): void {
    const above = directory === mount.root ? undefined : this.#names.get(directory);
    this.#names.set(inode, above === undefined ? name : `${above}/${name}`);
  }

  #nameOf({ mount, inode }: Path): string {
    if (inode === mount.root) return `the top of ${mount.name}`;
    const name = this.#names.get(inode);
    return name === undefined ? `a ${inode.type} of ${mount.name}` : `${mount.name}:${name}`;
  }
}
