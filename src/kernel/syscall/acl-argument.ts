import type { FileCapability } from "../capability-xattr.ts";
import { ACL_TAGS, type AclEntryText, type AclTag } from "../posix-acl.ts";
import {
  type Argument,
  capabilities,
  flag,
  id,
  listOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  scenarioError,
} from "./argument.ts";

const tag = oneOf(...ACL_TAGS);

/** The most that the 16 bits of an entry's permissions hold; a valid entry has 0 … 7. */
const MAX_PERM = 0xffff;

const perm: Argument<number> = {
  schema: { type: "integer", minimum: 0, maximum: MAX_PERM },
  isOptional: false,
  read: (value, where) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > MAX_PERM)
      throw scenarioError(where, "permission bits, 0 … 7 where they are to be valid", value);
    return value;
  },
};

/** An entry of an ACL as it is given: the id of whom it names, or null. */
export type GivenEntry<Id> =
  | { readonly tag: "user" | "group"; readonly id: Id; readonly perm: number }
  | { readonly tag: Exclude<AclTag, "user" | "group">; readonly id: null; readonly perm: number };

/** An ACL: entries in order, `[tag, id or null, permission]`. @param id  how an id is given */
export function aclOf<Id>(id: Argument<Id>): Argument<readonly GivenEntry<Id>[]> {
  const named = nullable(id);
  return listOf({
    schema: { type: "array", prefixItems: [tag.schema, named.schema, perm.schema], minItems: 3, maxItems: 3 },
    isOptional: false,
    read: (value, where, world): GivenEntry<Id> => {
      if (!Array.isArray(value) || value.length !== 3)
        throw scenarioError(where, "[tag, id or null, permission]", value);
      const of = tag.read(value[0], `${where}[0]`, world);
      const whom = named.read(value[1], `${where}[1]`, world);
      const bits = perm.read(value[2], `${where}[2]`, world);
      if (of === "user" || of === "group") {
        if (whom === null) throw scenarioError(`${where}[1]`, `the id of the ${of}`, whom);
        return { tag: of, id: whom, perm: bits };
      }
      if (whom !== null) throw scenarioError(`${where}[1]`, `null, for ${of} names nobody`, value[1]);
      return { tag: of, id: null, perm: bits };
    },
  });
}

/** An ACL as a call gives it: ids are the caller's. */
export const acl: Argument<readonly AclEntryText[]> = aclOf(id);

/** Back to JSON. */
export function showAcl(entries: readonly AclEntryText[]): unknown {
  return entries.map(({ tag, id, perm }) => [tag, id, perm]);
}

const VERSIONS: { readonly [version: number]: FileCapability["version"] } = { 2: 2, 3: 3 };

const version: Argument<FileCapability["version"]> = {
  schema: { enum: [2, 3] },
  isOptional: false,
  read: (value, where) => {
    const known = typeof value === "number" ? VERSIONS[value] : undefined;
    if (known === undefined) throw scenarioError(where, "version 2 or 3", value);
    return known;
  },
};

const FILE_CAPABILITY = {
  v: version,
  eff: optional(flag, false),
  perm: optional(capabilities, 0n),
  inh: optional(capabilities, 0n),
  rootid: optional(id, undefined),
};

/** A file's capabilities: `{v, eff, perm, inh, rootid}`, the last with version 3 alone. */
export const fileCapability: Argument<FileCapability> = {
  schema: objectOf(FILE_CAPABILITY).schema,
  isOptional: false,
  read: (value, where, world) => {
    const { v, eff, perm, inh, rootid } = objectOf(FILE_CAPABILITY).read(value, where, world);
    if ((v === 3) !== (rootid !== undefined))
      throw scenarioError(
        `${where}.rootid`,
        v === 3 ? "a root id with version 3" : "no root id with version 2",
        rootid,
      );
    return { version: v, isEffective: eff, permitted: perm, inheritable: inh, rootId: rootid ?? 0 };
  },
};
