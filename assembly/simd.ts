/** Small steps that several kernels share. */

/** The sum of the lanes. */
// @ts-ignore: decorator
@inline
export function sumOfLanes(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}

/** Lanes of −1 where `value` lies outside `[first, first + span]`, given `bias(first)` and `bias(span)`. */
// @ts-ignore: decorator
@inline
export function outside(value: v128, biasedFirst: v128, biasedSpan: v128): v128 {
  // Both sides are moved by 2³¹, so that a signed compare, one instruction, orders unsigned numbers.
  return i32x4.gt_s(i32x4.sub(value, biasedFirst), biasedSpan);
}

/** Count the lanes that are NO_ID. */
// @ts-ignore: decorator
@inline
export function countNoIds(count: v128, lanes: v128): v128 {
  return i32x4.sub(count, i32x4.eq(lanes, i32x4.splat(-1)));
}

/** Four numbers as lanes. */
// @ts-ignore: decorator
@inline
export function lanesOf(a: u32, b: u32, c: u32, d: u32): v128 {
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c), 3, d);
}

/** The numbers at four addresses. */
// @ts-ignore: decorator
@inline
export function loadFour(at: v128): v128 {
  const a = v128.load32_zero(i32x4.extract_lane(at, 0));
  const b = v128.load32_lane(i32x4.extract_lane(at, 1), a, 1);
  const c = v128.load32_lane(i32x4.extract_lane(at, 2), b, 2);
  return v128.load32_lane(i32x4.extract_lane(at, 3), c, 3);
}
