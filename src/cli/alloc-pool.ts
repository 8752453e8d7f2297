import { type Command, Option } from "commander";
import { quoted } from "../core/index.ts";
import { DEFAULT_POOL, POOL_PROFILES, type Pool, RESERVED_RANGES } from "../policy/index.ts";
import type { Store } from "../store/index.ts";
import { addStoreOptions, type StoreOptions, withStore, withStoreToRead } from "./alloc-store.ts";
import { readCount } from "./count-option.ts";
import { DURATION_HELP, readDuration } from "./duration.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readIds } from "./id-argument.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, type Terminal, withoutControls } from "./terminal.ts";

/** An element of the `--json` of `userns alloc pool`. */
export interface PoolAnswer extends Omit<Pool, "range"> {
  readonly start: number;
  readonly count: number;
}

/** An element of the `--json` of `userns alloc quota`. */
export interface QuotaAnswer {
  readonly tenant: string;
  /** null: as many ids as there are. */
  readonly quota: number | null;
  /** Ids of its live claims. */
  readonly used: number;
}

interface PoolOptions extends StoreOptions {
  readonly like?: string;
  readonly range?: string;
  readonly align?: string;
  readonly size?: string;
  readonly guard?: string;
  readonly quarantine?: string;
  readonly include?: readonly string[];
}

/** `userns alloc pool` and `quota`. */
export function addPoolCommands(alloc: Command, { terminal }: Session): void {
  addPool(alloc, terminal);
  addQuota(alloc, terminal);
}

function addPool(alloc: Command, terminal: Terminal): void {
  const names = RESERVED_RANGES.map(({ name }) => name);
  const command = alloc
    .command("pool")
    .summary("list the pools, or make or change one")
    .description(
      `List the pools, or make or change one. Without any, claims are on ${DEFAULT_POOL.name}:\n` +
        `${DEFAULT_POOL.range.first}:${DEFAULT_POOL.range.count}, above what systemd and shadow hand out.`,
    )
    .argument("[name]", "the pool to make or change")
    .addOption(
      new Option("--like <profile>", "as others hand ids out, but for what is said here").choices(
        POOL_PROFILES.map((profile) => profile.name),
      ),
    )
    .option("--range <ids>", "its ids: 2000000000-2099999999")
    .option("--align <n>", "each range begins at a multiple of it")
    .option("--size <ids>", "of a range, where a claim does not say")
    .option("--guard <ids>", "stay free behind each range")
    .option("--quarantine <time>", `${DURATION_HELP}; or scrub: until a scrub is reported`)
    .option(
      "--include <names...>",
      `hand these out all the same:\n${names.slice(0, 6).join(", ")},\n${names.slice(6).join(", ")}`,
    );
  addStoreOptions(command).action((name: string | undefined, options: PoolOptions) => runPool(name, options, terminal));
  addExamples(command, [
    "alloc pool",
    "alloc pool fleet --range 2000000000-2099999999 --quarantine 7d",
    "alloc pool few --align 100 --size 99 --guard 1 --range 1900000000+9000",
    "alloc pool up --range 2147483648+90000 --include above-31-bits --json",
    "alloc pool users --like freeipa",
    "alloc pool host --quarantine scrub --store FILE",
  ]);
}

async function runPool(name: string | undefined, options: PoolOptions, terminal: Terminal): Promise<void> {
  const { range, align, size, guard, quarantine, include } = options;
  const profile = POOL_PROFILES.find((one) => one.name === options.like);
  const changes = {
    ...profile?.pool,
    ...(range === undefined ? {} : { range: readIds(range, "--range") }),
    ...(align === undefined ? {} : { alignment: readCount(align, "--align") }),
    ...(size === undefined ? {} : { size: readCount(size, "--size") }),
    ...(guard === undefined ? {} : { guard: readCount(guard, "--guard", 0) }),
    ...(quarantine === undefined
      ? {}
      : { quarantineMs: quarantine === "scrub" ? null : readDuration(quarantine, "--quarantine") }),
    ...(include === undefined ? {} : { includes: include }),
  };
  const isChange = Object.keys(changes).length > 0;
  if (isChange && name === undefined) throw usageFault("NAME", "the pool to make or change", "none");
  const use = async (store: Store): Promise<readonly Pool[]> => {
    const all = await store.pools();
    if (name === undefined) return all;
    const before = all.find((pool) => pool.name === name) ?? (name === DEFAULT_POOL.name ? DEFAULT_POOL : null);
    if (!before && changes.range === undefined)
      throw usageFault("NAME", "a pool that there is, or --range or --like to make one", quoted(name));
    return [
      isChange ? await store.setPool({ ...DEFAULT_POOL, ...before, name, ...changes }) : (before ?? DEFAULT_POOL),
    ];
  };
  const pools = await (isChange ? withStore(options, use) : withStoreToRead(options, terminal, use));
  const answers = pools.map(({ range: { first, count }, ...pool }): PoolAnswer => ({ ...pool, start: first, count }));
  if (options.json) await answerJson(terminal, answers);
  else for (const pool of answers) await answer(terminal, `${poolText(pool)}\n`);
}

function poolText({ name, start, count, alignment, size, guard, quarantineMs, includes }: PoolAnswer): string {
  const waits = quarantineMs === null ? "until a scrub" : `${quarantineMs / 1000} s`;
  const also = includes.length === 0 ? "" : `, includes ${includes.join(", ")}`;
  return `${name}  ${start}:${count}  alignment ${alignment}, size ${size}, guard ${guard}, quarantine ${waits}${also}`;
}

function addQuota(alloc: Command, terminal: Terminal): void {
  const command = alloc
    .command("quota")
    .summary("list what tenants may have, or set it")
    .description("List what tenants have and may have, or set how many ids one may have in live claims.")
    .argument("[tenant]", "the tenant to set it for")
    .argument("[ids]", "how many; none: as many as there are");
  addStoreOptions(command).action(
    async (tenant: string | undefined, ids: string | undefined, options: StoreOptions) => {
      if ((tenant === undefined) !== (ids === undefined))
        throw usageFault("IDS", "a number of ids, or none", "nothing");
      const tenants =
        tenant === undefined || ids === undefined
          ? await withStoreToRead(options, terminal, (store) => store.tenants())
          : await withStore(options, async (store) => {
              await store.setQuota(tenant, ids === "none" ? null : readCount(ids, "IDS", 0));
              return (await store.tenants()).filter(({ name }) => name === tenant);
            });
      const answers = tenants.map(({ name, quota, used }): QuotaAnswer => ({ tenant: name, quota, used }));
      if (options.json) await answerJson(terminal, answers);
      else
        for (const one of answers)
          await answer(
            terminal,
            `${withoutControls(one.tenant)}  ${one.used} of ${one.quota ?? "any number of"} ids\n`,
          );
    },
  );
  addExamples(command, ["alloc quota", "alloc quota team 655360", "alloc quota team none --store FILE --json"]);
}
