import { type Engine, idMap, MAX_ID, type OwnerKind, sizeOf } from "../../core/index.ts";
import { intoKernel, type Verdict } from "../../kernel/index.ts";
import { explain } from "../explain.ts";
import type { OwnerMaps } from "../file-question.ts";
import type { WhyContext } from "./context.ts";
import { granteeOf, madeOf } from "./grants.ts";
import { holdFixes } from "./hold-fixes.ts";
import { type Judgement, type Missing, untold, type WhyFix } from "./judgement.ts";
import { askInside, type CallStep } from "./model-answers.ts";
import type { KnownTool } from "./tools.ts";

type Asked = { readonly [K in OwnerKind]: number | null };

/** What an id is asked for: to own a file, or to be taken up by a process. */
export interface IdCall {
  readonly asked: string;
  readonly errno: string | null;
  readonly ids: Asked;
  /** The kinds that the call is about. */
  readonly kinds: readonly OwnerKind[];
  /** The call that the model makes of it. */
  readonly step: (ids: Asked) => CallStep;
  /** Where its ids may be found out. */
  readonly whichIds: Missing;
  /** Besides a longer map. */
  readonly others: readonly WhyFix[];
}

/** Is a call refused for an id that the map does not hold? Which one, by which rule, and what would hold it. */
export function judgeIds(call: IdCall, tool: KnownTool, context: WhyContext, engine: Engine): Judgement {
  const grantee = granteeOf(context, tool);
  const made = grantee && madeOf(grantee, tool);
  const maps = context.maps ?? made;
  const whichMap: Missing = { what: "the map that it runs with (--map or --pid)", command: tool.shows };
  if (call.errno !== null && call.errno !== "EINVAL") return judgeOtherErrno(call, context, engine);
  const known = call.kinds.filter((kind) => call.ids[kind] !== null);
  const whichIds = known.length === 0 ? [call.whichIds] : [];
  if (!maps) {
    const whichTool = tool.name === null && context.user ? [WHICH_TOOL] : [];
    const rule = ruleOf(refusedBy(call, ONE_ID, null, engine));
    return untold(call.asked, [...whichTool, whichMap, ...whichIds], { rule });
  }
  const name = context.maps ? context.mapsName : `the map that ${tool.name} makes of ${grantee?.name}'s ranges`;
  if (known.length === 0) return judgeUnknownIds(call, tool, context, maps, name, engine);
  const found = known.map((kind) => wayOf(kind, call.ids[kind] ?? 0, maps, name));
  const unheld = found.filter(({ isHeld }) => !isHeld);
  const told = found.map(({ text }) => text);
  if (unheld.length === 0) {
    const again = tool.restart && made ? holdFixes({ uid: [], gid: [] }, tool, context, engine).fixes : [];
    return untold(
      call.asked,
      [{ ...whichMap, what: "the map that it really ran with, for this one holds the ids (--map or --pid)" }],
      {
        found: told,
        fixes: context.maps ? [] : again,
      },
    );
  }
  const wanted = { uid: idsOf(unheld, "uid"), gid: idsOf(unheld, "gid") };
  const hold = holdFixes(wanted, tool, context, engine);
  return {
    asked: call.asked,
    cause: `${unheld.map(({ kind, id }) => `${kind} ${id}`).join(" and ")} ${unheld.length > 1 ? "are" : "is"} not in ${name}`,
    rule: ruleOf(refusedBy(call, maps, context.process, engine)),
    found: [...told, ...grantedNow(unheld, made, context)],
    missing: hold.missing,
    fixes: [...hold.fixes, ...call.others],
  };
}

const WHICH_TOOL: Missing = { what: "which tool it was", command: "userns why … --for podman" };

/** The one map that is always thinkable: root alone. */
const ONE_ID: OwnerMaps = {
  uid: idMap([{ first: 0, lowerFirst: 1000, count: 1 }]),
  gid: idMap([{ first: 0, lowerFirst: 1000, count: 1 }]),
};

/** Ids that are not told stand for one that the map does not hold: that is what is asked about. */
function refusedBy(
  { step, ids, kinds }: IdCall,
  maps: OwnerMaps,
  process: WhyContext["process"],
  engine: Engine,
): Verdict<unknown> {
  const isTold = kinds.some((kind) => ids[kind] !== null);
  return askInside(maps, process, step(isTold ? ids : UNTOLD), engine);
}

const UNTOLD: Asked = { uid: MAX_ID, gid: MAX_ID };

function ruleOf(verdict: Verdict<unknown>) {
  return verdict.ok ? null : verdict.rule;
}

interface Way {
  readonly kind: OwnerKind;
  readonly id: number;
  readonly isHeld: boolean;
  readonly text: string;
}

function wayOf(kind: OwnerKind, id: number, maps: OwnerMaps, name: string): Way {
  const { isMapped, to, steps } = explain<OwnerKind>(kind, intoKernel<OwnerKind>([{ name, map: maps[kind] }]), {
    id,
    number: 0,
  });
  const why = steps[0]?.why ?? "";
  return { kind, id, isHeld: isMapped, text: `${kind} u${id} → ${isMapped ? to : "none"}: ${why}` };
}

function idsOf(ways: readonly Way[], kind: OwnerKind): readonly number[] {
  return ways.filter((way) => way.kind === kind).map(({ id }) => id);
}

/** What is granted now may hold what the running map does not. */
function grantedNow(unheld: readonly Way[], made: OwnerMaps | null, { maps, files }: WhyContext): readonly string[] {
  if (!maps || !made || !files) return [];
  return unheld
    .map(({ kind, id }) => wayOf(kind, id, made, `what sub${kind} grants now`))
    .filter(({ isHeld }) => isHeld)
    .map(
      ({ kind, text }) => `sub${kind} grants it now: ${text}; the running namespace is older, or was made without it`,
    );
}

/** The ids are not told, and the map is. */
function judgeUnknownIds(
  call: IdCall,
  tool: KnownTool,
  context: WhyContext,
  maps: OwnerMaps,
  name: string,
  engine: Engine,
): Judgement {
  const sizes = call.kinds.map((kind) => sizeOf(maps[kind].byFirst));
  const found = call.kinds.map(
    (kind, index) => `${kind}_map holds ${sizes[index]} ${sizes[index] === 1 ? "id" : "ids"}`,
  );
  const rule = ruleOf(refusedBy(call, maps, context.process, engine));
  if (!sizes.every((size) => size === 1)) return untold(call.asked, [call.whichIds], { found, rule });
  const hold = holdFixes({ uid: [USUAL_NOBODY], gid: [USUAL_NOBODY] }, tool, context, engine);
  return {
    asked: call.asked,
    cause: `${name} holds one id alone, so every other is refused`,
    rule,
    found,
    missing: hold.missing,
    fixes: [...hold.fixes, ...call.others],
  };
}

/** What images seldom exceed: nobody. */
const USUAL_NOBODY = 65534;

/** Refused with another errno than a missing line gives. */
function judgeOtherErrno(call: IdCall, context: WhyContext, engine: Engine): Judgement {
  const { process, maps } = context;
  const missing: readonly Missing[] = [
    {
      what: "its capabilities, and whether setgroups is denied",
      command: "grep CapEff /proc/self/status; cat /proc/self/setgroups   # inside; or --pid",
    },
  ];
  const verdict = process && maps ? refusedBy(call, maps, process, engine) : null;
  if (verdict && !verdict.ok && verdict.errno === call.errno)
    return {
      asked: call.asked,
      cause: verdict.because,
      rule: verdict.rule,
      found: [],
      missing: [],
      fixes: call.others,
    };
  if (call.errno === "EOVERFLOW")
    return untold(call.asked, [
      {
        what: "how the mount is idmapped, and who owns its file system",
        command: "findmnt -o TARGET,FSTYPE,OPTIONS --target PATH   # then userns explain chown --mount … --fs …",
      },
    ]);
  return untold(call.asked, missing, { fixes: call.others });
}
