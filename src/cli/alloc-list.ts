import type { Command } from "commander";
import { contains } from "../core/index.ts";
import { type Claim, insideOfClaim, type LedgerEvent, reservedAt, showClaim, stateNow } from "../policy/index.ts";
import { type RangeAnswer, rangeAnswers, stateText } from "./alloc-answer.ts";
import { addStoreOptions, type StoreOptions, withStoreToRead } from "./alloc-store.ts";
import { readTime, showTime } from "./duration.ts";
import { addExamples } from "./help-examples.ts";
import { readId } from "./id-argument.ts";
import type { Session } from "./session.ts";
import { answer, answerJson, EXIT, type Exit, type Terminal, withoutControls } from "./terminal.ts";

/** The `--json` of `userns alloc list` and `export`. */
export type AllocListAnswer = readonly RangeAnswer[];

/** The `--json` of `userns alloc who-owns`. */
export interface WhoOwnsAnswer {
  readonly id: number;
  /** The time that was asked about; null for now. */
  readonly at: string | null;
  /** null where it is nobody's; then so are the fields of the range. */
  readonly owner: string | null;
  readonly range: RangeAnswer | null;
  /** What the id is inside, by the claim's map. */
  readonly inside: number | null;
  /** What the system means by the id, whoever has it. */
  readonly reserved: readonly { readonly name: string; readonly what: string; readonly source: string }[];
}

/** The `--json` of `userns alloc history`: from it the state can be rebuilt. */
export type AllocHistoryAnswer = readonly LedgerEvent[];

/** `userns alloc list`, `who-owns` and `history`. */
export function addListCommands(alloc: Command, session: Session): void {
  addList(alloc, session.terminal);
  addWhoOwns(alloc, session);
  addHistory(alloc, session.terminal);
}

function addList(alloc: Command, terminal: Terminal): void {
  const command = alloc
    .command("list")
    .summary("every range that is held")
    .description("List every range that is held: live, or in quarantine.")
    .option("--all", "also those that were freed");
  addStoreOptions(command).action(async (options: StoreOptions & { all?: true }) => {
    const claims = await withStoreToRead(options, terminal, (store) => store.claims(options.all ? "all" : "held"));
    const now = Date.now();
    const shown = options.all ? claims : claims.filter((claim) => stateNow(claim, now) !== "freed");
    if (options.json)
      await answerJson(
        terminal,
        shown.flatMap((claim) => rangeAnswers(claim, now)),
      );
    else for (const claim of shown) await answer(terminal, `${listLines(claim, now).join("\n")}\n`);
  });
  addExamples(command, ["alloc list", "alloc list --all --json", "alloc list --store FILE"]);
}

function listLines(claim: Claim, now: number): readonly string[] {
  const { owner, tenant, purpose, source } = claim;
  const notes = [
    tenant === "default" ? "" : `tenant ${tenant}`,
    purpose ?? "",
    source === null ? "" : `from ${source}`,
  ];
  const said = [owner, stateText(claim, now), ...notes.filter((note) => note !== "")].map(withoutControls).join("  ");
  return claim.pieces.map(({ first, count }) => `${showClaim(claim).padEnd(5)}  ${first}:${count}  ${said}`);
}

function addWhoOwns(alloc: Command, session: Session): void {
  const command = alloc
    .command("who-owns")
    .summary("who has an id, or had it at a time")
    .description("Say who has an id, or had it at a time.\nExit 1 when it is nobody's.")
    .argument("<id>", "a kernel id, as the host sees it")
    .option("--at <time>", "2026-11-26T22:00:00Z, or @seconds");
  addStoreOptions(command).action(async (text: string, options: StoreOptions & { at?: string }) => {
    session.exit = await runWhoOwns(text, options, session.terminal);
  });
  addExamples(command, [
    "alloc who-owns 1879048200",
    "alloc who-owns 1879048200 --at 2026-11-26T22:00:00Z --json",
    "alloc who-owns 100000 --store FILE",
  ]);
}

async function runWhoOwns(text: string, options: StoreOptions & { at?: string }, terminal: Terminal): Promise<Exit> {
  const id = readId(text, "ID");
  const at = options.at === undefined ? undefined : readTime(options.at, "--at");
  const now = at ?? Date.now();
  const found = await withStoreToRead(options, terminal, (store) => store.whoOwns(id, at));
  const ranges = found ? rangeAnswers(found.claim, now) : [];
  const range = ranges.find(({ start, count }) => contains({ first: start, count }, id)) ?? null;
  const reserved = reservedAt(id).map(({ name, what, source }) => ({ name, what, source }));
  const inside = range && found ? insideOfClaim(found.claim, id) : null;
  if (options.json) {
    const time = at === undefined ? null : showTime(at);
    const result: WhoOwnsAnswer = { id, at: time, owner: range?.owner ?? null, range, inside, reserved };
    await answerJson(terminal, result);
  } else {
    const meant = reserved.map(({ what }) => `  reserved: ${what}`);
    const said =
      range && found
        ? `${id} is id ${inside} of ${withoutControls(range.owner)}: ${range.claim}, ${range.start}:${range.count}, ${stateText(found.claim, now)}`
        : `${id} is nobody's`;
    await answer(terminal, `${[said, ...meant].join("\n")}\n`);
  }
  return range ? EXIT.yes : EXIT.no;
}

function addHistory(alloc: Command, terminal: Terminal): void {
  const command = alloc
    .command("history")
    .summary("everything that ever happened, in order")
    .description("Print everything that ever happened, in order. Nothing of it is ever rewritten.");
  addStoreOptions(command).action(async (options: StoreOptions) => {
    const events: AllocHistoryAnswer = await withStoreToRead(options, terminal, (store) => store.history());
    if (options.json) await answerJson(terminal, events);
    else for (const event of events) await answer(terminal, `${eventText(event)}\n`);
  });
  addExamples(command, ["alloc history", "alloc history --store FILE --json"]);
}

function eventText(event: LedgerEvent): string {
  const head = `${event.seq}  ${showTime(event.at)}  ${event.type}`;
  switch (event.type) {
    case "pool": {
      const { name, range, alignment, size, guard } = event.pool;
      return `${head}  ${name}  ${range.first}:${range.count}  alignment ${alignment}, size ${size}, guard ${guard}`;
    }
    case "quota":
      return `${head}  ${withoutControls(event.tenant)}  ${event.ids ?? "none"}`;
    case "claimed": {
      const ranges = event.claim.pieces.map(({ first, count }) => `${first}:${count}`).join(",");
      return `${head}  ${showClaim(event.claim)}  ${ranges}  ${withoutControls(event.claim.owner)}`;
    }
    case "renewed":
      return `${head}  c${event.claim}  until ${event.expiresAt === null ? "it is released" : showTime(event.expiresAt)}`;
    case "released":
    case "freed":
      return `${head}  c${event.claim}  ${event.because}`;
  }
}
