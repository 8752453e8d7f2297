/**
 * One of many that claim at the same time: `alloc-client.ts PLACE NAME CLAIMS`. It says `ready`; for each line on stdin
 * it makes its claims one after the other and says `done`. A claim that is refused ends it with an error.
 */
import { createInterface } from "node:readline";
import { openLedger, storeOver } from "../src/store/index.ts";
import { WIDE_POOL } from "./wide-pool.ts";

const [place = "", name = "", claims = "0"] = process.argv.slice(2);
const store = storeOver(await openLedger(place));
await store.pools();
process.stdout.write("ready\n");
for await (const round of createInterface({ input: process.stdin })) {
  for (let at = 0; at < Number(claims); at++)
    await store.claim({ pool: WIDE_POOL.name, owner: name, tenant: "default", key: `${name}/${round}/${at}` });
  process.stdout.write("done\n");
}
await store.close();
