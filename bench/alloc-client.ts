/**
 * One of many that claim at the same time: `alloc-client.ts PLACE NAME CLAIMS`. It says `ready`, waits for a line on
 * stdin, makes its claims one after the other, and says `done`. A claim that is refused ends it with an error.
 */
import { once } from "node:events";
import { openLedger, storeOver } from "../src/store/index.ts";
import { WIDE_POOL } from "./wide-pool.ts";

const [place = "", name = "", claims = "0"] = process.argv.slice(2);
const store = storeOver(await openLedger(place));
await store.pools();
process.stdout.write("ready\n");
await once(process.stdin, "data");
for (let at = 0; at < Number(claims); at++)
  await store.claim({ pool: WIDE_POOL.name, owner: name, tenant: "default", key: `${name}/${at}` });
process.stdout.write("done\n");
await store.close();
process.stdin.destroy();
