import type { AccessTable } from "./access.ts";
import {
  checkLength,
  checkOperands,
  failForeign,
  failFreed,
  failNumbers,
  isArray,
  operand,
  wordsOf,
} from "./columns.ts";
import type { Column, Engine, HeaderShifter, Ids, Translator } from "./engine.ts";
import { UsernsError } from "./errors.ts";
import type { FlatRoute } from "./flat-route.ts";
import type { NamespaceNumber } from "./kuid64.ts";
import type { PlacedId } from "./route.ts";
import { classicalTable, givesNumbers, Lookups } from "./segment-columns.ts";
import { TsHeaderShifter } from "./tar-header.ts";
import { TsAccessTable } from "./ts-access.ts";
import { signed, TsIds } from "./ts-ids.ts";
import { pack, packedLayout, splitLayout, TsKuid64Route, unpack } from "./ts-kuid64.ts";

class TsColumn implements Column {
  readonly length: number;
  #words: Uint32Array | null;

  constructor(length: number) {
    this.length = length;
    this.#words = wordsFor(length);
  }

  view(): Uint32Array {
    return this.#words ?? failFreed("column");
  }

  free(): void {
    if (!this.#words) failFreed("column");
    this.#words = null;
  }
}

function wordsFor(length: number): Uint32Array {
  try {
    return new Uint32Array(length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const got = `no room for ${length} u32s`;
    throw new UsernsError("ERR_ENGINE_MEMORY", { where: "engine", expected: `${4 * length} bytes`, got });
  }
}

class TsTranslator implements Translator {
  readonly #flat: FlatRoute;
  readonly #lookups: Lookups;
  readonly #table: TsIds;
  #route: TsKuid64Route | null = null;
  #isFreed = false;

  constructor(route: FlatRoute) {
    this.#flat = route;
    this.#lookups = new Lookups(route);
    this.#table = new TsIds(classicalTable(route));
  }

  one(id: number): number {
    return this.#lookups.one(id);
  }

  place(id: number, number: NamespaceNumber): PlacedId {
    return this.#lookups.place(id, number);
  }

  ids(from: Ids, to: Ids = from): number {
    this.#checkUse();
    checkOperands([ownOperand("from", from)], [ownOperand("to", to)]);
    return this.#table.translate(signed(wordsOf(from)), signed(wordsOf(to)));
  }

  packed(from: Ids, to: Ids = from): number {
    const length = checkOperands([ownOperand("from", from, 2)], [ownOperand("to", to, 2)]);
    return this.#kuid64().translate(packedLayout(wordsOf(from)), packedLayout(wordsOf(to)), length);
  }

  split(fromIds: Ids, fromNumbers: Ids, toIds: Ids = fromIds, toNumbers?: Ids): number {
    const writes = [ownOperand("toIds", toIds)];
    if (toNumbers) writes.push(ownOperand("toNumbers", toNumbers));
    else if (givesNumbers(this.#flat)) failNumbers();
    const length = checkOperands([ownOperand("fromIds", fromIds), ownOperand("fromNumbers", fromNumbers)], writes);
    const from = splitLayout(wordsOf(fromIds), wordsOf(fromNumbers));
    const to = splitLayout(wordsOf(toIds), toNumbers ? wordsOf(toNumbers) : new Uint32Array(0));
    return this.#kuid64().translate(from, to, length);
  }

  free(): void {
    this.#checkUse();
    this.#isFreed = true;
    this.#route = null;
  }

  #checkUse(): void {
    if (this.#isFreed) failFreed("translator");
  }

  #kuid64(): TsKuid64Route {
    this.#checkUse();
    this.#route ??= new TsKuid64Route(this.#flat);
    return this.#route;
  }
}

function ownOperand(name: string, ids: Ids, width: 1 | 2 = 1) {
  if (!isArray(ids) && !(ids instanceof TsColumn)) failForeign(name, "TypeScript");
  return operand(name, ids, width);
}

class TsEngine implements Engine {
  readonly name = "typescript";
  readonly fallback?: string;

  constructor(fallback?: string) {
    if (fallback !== undefined) this.fallback = fallback;
  }

  alloc(length: number): Column {
    checkLength(length);
    return new TsColumn(length);
  }

  load(route: FlatRoute): Translator {
    return new TsTranslator(route);
  }

  pack(ids: Ids, numbers: Ids, packed: Ids): void {
    checkOperands([ownOperand("ids", ids), ownOperand("numbers", numbers)], [ownOperand("packed", packed, 2)]);
    pack(signed(wordsOf(ids)), signed(wordsOf(numbers)), signed(wordsOf(packed)));
  }

  unpack(packed: Ids, ids: Ids, numbers: Ids): void {
    checkOperands([ownOperand("packed", packed, 2)], [ownOperand("ids", ids), ownOperand("numbers", numbers)]);
    unpack(signed(wordsOf(packed)), signed(wordsOf(ids)), signed(wordsOf(numbers)));
  }

  headers(uids: Translator, gids: Translator): HeaderShifter {
    if (!(uids instanceof TsTranslator)) failForeign("uids", "TypeScript");
    if (!(gids instanceof TsTranslator)) failForeign("gids", "TypeScript");
    return new TsHeaderShifter(uids, gids);
  }

  accessTable(length: number): AccessTable {
    checkLength(length);
    return new TsAccessTable(length);
  }
}

/**
 * An engine in plain TypeScript, which runs anywhere; `userns/engine-ts` keeps one for all.
 *
 * @param fallback  why it serves where Wasm was asked for
 * @example typescriptEngine().name // "typescript"
 */
export function typescriptEngine(fallback?: string): Engine {
  return new TsEngine(fallback);
}
