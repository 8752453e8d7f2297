import { test } from "node:test";
import { runCrowd } from "./guarantee.ts";
import { storePath } from "./temporary-store.ts";

test("SQLite: 16 processes of 500 calls, killed and calling again, claim nothing twice and lose nothing", (t) =>
  runCrowd(storePath(t), { processes: 16, operations: 500, kills: 4, seed: "many" }));
