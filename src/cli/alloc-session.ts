import { join, resolve } from "node:path";
import type { Command } from "commander";
import { quoted } from "../core/index.ts";
import { DEFAULT_POOL } from "../policy/index.ts";
import { type ClaimAnswer, claimAnswer, claimLines } from "./alloc-answer.ts";
import { addStoreOptions, type StoreOptions, withStore } from "./alloc-store.ts";
import { readCount } from "./count-option.ts";
import { usageFault } from "./fault.ts";
import { addExamples } from "./help-examples.ts";
import { readId } from "./id-argument.ts";
import { LOGINS } from "./logins.ts";
import type { Session } from "./session.ts";
import { closeGone, closeSession, openSession, type SessionOutcome, type SessionPlaces } from "./session-block.ts";
import { pamLines, sessionCommand, TIMER, timerUnits } from "./session-config.ts";
import { answer, answerJson, put, type Terminal, talk, withoutControls } from "./terminal.ts";
import { writeWhole } from "./whole-file.ts";

/** The `--json` of `userns alloc session open` and `close`; of `close --gone` a list of these. */
export interface SessionAnswer extends Omit<SessionOutcome, "claim"> {
  readonly claim: ClaimAnswer | null;
}

/** The `--json` of `userns alloc session timer`: the units that were written. */
export type SessionTimerAnswer = readonly string[];

interface SessionOptions extends StoreOptions {
  readonly user?: string;
  readonly grant?: true;
  readonly subuid: string;
  readonly subgid: string;
  readonly logins: string;
}

interface OpenOptions extends SessionOptions {
  readonly size?: string;
  readonly pool: string;
  readonly tenant: string;
  readonly minUid: string;
}

const STORE = "/var/lib/userns/alloc.db";

/** `userns alloc session` */
export function addSessionCommands(alloc: Command, { terminal }: Session): void {
  const session = alloc
    .command("session")
    .summary("a block of ids for as long as somebody is logged in")
    .description(
      "A block of ids for as long as somebody is logged in: for pam_exec, as root.\n" +
        "--pam-config prints the lines.",
    )
    .option("--pam-config [store]", `print the lines for a file of /etc/pam.d;\nthe store is ${STORE} unless told`)
    .action(async ({ pamConfig }: { pamConfig?: string | true }) => {
      if (pamConfig === undefined) throw usageFault("session", "open, close, timer or --pam-config", "none");
      await answer(terminal, pamLines(pamConfig === true ? STORE : pamConfig));
    });
  addOpen(session, terminal);
  addClose(session, terminal);
  addTimer(session, terminal);
}

function addSessionOptions(command: Command): Command {
  return addStoreOptions(
    command
      .option("--grant", "let newuidmap use it: a line in each of these files")
      .option("--subuid <file>", "of users", "/etc/subuid")
      .option("--subgid <file>", "of groups", "/etc/subgid")
      .option("--logins <folder>", "where the logins of this boot are kept", LOGINS),
  );
}

function addOpen(session: Command, terminal: Terminal): void {
  const command = session
    .command("open")
    .summary("a login gets its block")
    .description(
      "Take a block for a user, or tell the one that the user has: logins share it.\n" +
        "Exit 1 when the pool is exhausted or a quota reached.",
    )
    .option("--user <name>", "who logs in; else $PAM_USER")
    .option("--min-uid <uid>", "users below get none", "1000")
    .option("--size <ids>", "how many; else the pool's size")
    .option("--pool <name>", "the pool to take from", DEFAULT_POOL.name)
    .option("--tenant <name>", "whose quota they count against", "sessions");
  addSessionOptions(command).action(async (options: OpenOptions) => {
    const { pool, tenant, size } = options;
    const terms = { pool, tenant, ...(size === undefined ? {} : { size: readCount(size, "--size") }) };
    const minUid = readId(options.minUid, "--min-uid");
    const user = userOf(options);
    const outcome = await withStore(options, (store) => openSession(store, user, minUid, terms, placesOf(options)));
    await tell(outcome, options, terminal);
  });
  addExamples(command, [
    "alloc session open --user ben --grant",
    "alloc session open --user ben --size 1000 --pool fleet --tenant staff",
    "alloc session open --user ben --min-uid 500 --store FILE --json",
    "alloc session open --user ben --grant --subuid FILE --subgid FILE",
    "alloc session open --user ben --logins FOLDER",
  ]);
}

function addClose(session: Command, terminal: Terminal): void {
  const command = session
    .command("close")
    .summary("without a process left, the block goes to quarantine")
    .description(
      "Give a user's block back to quarantine, unless another login, or a\n" +
        "process of the user or with an id of the block, is left. Safe to run again.",
    )
    .option("--user <name>", "who logs out; else $PAM_USER")
    .option("--gone", "every user who has neither login nor process");
  addSessionOptions(command).action(async (options: SessionOptions & { gone?: true }) => {
    if (options.gone && options.user !== undefined) throw usageFault("--gone", "no --user with it", options.user);
    const places = placesOf(options);
    if (!options.gone) {
      const user = userOf(options);
      await tell(await withStore(options, (store) => closeSession(store, user, places)), options, terminal);
      return;
    }
    const outcomes = await withStore(options, (store) => closeGone(store, places));
    if (options.json) await answerJson(terminal, outcomes.map(asJson));
    else for (const outcome of outcomes) await tell(outcome, options, terminal);
  });
  addExamples(command, [
    "alloc session close --user ben --grant",
    "alloc session close --gone --store FILE --json",
    "alloc session close --user ben --grant --subuid FILE --subgid FILE",
    "alloc session close --user ben --logins FOLDER",
  ]);
}

function addTimer(session: Command, terminal: Terminal): void {
  const command = session
    .command("timer")
    .summary("write units of systemd that close what outlives its session")
    .description(
      "Write a service and a timer of systemd that run close --gone once a minute, with\n" + "the options given here.",
    )
    .argument("<folder>", "where units are: /etc/systemd/system");
  addSessionOptions(command).action((folder: string, options: SessionOptions) => writeTimer(folder, options, terminal));
  addExamples(command, [
    "alloc session timer /etc/systemd/system --grant --store FILE",
    "alloc session timer FOLDER --subuid FILE --subgid FILE --grant",
    "alloc session timer FOLDER --logins FOLDER --json",
  ]);
}

async function writeTimer(folder: string, options: SessionOptions, terminal: Terminal): Promise<void> {
  const { grant, subuid, subgid, logins, store = STORE } = options;
  const files = grant ? ["--grant", "--subuid", resolve(subuid), "--subgid", resolve(subgid)] : [];
  // An address is no path.
  const place = store.includes("://") ? store : resolve(store);
  const units = timerUnits(sessionCommand("close", "--gone", ...files, "--logins", resolve(logins), "--store", place));
  const written: string[] = [];
  for (const [name, text] of Object.entries(units)) {
    const path = join(folder, name);
    await writeWhole(path, (sink) => put(sink, Buffer.from(text)));
    written.push(path);
  }
  if (options.json) return answerJson(terminal, written);
  for (const path of written) await answer(terminal, `${withoutControls(path)}\n`);
  talk(terminal, `to do: systemctl daemon-reload && systemctl enable --now ${TIMER}.timer`);
}

function placesOf({ grant, subuid, subgid, logins }: SessionOptions): SessionPlaces {
  return { grants: grant ? [subuid, subgid] : [], logins };
}

/** Names go into files of lines and colons. @throws UsernsError ERR_USAGE */
function userOf({ user = process.env.PAM_USER }: SessionOptions): string {
  if (user === undefined || user === "") throw usageFault("--user", "a user, or $PAM_USER", "neither");
  if (/[:#/\s\p{Cc}]|^\.\.?$/u.test(user)) throw usageFault("--user", "a user's name", quoted(user));
  return user;
}

function asJson({ claim, ...outcome }: SessionOutcome): SessionAnswer {
  return { ...outcome, claim: claim && claimAnswer(claim, Date.now()) };
}

async function tell(outcome: SessionOutcome, options: StoreOptions, terminal: Terminal): Promise<void> {
  if (options.json) return answerJson(terminal, asJson(outcome));
  const { user, is, claim, processCount } = outcome;
  const why = {
    open: "",
    closed: "",
    kept: `: kept, for ${processCount} ${processCount === 1 ? "process is" : "processes are"} left`,
    none: ": no block to give back",
    "passed-over": ": a user of the system, who gets no block",
  }[is];
  if (why !== "") talk(terminal, `${withoutControls(user)}${why}`);
  if (claim) await answer(terminal, `${claimLines(claim, Date.now())[0]}\n`);
}
