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
