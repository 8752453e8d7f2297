import type { Pool } from "../src/policy/index.ts";

/** Room for two million ranges. */
export const WIDE_POOL: Pool = {
  name: "wide",
  range: { first: 2_147_483_648, count: 2_147_000_000 },
  alignment: 1000,
  size: 1000,
  guard: 0,
  quarantineMs: 86_400_000,
  includes: ["above-31-bits"],
};
