/** Bulk translation in stretches: as rows while ids come in rows, else each id by itself. */
import { translateRows, unmappedInRows } from "./rows";
import { lookUp, lookUpSplit, splitFours } from "./scattered";
import { EXTENT_COUNT, IS_BIASED, LIST, translateBySearch, WITHOUT_GUESS, WITHOUT_LOOK } from "./segment";
import { sumOfLanes } from "./simd";
import { translateAgainstAll, translatePair, translateSingle } from "./vertical";

/** Ids between two looks at whether they come in rows. */
const STRETCH: u32 = 1024;
/** Stretches without a look after one in which they did not. */
const NOT_LOOKED_AT: u32 = 31;
/** Stretches without a guess (see scattered.ts) after one that went wrong: it is the dearer mistake. */
const NOT_GUESSED: u32 = 127;
/** Of the 256 fours of a stretch, how many may have an id in a block of several segments until not guessing is faster (measured). */
const MOST_SPLIT: u32 = 40;
/** Of the 64 blocks of a stretch, how many may lie in several segments until another way is faster (measured). */
const MISSES_BY_BLOCKS: u32 = 40;
const MISSES_BY_LIST: u32 = 24;
const MISSES_AGAINST_ALL: u32 = 12;

/**
 * `length` ids from `from` to `to` (the same address to translate in place) through the table's blocks.
 *
 * @returns how many became NO_ID
 */
export function translateByBlocks(table: usize, from: usize, to: usize, length: u32): u32 {
  const mostMisses = load<u32>(table, LIST) == 0 ? MISSES_BY_BLOCKS : MISSES_BY_LIST;
  return translateStretches(table, true, mostMisses, from, to, length);
}

/**
 * `length` ids from `from` to `to` (the same address to translate in place) against the table's extents.
 *
 * @returns how many became NO_ID
 */
export function translateVertical(table: usize, from: usize, to: usize, length: u32): u32 {
  const count = load<u32>(table, EXTENT_COUNT);
  if (load<u32>(table, IS_BIASED) != 0 || (count != 1 && count != 2))
    return translateStretches(table, false, MISSES_AGAINST_ALL, from, to, length);
  // One or two extents are faster than any look at the ids.
  const whole = length & ~15;
  const unmapped = count == 1 ? translateSingle(table, from, to, whole) : translatePair(table, from, to, whole);
  const done = <usize>whole << 2;
  return unmapped + translateBySearch(table, from + done, to + done, length - whole);
}

function translateStretches(
  table: usize,
  byBlocks: bool,
  mostMisses: u32,
  from: usize,
  to: usize,
  length: u32,
): u32 {
  let unmapped: u32 = 0;
  let left = length & ~15;
  // Kept from call to call: calls may be as short as a stretch.
  let withoutLook = load<u32>(table, WITHOUT_LOOK);
  let withoutGuess = load<u32>(table, WITHOUT_GUESS);
  while (left > 0) {
    const stretch = min(left, STRETCH);
    let done: u32 = 0;
    if (withoutLook > 0) withoutLook--;
    else {
      done = translateRows(table, byBlocks, from, to, stretch, mostMisses);
      unmapped += unmappedInRows;
      if (done < stretch) withoutLook = NOT_LOOKED_AT;
    }
    const rest = stretch - done;
    from += <usize>done << 2;
    to += <usize>done << 2;
    if (rest > 0 && byBlocks) {
      if (withoutGuess > 0) {
        withoutGuess--;
        unmapped -= sumOfLanes(lookUpSplit(table, from, to, rest));
      } else {
        unmapped -= sumOfLanes(lookUp(table, from, to, rest));
        if (splitFours > MOST_SPLIT) withoutGuess = NOT_GUESSED;
      }
    } else if (rest > 0) unmapped += translateAgainstAll(table, from, to, rest);
    left -= stretch;
    from += <usize>rest << 2;
    to += <usize>rest << 2;
  }
  store<u32>(table, withoutLook, WITHOUT_LOOK);
  store<u32>(table, withoutGuess, WITHOUT_GUESS);
  return unmapped + translateBySearch(table, from, to, length & 15);
}
