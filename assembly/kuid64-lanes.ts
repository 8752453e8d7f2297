/** 64-bit ids as lanes, four at a time: packed, or split into ids and numbers. `isPacked` is a constant here. */

/** The ids of four. */
// @ts-ignore: decorator
@inline
export function idsAt(ids: usize, isPacked: bool): v128 {
  return isPacked ? v128.shuffle<u32>(v128.load(ids), v128.load(ids, 16), 0, 2, 4, 6) : v128.load(ids);
}

/** The numbers of four. @param numbers  where they are when ids are split */
// @ts-ignore: decorator
@inline
export function numbersAt(ids: usize, numbers: usize, isPacked: bool): v128 {
  return isPacked ? v128.shuffle<u32>(v128.load(ids), v128.load(ids, 16), 1, 3, 5, 7) : v128.load(numbers);
}

/** Write four, packed. */
// @ts-ignore: decorator
@inline
export function storePacked(to: usize, ids: v128, numbers: v128): void {
  v128.store(to, v128.shuffle<u32>(ids, numbers, 0, 4, 1, 5));
  v128.store(to, v128.shuffle<u32>(ids, numbers, 2, 6, 3, 7), 16);
}
