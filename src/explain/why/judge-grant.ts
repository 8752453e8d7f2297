import { type Engine, type Extent, type OwnerKind, type Range, sizeOf } from "../../core/index.ts";
import { entriesOf, type ToolUser } from "../../formats/index.ts";
import type { Rule } from "../../kernel/index.ts";
import type { HostFiles } from "../../policy/index.ts";
import type { OwnerMaps } from "../file-question.ts";
import { askForUser } from "./ask-newidmap.ts";
import type { Clue } from "./clue.ts";
import type { WhyContext } from "./context.ts";
import { fileOf, grantedTo, granteeOf, KINDS, madeOf, rangeFor, withRange } from "./grants.ts";
import { type Judgement, untold } from "./judgement.ts";
import { isTaken, rootWrites } from "./model-answers.ts";
import type { KnownTool } from "./tools.ts";

/** No range, or too small a one, is granted to a user. */
export function judgeGrant(
  { kind, user }: Extract<Clue, { asks: "grant" }>,
  tool: KnownTool,
  context: WhyContext,
  engine: Engine,
): Judgement {
  const kinds = kind === null ? KINDS : [kind];
  const { files } = context;
  const grantee = granteeIn(user, tool, context);
  const name = grantee?.name ?? user ?? "who runs it";
  const where = kinds.map((each) => fileOf(files, each)).join(" and ");
  const asked = `the ids granted to ${name}`;
  if (!files || !grantee)
    return untold(
      asked,
      [
        {
          what: "what is granted now, and what is free",
          command: `userns why … --subuid /etc/subuid --subgid /etc/subgid`,
        },
      ],
      {
        cause: `${where} ${kinds.length > 1 ? "grant" : "grants"} ${name} nothing, or too little`,
        rule: isHelped(user, tool) ? refusedNow(kinds, USUAL_LINES, null, null, engine) : null,
      },
    );
  const sizes = KINDS.map((each) => sizeOf(grantee.granted[each]));
  const found = KINDS.map((each, at) => `${fileOf(files, each)} grants ${name} ${sizes[at]} ids`);
  const short = KINDS.filter(
    (each) => grantee.granted[each].length === 0 || (tool.map === "counted" && sizeOf(grantee.granted[each]) < NEEDED),
  );
  if (!short.some((each) => kinds.includes(each)))
    return untold(
      asked,
      [
        {
          what: "which source was read: the files grant ids",
          command: `grep subid /etc/nsswitch.conf; getsubids ${name}`,
        },
      ],
      { found },
    );
  const range = rangeFor(files, NEEDED);
  const maps = range && mapsWith(grantee, tool, short, range);
  if (!range || !maps)
    return {
      asked,
      cause: `${where} ${kinds.length > 1 ? "grant" : "grants"} ${name} too little`,
      rule: null,
      found: [...found, "and no range is free"],
      missing: [],
      fixes: [],
    };
  const question = rootWrites(maps);
  const line = `${name}:${range.first}:${range.count}`;
  const rule = isHelped(user, tool) ? refusedNow(short, linesIn(maps), grantee, files, engine) : null;
  const isInstead = short.some((each) => grantee.granted[each].length > 0);
  return {
    asked,
    cause: `${short.map((each) => fileOf(files, each)).join(" and ")} ${short.length > 1 ? "grant" : "grants"} ${name} ${isInstead ? "too little" : "nothing"}`,
    rule,
    found,
    missing: [],
    fixes: isTaken(question, engine)
      ? [
          {
            what: `grant a range that nobody has${isInstead ? `: this line in place of ${name}'s` : ""}`,
            lines: [
              ...(isInstead ? [line] : short.map((each) => `echo '${line}' >>${fileOf(files, each)}`)),
              ...(tool.restart === null ? [] : [tool.restart]),
            ],
            question,
          },
        ]
      : [],
  };
}

/** Whose ranges root's Podman takes for --userns=auto: nobody runs as it. @source podman-run(1); containers-storage.conf(5) */
const NOBODY_RUNS = "containers";

/** Is it newuidmap (newgidmap) that decides? A tool of root reads the files itself, and writes the map itself. */
function isHelped(user: string | null, { map, owner }: KnownTool): boolean {
  return map !== "counted" && owner === null && user !== NOBODY_RUNS;
}

type Lines = { readonly [K in OwnerKind]: readonly Extent[] };

/** The rule by which newuidmap would refuse the map that is wanted, as the files are; null where it would not. */
function refusedNow(
  kinds: readonly OwnerKind[],
  lines: Lines,
  user: Grantee | null,
  files: HostFiles | null,
  engine: Engine,
): Rule | null {
  const known = user && user.uid !== null && user.gid !== null ? { ...user, uid: user.uid, gid: user.gid } : null;
  const named = known ?? (user && { name: user.name, uid: 1000, gid: 1000 });
  const answers = kinds.map((kind) => askForUser(kind, lines[kind], named, files, engine).answer);
  return answers.find(({ refused }) => refused !== null)?.rule ?? null;
}

function linesIn({ uid, gid }: OwnerMaps): Lines {
  return { uid: uid.extents, gid: gid.extents };
}

/** What LXD and Incus want at least; what useradd gives. */
const NEEDED = 65536;

const USUAL_LINE = [{ first: 1, lowerFirst: 100_000, count: NEEDED }];
/** What a rootless tool asks for once a range is granted. */
const USUAL_LINES: Lines = { uid: USUAL_LINE, gid: USUAL_LINE };

/**
 * The user that the line names, with what the files grant to it by its name; the one who is given, where it names none.
 * Its number is known only where passwd or the context says it.
 */
function granteeIn(user: string | null, tool: KnownTool, context: WhyContext): Grantee | null {
  const given = granteeOf(context, tool);
  const { files } = context;
  const name = user ?? given?.name;
  if (!files || name === undefined) return null;
  if (given?.name === name) return given;
  const account = files.passwd && entriesOf(files.passwd).find((entry) => entry.name === name);
  const uid = account?.uid ?? null;
  return { name, uid, gid: account?.gid ?? null, granted: grantedTo(files, name, uid) };
}

type Grantee = Omit<ToolUser, "uid" | "gid"> & { readonly uid: number | null; readonly gid: number | null };

/** The map that comes of a range; without a number for the user, of the range alone. */
function mapsWith(
  { uid, gid, ...user }: Grantee,
  tool: KnownTool,
  kinds: readonly OwnerKind[],
  range: Range,
): OwnerMaps | null {
  const isWhole = uid !== null && gid !== null;
  const map = tool.map === "counted" || !isWhole ? "counted" : "own";
  return madeOf(withRange({ ...user, uid: uid ?? 0, gid: gid ?? 0 }, kinds, range, true), { ...tool, map });
}
