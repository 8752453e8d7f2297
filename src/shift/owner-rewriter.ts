import { HEADER, type HeaderShifter, isId } from "../core/index.ts";
import { verifyChecksum, writeChecksum } from "./checksum.ts";
import type { EntryGroup } from "./entry-group.ts";
import type { Extension } from "./extension.ts";
import { BLOCK, FIELDS, type Field, hasNames, inBlocks, isGnu, MAGIC, shapeOf, TYPE } from "./header.ts";
import { readNumber, writeBinary, writeNumber } from "./number-field.ts";
import { bytesOf, joined, recordOf, rewriteRecords } from "./pax-records.ts";
import { changedValue, type RecordRules } from "./record-values.ts";
import { countUntranslated } from "./report.ts";
import type { EntryVisitor, Rewritten } from "./tar-walk.ts";

type OwnerKind = "uid" | "gid";
const OWNER_KINDS: readonly OwnerKind[] = ["uid", "gid"];
const MAX_UNSIGNED = 0x1_0000_0000;

/**
 * Puts new owners into headers, pax records, ACLs and capabilities, and leaves every other byte.
 *
 * An owner field that a pax record of the same entry overrides follows the record where both said the same, and else
 * stays: it is often a number cut short. Where it would only then say what the record says, it gets what the record
 * said: so the two are told apart on the way back too. A global record overrides no field here: Go's archive/tar, and so
 * most container engines, do not heed it, and the others do; so both are translated.
 */
export class OwnerRewriter implements EntryVisitor {
  readonly #rules: RecordRules;
  readonly #shifter: HeaderShifter | null;
  /** Was a byte of the entry's own header changed, so that its checksum is due? */
  #isChanged = false;
  /** Owners that a global header states, as they now are. */
  readonly #global = new Map<OwnerKind, number>();

  /** @param shifter  rewrites plain headers; null to have them all taken one field at a time */
  constructor(rules: RecordRules, shifter: HeaderShifter | null) {
    this.#rules = rules;
    this.#shifter = rules.dropNames ? null : shifter;
  }

  plain(bytes: Uint8Array, at: number): boolean {
    if (!this.#shifter || this.#shifter.shift(bytes, at) !== HEADER.shifted) return false;
    this.#rules.counting.headersShifted++;
    return true;
  }

  entry(group: EntryGroup): Rewritten {
    const stated = { uid: group.numberOf("uid"), gid: group.numberOf("gid") };
    const bodies = group.extensions.map((extension) => this.#records(group, extension));
    const added = group.hasEntry ? this.#header(group, stated) : [];
    if (this.#rules.owners.isRefused) return "stop";
    if (group.hasEntry && group.bytes[group.header + FIELDS.type.at] === TYPE.solarisAcl)
      countUntranslated(this.#rules.counting, () => group.path());
    if (added.length > 0) {
      this.#rules.counting.recordsAdded++;
      return rebuilt(group, bodies, joined(added));
    }
    const isSameLength = bodies.every((body, k) => !body || body.length === group.extensions[k]?.size);
    if (!isSameLength) return rebuilt(group, bodies, null);
    for (const [k, body] of bodies.entries())
      if (body) group.bytes.set(body, (group.extensions[k]?.header ?? 0) + BLOCK);
    return "in place";
  }

  #records(group: EntryGroup, extension: Extension): Uint8Array | null {
    if (extension.records.length === 0) return null;
    const isGlobal = extension.type === TYPE.paxGlobal;
    return rewriteRecords(group.bytes, extension.records, (record) => {
      if (isGlobal && record.key === "size" && group.numberIn(record) !== null)
        throw group.fail(record.at, "sizes that entries state themselves", "a size in a global header");
      const value = changedValue(record, group, this.#rules);
      const kind = OWNER_KINDS.find((key) => key === record.key);
      if (isGlobal && kind)
        this.#setGlobal(kind, value ? Number(String.fromCharCode(...value)) : group.numberIn(record));
      return value;
    });
  }

  #setGlobal(kind: OwnerKind, id: number | null): void {
    if (id === null) this.#global.delete(kind);
    else this.#global.set(kind, id);
  }

  /** @returns pax records for owners that no longer fit the header */
  #header(group: EntryGroup, stated: Readonly<Record<OwnerKind, number | null>>): Uint8Array[] {
    const { bytes, header } = group;
    if (!shapeOf(bytes[header + FIELDS.type.at] ?? 0).hasOwner) return [];
    const isPlainOwner = stated.uid === null && stated.gid === null;
    if (isPlainOwner && this.#shifter?.shift(bytes, header) === HEADER.shifted) {
      this.#rules.counting.headersShifted++;
      return [];
    }
    this.#isChanged = false;
    const unmapped = this.#rules.owners.unmappedCount;
    const added = OWNER_KINDS.flatMap((kind) => this.#owner(group, kind, stated[kind]) ?? []);
    if (this.#rules.owners.unmappedCount === unmapped) this.#rules.counting.headersShifted++;
    if (this.#rules.dropNames && hasNames(bytes, header))
      for (const field of [FIELDS.uname, FIELDS.gname]) this.#clear(bytes, header + field.at, field.width);
    if (this.#isChanged) writeChecksum(bytes, header, group.summing);
    return added;
  }

  #clear(bytes: Uint8Array, at: number, width: number): void {
    bytes.fill(0, at, at + width);
    this.#isChanged = true;
  }

  #owner(group: EntryGroup, kind: OwnerKind, stated: number | null): Uint8Array | null {
    const { bytes, header } = group;
    const field: Field = FIELDS[kind];
    const old = idIn(bytes, header, field);
    if (stated !== null) {
      this.#overridden(group, field, old, stated, this.#rules.owners.peek(kind, stated));
      return null;
    }
    if (old === null) {
      const got = JSON.stringify(readable(bytes, header + field.at, field.width));
      throw group.fail(header + field.at, `a ${kind} of at most 4294967295 in octal or base 256`, got);
    }
    const id = this.#rules.owners.translate(kind, old, "owner", group);
    if (id === old) return null;
    const isWritten = writeNumber(bytes, header, field, id);
    if (isWritten || isGnu(bytes, header)) {
      this.#isChanged = true;
      if (isWritten) return null;
      writeBinary(bytes, header, field, id);
      this.#rules.counting.fieldsWidened++;
      return null;
    }
    return recordOf(kind, bytesOf(String(this.#global.get(kind) ?? id)));
  }

  /** A field that says `old` under a record that said `stated` and says `id`. */
  #overridden({ bytes, header }: EntryGroup, field: Field, old: number | null, stated: number, id: number): void {
    const becomes = old === stated ? id : old === id ? stated : old;
    if (becomes !== null && becomes !== old && writeNumber(bytes, header, field, becomes)) this.#isChanged = true;
  }
}

/** An owner field as an id; null when it holds none. Below 0, as some tars write nobody: the id with the same bits. */
function idIn(bytes: Uint8Array, header: number, field: Field): number | null {
  const number = readNumber(bytes, header, field);
  const id = number < 0 && number >= -MAX_UNSIGNED / 2 ? number + MAX_UNSIGNED : number;
  return isId(id) ? id : null;
}

function readable(bytes: Uint8Array, at: number, width: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + width));
}

/** The group's headers with some bodies new, those that became empty left out, and records added. */
function rebuilt(group: EntryGroup, bodies: readonly (Uint8Array | null)[], added: Uint8Array | null): Uint8Array {
  const { bytes, header, hasEntry } = group;
  const own = hasEntry ? bytes.subarray(header, header + BLOCK) : new Uint8Array(0);
  const parts: Uint8Array[] = [];
  const last = added ? group.extensions.findLastIndex(({ type }) => type === TYPE.pax || type === TYPE.solarisPax) : -1;
  for (const [k, extension] of group.extensions.entries()) {
    const end = extension.header + BLOCK + inBlocks(extension.size);
    const body = bodies[k] ?? bytes.subarray(extension.header + BLOCK, extension.header + BLOCK + extension.size);
    const whole = k === last && added ? joined([body, added]) : body;
    if (whole === body && !bodies[k]) parts.push(bytes.subarray(extension.header, end));
    else if (whole.length > 0) parts.push(...withBody(bytes.slice(extension.header, extension.header + BLOCK), whole));
  }
  if (added && last < 0) parts.push(...withBody(paxHeader(own), added));
  return joined([...parts, own]);
}

/** An extension's header, its size and checksum made right, and its body, filled up with zeros. */
function withBody(header: Uint8Array, body: Uint8Array): Uint8Array[] {
  const summing = verifyChecksum(header, 0) ?? "unsigned";
  writeNumber(header, 0, FIELDS.size, body.length);
  writeChecksum(header, 0, summing);
  return [header, body, new Uint8Array(inBlocks(body.length) - body.length)];
}

/** The header of an extension for an entry that had none. A tar that knows no pax would unpack it under this name. */
function paxHeader(entry: Uint8Array): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => header.set(bytesOf(text), at);
  const nameEnd = entry.subarray(0, FIELDS.name.width).indexOf(0);
  const name = readable(entry, 0, nameEnd < 0 ? FIELDS.name.width : nameEnd);
  const base = name.replace(/\/+$/, "").split("/").at(-1) ?? "";
  put(FIELDS.name.at, `PaxHeaders/${base}`.slice(0, FIELDS.name.width));
  put(FIELDS.mode.at, "0000644\0");
  put(FIELDS.uid.at, "0000000\0");
  put(FIELDS.gid.at, "0000000\0");
  put(FIELDS.size.at, "00000000000\0");
  header.set(entry.subarray(FIELDS.mtime.at, FIELDS.mtime.at + FIELDS.mtime.width), FIELDS.mtime.at);
  put(FIELDS.checksum.at, "000000\0 ");
  header[FIELDS.type.at] = TYPE.pax;
  put(FIELDS.magic.at, MAGIC.ustar);
  return header;
}
