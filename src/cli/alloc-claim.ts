import type { Command } from "commander";
import type { Claim } from "../policy/index.ts";
import { DEFAULT_POOL } from "../policy/index.ts";
import { claimAnswer, claimLines } from "./alloc-answer.ts";
import { addStoreOptions, CLAIM_HELP, readClaimName, type StoreOptions, withStore } from "./alloc-store.ts";
import { readCount } from "./count-option.ts";
import { DURATION_HELP, readDuration } from "./duration.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, type Terminal } from "./terminal.ts";

interface ClaimOptions extends StoreOptions {
  readonly owner: string;
  readonly size?: string;
  readonly pool: string;
  readonly tenant: string;
  readonly purpose?: string;
  readonly key?: string;
  readonly ttl?: string;
  readonly repeat?: string;
  readonly pieces?: true;
}

interface NamedOptions extends StoreOptions {
  readonly key?: string;
}

/** `userns alloc claim`, `renew` and `release`. */
export function addClaimCommands(alloc: Command, session: Session): void {
  addClaim(alloc, session.terminal);
  addRenew(alloc, session.terminal);
  addRelease(alloc, session.terminal);
}

function addClaim(alloc: Command, terminal: Terminal): void {
  const command = alloc
    .command("claim")
    .summary("take a range that nobody has")
    .description(
      "Take a range that nobody has. With --key it is safe to run again: the answer is\n" +
        "the same claim for as long as it is live.\n" +
        "Exit 1 when the pool is exhausted, a quota reached, or the key another's.",
    )
    .requiredOption("--owner <name>", "who uses the ids: web-0")
    .option("--size <ids>", "how many; else the pool's size")
    .option("--pool <name>", "the pool to take from", DEFAULT_POOL.name)
    .option("--tenant <name>", "whose quota they count against", "default")
    .option("--purpose <text>", "what they are for")
    .option("--key <key>", "a name of your own for this claim")
    .option("--ttl <time>", `released by itself after: ${DURATION_HELP}`)
    .option("--pieces", "several ranges will do where no single one is free")
    .option("--repeat <n>", "so many claims at once, all or none; keys get /0, /1, …");
  addStoreOptions(command).action((options: ClaimOptions) => runClaim(options, terminal));
  addExamples(command, [
    "alloc claim --owner web-0 --key web-0",
    "alloc claim --owner ci-7 --size 1000 --ttl 2h --purpose ci --tenant qa",
    "alloc claim --owner pods --pool fleet --repeat 100 --json",
    "alloc claim --owner db --pieces --store postgres://ids@db.example/ids",
  ]);
}

async function runClaim(options: ClaimOptions, terminal: Terminal): Promise<void> {
  const { owner, pool, tenant, purpose, key, ttl } = options;
  const request = {
    pool,
    owner,
    tenant,
    ...(options.size === undefined ? {} : { size: readCount(options.size, "--size") }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(ttl === undefined ? {} : { ttlMs: readDuration(ttl, "--ttl") }),
    ...(options.pieces ? { pieces: true } : {}),
  };
  const repeat = options.repeat === undefined ? null : readCount(options.repeat, "--repeat");
  const keyOf = (at: number) => (key === undefined ? {} : { key: repeat === null ? key : `${key}/${at}` });
  const requests = Array.from({ length: repeat ?? 1 }, (_, at) => ({ ...request, ...keyOf(at) }));
  const claims = await withStore(options, (store) => store.claimAll(requests));
  await tell(claims, repeat === null, options, terminal);
}

/** Tell claims: one by itself, or a list. */
async function tell(
  claims: readonly Claim[],
  isOne: boolean,
  options: StoreOptions,
  terminal: Terminal,
): Promise<void> {
  const now = Date.now();
  if (options.json) {
    const answers = claims.map((claim) => claimAnswer(claim, now));
    await answerJson(terminal, isOne ? answers[0] : answers);
  } else for (const claim of claims) await answer(terminal, `${claimLines(claim, now).join("\n")}\n`);
}

function addRenew(alloc: Command, terminal: Terminal): void {
  const command = alloc
    .command("renew")
    .summary("let a claim live longer")
    .description("Let a claim live longer, from now on.\nExit 1 when there is none, or it has ended: claim anew.")
    .argument("[claim]", CLAIM_HELP)
    .option("--key <key>", "the key that it was made with")
    .option("--ttl <time>", `for so long: ${DURATION_HELP}`)
    .option("--no-end", "for ever");
  addStoreOptions(command).action(
    async (name: string | undefined, options: NamedOptions & { ttl?: string; end: boolean }) => {
      if ((options.ttl === undefined) === options.end)
        throw usageFault("--ttl", "either --ttl or --no-end", options.end ? "neither" : "both");
      const ttlMs = options.ttl === undefined ? null : readDuration(options.ttl, "--ttl");
      const claim = await withStore(options, (store) => store.renew(readClaimName(name, options.key), ttlMs));
      await tell([claim], true, options, terminal);
    },
  );
  addExamples(command, ["alloc renew c17 --ttl 12h", "alloc renew --key web-0 --no-end --store FILE --json"]);
}

function addRelease(alloc: Command, terminal: Terminal): void {
  const command = alloc
    .command("release")
    .summary("give a claim back, or report that its ids were scrubbed")
    .description(
      "Give a claim back. Its ids are nobody's yet: they wait in quarantine until a\n" +
        "scrub is reported, or the pool's time has passed. Safe to run again.\n" +
        "Exit 1 when there is no such claim.",
    )
    .argument("[claim]", CLAIM_HELP)
    .option("--key <key>", "the key that it was made with")
    .option("--scrubbed", "no file and no process has one of the ids any more");
  addStoreOptions(command).action(async (name: string | undefined, options: NamedOptions & { scrubbed?: true }) => {
    const scrubbed = options.scrubbed === true;
    const claim = await withStore(options, (store) => store.release(readClaimName(name, options.key), { scrubbed }));
    await tell([claim], true, options, terminal);
  });
  addExamples(command, [
    "alloc release --key web-0",
    "alloc release c17 --scrubbed --json",
    "alloc release 1879048192 --store FILE",
  ]);
}
