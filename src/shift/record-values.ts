import { fromBase64, isId, type Kind, toBase64 } from "../core/index.ts";
import { type Malformed, translateAclBytes, translateAclText } from "./acl.ts";
import type { EntryGroup } from "./entry-group.ts";
import { type CapabilityRule, translateCapability } from "./file-capability.ts";
import type { Place } from "./id-counts.ts";
import type { Owners } from "./owners.ts";
import { ACL_KEYS, XATTR_KEYS } from "./pax-keys.ts";
import { bytesOf, type PaxRecord, textOf } from "./pax-records.ts";
import { type Counting, countUntranslated } from "./report.ts";

/** How the records of an archive are translated. */
export interface RecordRules {
  readonly owners: Owners;
  readonly dropNames: boolean;
  readonly capabilities: CapabilityRule;
  readonly reverse: boolean;
  readonly counting: Counting;
}

/** A record in hand: its value, decoded, and the group that it belongs to. */
interface Context {
  readonly value: Uint8Array;
  readonly record: PaxRecord;
  readonly group: EntryGroup;
  readonly rules: RecordRules;
}

/** Gives the new value of a record; null to leave the record out. */
type Change = (context: Context) => Uint8Array | null | Malformed;

const translatorOf =
  ({ group, rules }: Context, place: Place) =>
  (kind: Kind, id: number): number =>
    rules.owners.translate(kind, id, place, group);

const owner =
  (kind: Kind): Change =>
  (context) => {
    const { value, group, record } = context;
    const id = group.numberIn(record);
    if (id === null) return value;
    if (!isId(id)) return { expected: `a ${kind} of at most 4294967295`, got: textOf(value, 0, value.length) };
    const to = translatorOf(context, "owner")(kind, id);
    const isPadded = value.length > 1 && value[0] === 0x30;
    return to === id ? value : bytesOf(String(to).padStart(isPadded ? value.length : 0, "0"));
  };

const name: Change = ({ value, rules }) => (rules.dropNames ? null : value);

const aclBytes: Change = (context) => {
  context.rules.counting.acls.values++;
  return translateAclBytes(context.value, translatorOf(context, "acl"));
};

const aclText: Change = (context) => {
  const { acls } = context.rules.counting;
  acls.values++;
  const onNameWithoutId = () => {
    acls.namesWithoutId++;
  };
  const { dropNames } = context.rules;
  return translateAclText(context.value, translatorOf(context, "acl"), { dropNames, onNameWithoutId });
};

const capability: Change = (context) => {
  const { counting, capabilities, reverse } = context.rules;
  const result = translateCapability(context.value, translatorOf(context, "capability"), capabilities, reverse);
  if ("expected" in result) return result;
  counting.capabilities[result.hadRootId ? "withRoot" : "withoutRoot"]++;
  if (result.value.length !== context.value.length) counting.capabilitiesChanged++;
  return result.value;
};

/** ACLs that name people in ways of their own: as a principal in text or XDR, not as an id at a known place. */
const untranslatedAcl: Change = ({ value, group, rules }) => {
  countUntranslated(rules.counting, () => group.path());
  return value;
};

/** libarchive's form of an extended attribute: base 64, as a rule without the filling at its end. */
const inBase64 =
  (change: Change): Change =>
  (context) => {
    const text = textOf(context.value, 0, context.value.length);
    const expected = `base 64 in ${context.record.key}`;
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return { expected };
    const bare = text.replace(/=+$/, "");
    const value = fromBase64(bare);
    if (!value) return { expected };
    const changed = change({ ...context, value });
    if (!(changed instanceof Uint8Array)) return changed;
    const encoded = toBase64(changed);
    return bytesOf(bare === text ? encoded.replace(/=+$/, "") : encoded);
  };

const ATTRIBUTES: readonly (readonly [name: string, change: Change])[] = [
  ["system.posix_acl_access", aclBytes],
  ["system.posix_acl_default", aclBytes],
  ["security.capability", capability],
];

/** Linux' NFS client, ZFS as TrueNAS has it, and the richacl patches. */
const UNTRANSLATED = ["system.nfs4_acl", "system.nfs4_acl_xdr", "system.richacl"] as const;

/** Every record that holds an owner, and those that hold one out of reach; all others stay as they are, `user.rootlesscontainers` among them. */
const CHANGES: ReadonlyMap<string, Change> = new Map<string, Change>([
  ["uid", owner("uid")],
  ["gid", owner("gid")],
  ["uname", name],
  ["gname", name],
  [ACL_KEYS.access, aclText],
  [ACL_KEYS.default, aclText],
  [ACL_KEYS.nfs4, aclText],
  ...ATTRIBUTES.flatMap(([attribute, change]): [string, Change][] => [
    [`${XATTR_KEYS.schily}${attribute}`, change],
    [`${XATTR_KEYS.libarchive}${attribute}`, inBase64(change)],
  ]),
  ...UNTRANSLATED.flatMap((attribute): [string, Change][] => [
    [`${XATTR_KEYS.schily}${attribute}`, untranslatedAcl],
    [`${XATTR_KEYS.libarchive}${attribute}`, untranslatedAcl],
  ]),
]);

/**
 * The new value of a pax record.
 *
 * @returns null to leave the record out; undefined when it stays as it is
 * @throws  UsernsError ERR_TAR for a value that is not what its key says
 */
export function changedValue(record: PaxRecord, group: EntryGroup, rules: RecordRules): Uint8Array | null | undefined {
  const change = CHANGES.get(record.key);
  // An empty value takes back what a global header stated: it names nobody.
  if (!change || (record.valueEnd === record.valueAt && change !== name)) return undefined;
  const value = group.bytes.subarray(record.valueAt, record.valueEnd);
  const changed = change({ value, record, group, rules });
  if (changed === null) return null;
  if (!(changed instanceof Uint8Array)) {
    const { expected, got = `${value.length} bytes in the record ${record.key}` } = changed;
    throw group.fail(record.valueAt, expected, got);
  }
  return isSame(changed, value) ? undefined : changed;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, k) => byte === b[k]);
}
