/**
 * A route for 64-bit ids is 64 bytes: u32 address of its rules, u32 their number, u32 address of its wide tables, u32
 * their number (see kuid64-rules.ts), u32 and u32 the id and the number that all other ids become, u32 address of its
 * tables by number, u32 their number, u32 1 when an id may get another number than all other ids, u32 way: how it runs,
 * u32 1 when the wide tables have roots, else they have rows, u32 bits of the rows' blocks (see blocks.ts), u32 address
 * of its ranked tables (see kuid64-ranked.ts), 12 unused.
 *
 * The tables by number are 16 bytes: u32 number (ascending), u32 address of the segments, u32 their number, 4 unused.
 */

export const RULES: usize = 0;
export const RULE_COUNT: usize = 4;
export const WIDE: usize = 8;
export const WIDE_COUNT: usize = 12;
export const OTHER_ID: usize = 16;
export const OTHER_NUMBER: usize = 20;
export const BY_NUMBER: usize = 24;
export const BY_NUMBER_COUNT: usize = 28;
export const GIVES_NUMBERS: usize = 32;
export const WAY: usize = 36;
export const HAS_ROOTS: usize = 40;
export const ROUTE_ROW_BITS: usize = 44;
export const RANKED: usize = 48;

/** The ways: each id by itself, its number looked up; by rules and wide tables; ranked. */
export const BY_SEARCH: u32 = 0;
export const BY_RULES: u32 = 1;
export const BY_RANK: u32 = 2;
