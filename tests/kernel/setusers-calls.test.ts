/**
 * What a pile lets a task do (semantics B.2), by formulas that know sets and lists of lines: setusers() and its twin for
 * groups, the set*id calls, fork and exec, and namespaces that are mapped from the pile, one in the other.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { down, type Line, up } from "../suites/fsid-tables.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** A task: kernel ids all through. */
interface State {
  /** From the ids of its namespace to kernel ids. */
  readonly map: readonly Line[];
  readonly gidMap: readonly Line[];
  readonly ids: readonly [real: number, effective: number, saved: number, fs: number];
  readonly pile: ReadonlySet<number>;
  readonly groupPile: ReadonlySet<number>;
  /** Has it CAP_SETUID and CAP_SETGID in its namespace? */
  readonly isCapable: boolean;
  /** Has it these two at most, and so not CAP_SETFCAP? */
  readonly hasOnlyTwo: boolean;
}

const GID = 50;
const OVERFLOW = 65534;

type Op =
  | { readonly op: "setusers" | "setsubgroups"; readonly list: readonly number[] }
  | { readonly op: "getusers" | "getsubgroups"; readonly size: number; readonly isBad: boolean }
  | { readonly op: "setuid" | "setfsuid"; readonly uid: number }
  | { readonly op: "setreuid"; readonly r: number; readonly e: number }
  | { readonly op: "setresuid"; readonly r: number; readonly e: number; readonly s: number }
  | { readonly op: "fork" }
  | { readonly op: "exec"; readonly file: "plain" | "su" }
  | { readonly op: "unshare"; readonly lines: readonly Line[] };

type Answer = object;
const OK: Answer = { ok: true };
const refused = (errno: string): Answer => ({ errno });

/** "it may only reduce the list"; "entries without a name are inert, rewriting the list drops them". */
function setList(state: State, { op, list }: Extract<Op, { list: unknown }>): [State, Answer] {
  const isUsers = op === "setusers";
  const kids = list.map((id) => (id === NO_ID ? NO_ID : down(isUsers ? state.map : state.gidMap, id)));
  if (kids.includes(NO_ID)) return [state, refused("EINVAL")];
  const held = isUsers ? state.pile : state.groupPile;
  if (!state.isCapable && !kids.every((kid) => held.has(kid))) return [state, refused("EPERM")];
  return [{ ...state, [isUsers ? "pile" : "groupPile"]: new Set(kids) }, OK];
}

function getList(state: State, { op, size, isBad }: Extract<Op, { size: unknown }>): Answer {
  const isUsers = op === "getusers";
  const held = [...(isUsers ? state.pile : state.groupPile)];
  if (size === 0) return { ok: true, n: held.length };
  if (size < held.length) return refused("EINVAL");
  if (isBad && held.length > 0) return refused("EFAULT");
  const shown = held
    .map((kid) => up(isUsers ? state.map : state.gidMap, kid))
    .map((id) => (id === NO_ID ? OVERFLOW : id));
  return { ok: true, n: held.length, list: shown.sort((a, b) => a - b) };
}

/** Wherever a task without the capability may choose among its own ids, it may choose one of its pile. */
function setIds(state: State, op: Extract<Op, { uid: unknown } | { r: unknown }>): [State, Answer] {
  const { map, ids, pile, isCapable } = state;
  const [real, effective, saved, fs] = ids;
  const may = (kid: number, own: readonly number[]) => isCapable || own.includes(kid) || pile.has(kid);
  const to = (now: State["ids"]): [State, Answer] => [{ ...state, ids: now }, OK];
  if ("uid" in op) {
    const kid = down(map, op.uid);
    if (op.op === "setfsuid") {
      const old = up(map, fs);
      const told = { ok: true, old: old === NO_ID ? OVERFLOW : old };
      return kid !== NO_ID && may(kid, ids) ? [{ ...state, ids: [real, effective, saved, kid] }, told] : [state, told];
    }
    if (kid === NO_ID) return [state, refused("EINVAL")];
    if (isCapable) return to([kid, kid, kid, kid]);
    return may(kid, [real, saved]) ? to([real, kid, saved, kid]) : [state, refused("EPERM")];
  }
  const asked = op.op === "setresuid" ? [op.r, op.e, op.s] : [op.r, op.e];
  const [r = null, e = null, s = null] = asked.map((id) => (id === NO_ID ? null : down(map, id)));
  if ([r, e, s].includes(NO_ID)) return [state, refused("EINVAL")];
  const own = [real, effective, saved];
  const now = e ?? effective;
  if (op.op === "setreuid") {
    if (r !== null && !may(r, [real, effective])) return [state, refused("EPERM")];
    if (e !== null && !may(e, own)) return [state, refused("EPERM")];
    return to([r ?? real, now, r !== null || (e !== null && e !== real) ? now : saved, now]);
  }
  // Linux since 6.1: a call that changes nothing leaves the fs id alone as well.
  if ((r ?? real) === real && now === effective && (s ?? saved) === saved && (e === null || e === fs))
    return [state, OK];
  if ([r, e, s].some((kid) => kid !== null && !may(kid, own))) return [state, refused("EPERM")];
  return to([r ?? real, now, s ?? saved, now]);
}

/**
 * A map that a task without capabilities over the parent writes to a namespace that it has just made. Id 0 of the parent
 * is mapped only where its maker had CAP_SETFCAP.
 */
function mapped(state: State, lines: readonly Line[]): readonly Line[] | null {
  const { ids, pile, map } = state;
  const isMine = lines.every(([, lower, count]) =>
    Array.from({ length: count }, (_, index) => down(map, lower + index)).every(
      (kid) => kid === ids[1] || pile.has(kid),
    ),
  );
  const isWithin = lines.every(([, lower, count]) =>
    map.some(([first, , many]) => lower >= first && lower + count <= first + many),
  );
  const isRoots = lines.some(([, lower]) => lower === 0) && (state.hasOnlyTwo || !state.isCapable);
  return isMine && isWithin && !isRoots ? lines.map(([first, lower, count]) => [first, down(map, lower), count]) : null;
}

/** What each op is as steps, what they answer, and the state that it leaves. @param at  names what is made */
function apply(
  state: State,
  op: Op,
  at: number,
  task: string,
  clears: boolean,
): { steps: object[]; answers: Answer[]; after: State; as: string } {
  const one = (step: object, [after, answer]: [State, Answer]) => ({
    steps: [{ task, ...step }],
    answers: [answer],
    after,
    as: task,
  });
  switch (op.op) {
    case "setusers":
    case "setsubgroups":
      return one({ call: op.op, list: op.list }, setList(state, op));
    case "getusers":
    case "getsubgroups":
      return one({ call: op.op, size: op.size, ...(op.isBad ? { list: "bad" } : {}) }, [state, getList(state, op)]);
    case "fork":
      return { ...one({ call: "fork", as: `t${at}` }, [state, OK]), as: `t${at}` };
    case "exec": {
      const isTaken = op.file === "su" && up(state.map, SU) !== NO_ID && up(state.gidMap, GID) !== NO_ID;
      const [real, effective] = state.ids;
      const now = isTaken ? SU : effective;
      const none: ReadonlySet<number> = new Set();
      const piles = isTaken && clears ? { pile: none, groupPile: none } : {};
      const after: State = { ...state, ...piles, ids: [real, now, now, now], isCapable: false };
      return one({ call: "exec", path: `disk:${op.file}` }, [
        after,
        { ok: true, secure: Number(now !== real || now !== effective) },
      ]);
    }
    case "unshare": {
      const [, effective, , fs] = state.ids;
      const self = (file: string, text: string) => ({ task, call: "map_write", ns: "self", file, text });
      const steps = [
        { task, call: "unshare_user", as: `N${at}` },
        { task, call: "prctl", op: "dumpable", v: 1 },
        self("uid_map", op.lines.map((line) => line.join(" ")).join("\n")),
        self("setgroups", "deny"),
        self("gid_map", `${GID} ${up(state.gidMap, GID)} 1`),
      ];
      if (up(state.map, effective) === NO_ID || up(state.gidMap, GID) === NO_ID)
        return one({ call: "unshare_user" }, [state, refused("EPERM")]);
      // Who has another fs id than the effective one does not own its own files of /proc.
      const shut = { errno: "EACCES", at: "open" };
      const map = fs === effective ? mapped(state, op.lines) : null;
      const written = map
        ? { ok: true, n: steps[2] && "text" in steps[2] ? steps[2].text.length : 0 }
        : fs === effective
          ? { errno: "EPERM", at: "write" }
          : shut;
      const gidText = `${GID} ${up(state.gidMap, GID)} 1`;
      const answers = [
        OK,
        OK,
        written,
        ...(fs === effective
          ? [
              { ok: true, n: 4 },
              { ok: true, n: gidText.length },
            ]
          : [shut, shut]),
      ];
      const gidMap: readonly Line[] = fs === effective ? [[GID, GID, 1]] : [];
      return {
        steps,
        answers,
        after: { ...state, map: map ?? [], gidMap, isCapable: true, hasOnlyTwo: false },
        as: task,
      };
    }
    default: {
      const { op: call, ...args } = op;
      return one({ call, ...args }, setIds(state, op));
    }
  }
}

/** Who owns the set-user-ID program. */
const SU = 104;

const inside = fc.integer({ min: 0, max: 9 });
const orNone = fc.oneof({ weight: 3, arbitrary: inside }, { weight: 1, arbitrary: fc.constant(NO_ID) });
const size = fc.integer({ min: 0, max: 8 });

/** Lines that lie apart inside and below, in any order. */
const linesOf = (lowest: number) =>
  fc
    .array(
      fc.record({
        gap: fc.integer({ min: 0, max: 1 }),
        count: fc.integer({ min: 1, max: 4 }),
        lowerGap: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .chain((parts) => {
      let [first, lower] = [0, lowest];
      const lines = parts.map(({ gap, count, lowerGap }): Line => {
        const line: Line = [first + gap, lower + lowerGap, count];
        [first, lower] = [first + gap + count, lower + lowerGap + count];
        return line;
      });
      return fc.shuffledSubarray(lines, { minLength: lines.length });
    });

const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    op: fc.constantFrom("setusers" as const, "setsubgroups" as const),
    list: fc.array(orNone, { maxLength: 6 }),
  }),
  fc.record({ op: fc.constantFrom("setusers" as const), list: fc.uniqueArray(inside, { maxLength: 3 }) }),
  fc.record({ op: fc.constantFrom("getusers" as const, "getsubgroups" as const), size, isBad: fc.boolean() }),
  fc.record({ op: fc.constantFrom("setuid" as const, "setfsuid" as const), uid: inside }),
  fc.record({ op: fc.constant("setreuid" as const), r: orNone, e: orNone }),
  fc.record({ op: fc.constant("setresuid" as const), r: orNone, e: orNone, s: orNone }),
  fc.constant({ op: "fork" as const }),
  fc.record({ op: fc.constant("exec" as const), file: fc.constantFrom("plain" as const, "su" as const) }),
  fc.record({ op: fc.constant("unshare" as const), lines: linesOf(0) }),
);

const kernelIds = fc.integer({ min: 99, max: 112 });

const PROFILES = ["setusers", "setusers=secure-exec-clears", "setusers+fsid"] as const;

for (const engine of ENGINES)
  test(`a pile is kept, rewritten, taken from and mapped as the formulas say, on ${engine.name}`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROFILES),
        linesOf(100),
        fc.tuple(kernelIds, kernelIds, kernelIds, kernelIds),
        fc.uniqueArray(kernelIds, { maxLength: 8 }),
        fc.boolean(),
        fc.array(op, { minLength: 1, maxLength: 9 }),
        (profile, lines, ids, pile, isCapable, ops) => {
          const gidMap: readonly Line[] = [
            [0, 100, 5],
            [GID, GID, 1],
          ];
          let state: State = {
            map: lines,
            gidMap,
            ids,
            pile: new Set(pile),
            groupPile: new Set([101, 103]),
            isCapable,
            hasOnlyTwo: true,
          };
          let task = "t";
          const steps: object[] = [];
          const expected: Answer[] = [];
          for (const [at, one] of ops.entries()) {
            const { steps: more, answers, after, as } = apply(state, one, at, task, profile.endsWith("clears"));
            [state, task] = [after, as];
            steps.push(...more, { task: "@root", call: "view", of: task }, { task, call: "getusers", size: 0 });
            expected.push(
              ...answers,
              { ok: true, uid: state.ids, gid: [GID, GID, GID, GID], groups: [] },
              { ok: true, n: state.pile.size },
            );
          }
          const scenario = loadScenario({
            version: 1,
            profile: `linux-6.18+${profile}`,
            setup: {
              namespaces: [{ name: "N", parent: "init", owner: [0, 0], uid_map: lines, gid_map: gidMap }],
              filesystems: [{ name: "disk", type: "ext4" }],
              files: [
                { fs: "disk", path: "plain", type: "exe", mode: "0755" },
                { fs: "disk", path: "su", type: "exe", mode: "4755", uid: SU, gid: GID },
              ],
              tasks: [
                {
                  name: "t",
                  ns: "N",
                  uid: ids,
                  gid: GID,
                  users: pile,
                  subgroups: [101, 103],
                  caps: isCapable ? ["setuid", "setgid"] : "none",
                  securebits: ["no_setuid_fixup", "noroot"],
                },
              ],
            },
            steps,
          });
          assert.deepEqual(
            replay(scenario, engine).map(({ result }) => result),
            expected,
          );
        },
      ),
      { numRuns: 250 },
    );
  });
