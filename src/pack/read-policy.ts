import { isId, NO_ID, quoted } from "../core/index.ts";
import type { AclEntryText, InodeType } from "../kernel/index.ts";
import { ENTRY_TYPES, JsonPlace, readAclText, readCapabilityText } from "../manifest/index.ts";
import { inSource, type Source } from "../scenario/index.ts";
import { readModeChange } from "./mode-change.ts";
import type { People, Person } from "./people.ts";
import {
  type AllowedIds,
  ASPECTS,
  type Aspect,
  type CompileGlob,
  type Constraints,
  type OwnershipPolicy,
  type OwnershipRule,
  type PathSet,
  type Said,
} from "./policy.ts";

/** The version of the format that is read. */
const VERSION = 1;
const RULE_KEYS = ["paths", "types", "owner", "acl", "defaultAcl", "capability"];
const CONSTRAINT_KEYS = ["highestId", "users", "groups", "setuid", "setgid", "capabilities", "notWritable", "separate"];
const TYPES: ReadonlyMap<string, InodeType> = new Map(ENTRY_TYPES.map((type) => [type, type]));
/** What stands for "it shall have none". */
const NONE = "none";

/** What the names and patterns of a policy mean. */
export interface PolicyContext {
  readonly people: People;
  readonly compileGlob: CompileGlob;
}

/**
 * Read a policy: ordered rules that say whose paths are, and constraints that must hold then.
 *
 * @throws UsernsError ERR_POLICY with file:line:column and the JSON path
 */
export function readPolicy(source: Source, context: PolicyContext): OwnershipPolicy {
  return inSource(source, (json) => new PolicyReader(source, context).read(json));
}

class PolicyReader {
  readonly #source: Source;
  readonly #people: People;
  readonly #compileGlob: CompileGlob;

  constructor(source: Source, { people, compileGlob }: PolicyContext) {
    this.#source = source;
    this.#people = people;
    this.#compileGlob = compileGlob;
  }

  read(json: unknown): OwnershipPolicy {
    const root = new JsonPlace(json, { name: null, code: "ERR_POLICY" });
    root.onlyKeys(["version", "rules", "constraints"]);
    const version = root.member("version");
    if (version.value !== VERSION) throw version.fault(`version: ${VERSION}`);
    const rules = root.member("rules").items("a list of rules");
    return {
      name: this.#source.name,
      rules: rules.map((place, index) => this.#rule(place, index)),
      constraints: this.#constraints(root.member("constraints")),
    };
  }

  #placeOf(...path: (string | number)[]): string {
    const place = this.#source.placeOf(path);
    return place ? `${this.#source.name}:${place.line}:${place.column}` : this.#source.name;
  }

  #rule(place: JsonPlace, index: number): OwnershipRule {
    place.onlyKeys(RULE_KEYS);
    const acl = orNone(place.member("acl"), this.#acl);
    const defaultAcl = orNone(place.member("defaultAcl"), this.#acl);
    const capability = orNone(place.member("capability"), readCapabilityText);
    const says: Said = {
      ...this.#owner(place.member("owner")),
      ...(acl !== undefined && { acl }),
      ...(defaultAcl !== undefined && { defaultAcl }),
      ...(capability !== undefined && { capability }),
    };
    if (Object.keys(says).length === 0) throw place.fault("something to say: owner, acl, defaultAcl or capability");
    return {
      number: index + 1,
      where: this.#placeOf("rules", index),
      paths: this.#paths(place.member("paths")),
      types: this.#types(place.member("types")),
      says,
      texts: textsOf(place, says),
    };
  }

  /** `OWNER:GROUP:MODE`, each of which may be left out. */
  #owner(place: JsonPlace): Said {
    if (place.value === undefined) return {};
    const expected = "OWNER:GROUP or OWNER:GROUP:MODE, such as root:shadow:0640 or ::u=rwX,go=rX";
    const parts = place.text(expected, (text) => text.split(":"));
    const [user = "", group = "", mode = "", ...surplus] = parts;
    if (surplus.length > 0 || parts.length < 2 || user + group + mode === "") throw place.fault(expected);
    const change = mode === "" ? null : readModeChange(mode);
    if (mode !== "" && change === null) throw place.fault("a mode such as 0640 or u=rwX,go=rX", quoted(mode));
    return {
      ...(user !== "" && { user: this.#id(place, "uid", user) }),
      ...(group !== "" && { group: this.#id(place, "gid", group) }),
      ...(change && { mode: change }),
    };
  }

  #id(place: JsonPlace, kind: "uid" | "gid", name: string): number {
    const id = this.#people.idOf(kind, name);
    if (id !== null) return id;
    throw place.fault(
      kind === "uid" ? "a user of the image's passwd" : "a group of the image's group file",
      quoted(name),
    );
  }

  readonly #acl = (text: string, where: string): readonly AclEntryText[] => readAclText(text, where, this.#people.idOf);

  #paths(place: JsonPlace): PathSet {
    const globs = textsIn(place, "a pattern, or a list of them");
    if (globs.length === 0) throw place.fault("a pattern, or a list of them");
    return pathSet(globs, this.#compileGlob);
  }

  #types(place: JsonPlace): ReadonlySet<InodeType> | null {
    if (place.value === undefined) return null;
    const expected = `some of ${ENTRY_TYPES.join(", ")}`;
    const read = (text: string): InodeType => {
      const type = TYPES.get(text);
      if (!type) throw place.fault(expected, quoted(text));
      return type;
    };
    return new Set(textsIn(place, expected).map(read));
  }

  #constraints(place: JsonPlace): Constraints {
    if (place.value !== undefined) place.onlyKeys(CONSTRAINT_KEYS);
    const allowed = (key: string, kind: "uid" | "gid") =>
      this.#allowed(place.member(key), kind, this.#placeOf("constraints", key));
    const highest = place.member("highestId");
    const capabilities = place.member("capabilities");
    const listed = (key: string) => (place.member(key).value === undefined ? [] : place.member(key).items("a list"));
    return {
      highestId:
        highest.value === undefined ? null : { where: this.#placeOf("constraints", "highestId"), id: highest.id() },
      users: allowed("users", "uid"),
      groups: allowed("groups", "gid"),
      setuid: allowed("setuid", "uid"),
      setgid: allowed("setgid", "gid"),
      capabilities:
        capabilities.value === undefined
          ? null
          : {
              where: this.#placeOf("constraints", "capabilities"),
              paths: pathSet(textsIn(capabilities, "a list of patterns"), this.#compileGlob),
            },
      notWritable: listed("notWritable").map((one, index) => {
        one.onlyKeys(["paths", "by"]);
        const where = this.#placeOf("constraints", "notWritable", index);
        return { where, paths: this.#paths(one.member("paths")), by: this.#persons(one.member("by"), 1) };
      }),
      separate: listed("separate").map((one, index) => {
        one.onlyKeys(["users", "outside"]);
        const where = this.#placeOf("constraints", "separate", index);
        const outside = textsIn(one.member("outside"), "a list of patterns");
        return { where, people: this.#persons(one.member("users"), 2), outside: pathSet(outside, this.#compileGlob) };
      }),
    };
  }

  /** People whom permissions hold: root is held by none. */
  #persons(place: JsonPlace, least: number): readonly Person[] {
    const expected = `${least} or more users that are not root`;
    const persons = textsIn(place, expected).map((name) => {
      const person = this.#people.person(name);
      if (!person) throw place.fault("a user of the image's passwd", quoted(name));
      if (person.uid === 0) throw place.fault(expected, `${name}, whom no permission holds`);
      return person;
    });
    if (persons.length < least) throw place.fault(expected);
    return persons;
  }

  #allowed(place: JsonPlace, kind: "uid" | "gid", where: string): AllowedIds | null {
    if (place.value === undefined) return null;
    const texts = textsIn(place, "a list of names, ids and ranges such as 1000-1999");
    const ranges = texts.map((text) => rangeIn(text) ?? [this.#id(place, kind, text), this.#id(place, kind, text)]);
    const has = (id: number) => ranges.some(([first = 0, last = 0]) => id >= first && id <= last);
    return { where, text: texts.join(", "), has };
  }
}

/** A text, read; null where it is `none`; undefined where there is none. */
function orNone<T>(place: JsonPlace, read: (text: string, where: string) => T): T | null | undefined {
  if (place.value === undefined) return undefined;
  const [value] = place.text(`a text, or ${NONE}`, (text, where) => [text === NONE ? null : read(text, where)]);
  return value;
}

function rangeIn(text: string): readonly number[] | null {
  const [, first = "", last = ""] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  const range = [Number(first), Number(last)];
  return first !== "" && range.every((id) => isId(id) && id !== NO_ID) ? range : null;
}

/** A text or number, or a list of them. @throws UsernsError ERR_POLICY */
function textsIn(place: JsonPlace, expected: string): readonly string[] {
  if (place.value === undefined) return [];
  const places = Array.isArray(place.value) ? place.items(expected) : [place];
  return places.map((one) => (typeof one.value === "number" ? String(one.value) : one.text(expected, (text) => text)));
}

/** Paths that patterns match. A slash before or behind a pattern changes nothing: all of them count from the root. */
function pathSet(globs: readonly string[], compileGlob: CompileGlob): PathSet {
  const tests = globs.map((glob) => compileGlob(glob.replace(/^(?:\.?\/)+|\/+$/g, "") || "."));
  return { globs, has: (path) => tests.some((test) => test(path)) };
}

function textsOf(place: JsonPlace, says: Said): ReadonlyMap<Aspect, string> {
  const [user = "", group = "", mode = ""] = String(place.member("owner").value ?? "").split(":");
  const texts: Readonly<Record<Aspect, string>> = {
    user: String(says.user ?? user),
    group: String(says.group ?? group),
    mode,
    acl: String(place.member("acl").value),
    defaultAcl: String(place.member("defaultAcl").value),
    capability: String(place.member("capability").value),
  };
  return new Map(ASPECTS.filter((aspect) => says[aspect] !== undefined).map((aspect) => [aspect, texts[aspect]]));
}
