/**
 * What set*id calls, access and exec of a set-user-ID program make of both copies of the fs id (semantics A.5, A.6), in each
 * revision.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NO_ID } from "../../src/core/index.ts";
import type { FsidModeName } from "../../src/kernel/index.ts";
import { loadScenario, replay } from "../../src/scenario/index.ts";
import { down, INIT, linesIn, type Maps, MODES, tableOf, up, write } from "../suites/fsid-tables.ts";
import { ENGINES } from "../suites/kernel-engines.ts";

/** The five ids of a credential. */
type Ids = readonly [real: number, effective: number, saved: number, fs: number, pfs: number];

type Call =
  | { readonly call: "setuid" | "setfsuid"; readonly uid: number }
  | { readonly call: "setreuid"; readonly r: number; readonly e: number }
  | { readonly call: "setresuid"; readonly r: number; readonly e: number; readonly s: number };

/** A task of a namespace, and whether it has CAP_SETUID there. */
interface Caller {
  readonly ns: Maps;
  readonly mode: FsidModeName;
  readonly isCapable: boolean;
}

/** The fs id beside an id of a process: `kuid_to_kfsuid`, and in `fixed` the id itself where it has no number inside. */
function fsidBeside({ ns, mode }: Caller, kuid: number): number {
  const inside = up(ns.ids, kuid);
  if (inside === NO_ID) return mode === "fixed" ? kuid : NO_ID;
  return down(tableOf(ns, mode), inside);
}

/** A.5. @returns the ids afterwards, or the errno */
function setIds(caller: Caller, ids: Ids, call: Call): Ids | string {
  const { ns, mode, isCapable } = caller;
  const [real, effective, saved, fs, pfs] = ids;
  const table = tableOf(ns, mode);
  if ("uid" in call) {
    const kuid = down(ns.ids, call.uid);
    const kfsuid = down(table, call.uid);
    const isMapped = kuid !== NO_ID && kfsuid !== NO_ID;
    if (call.call === "setfsuid") {
      const isOwn = mode === "fixed" ? [real, effective, saved, pfs].includes(kuid) : ids.slice(0, 4).includes(kfsuid);
      return isMapped && (isCapable || isOwn) ? [real, effective, saved, kfsuid, kuid] : ids;
    }
    if (!isMapped) return "EINVAL";
    if (isCapable) return [kuid, kuid, kuid, kfsuid, kuid];
    return kuid === real || kuid === saved ? [real, kuid, saved, kfsuid, kuid] : "EPERM";
  }
  const asked = "s" in call ? [call.r, call.e, call.s] : [call.r, call.e];
  if (asked.some((id) => id !== NO_ID && down(ns.ids, id) === NO_ID)) return "EINVAL";
  const take = (id: number, old: number) => (id === NO_ID ? old : down(ns.ids, id));
  const [toReal, toEffective] = [take(call.r, real), take(call.e, effective)];
  const toFs = call.e === NO_ID ? fsidBeside(caller, effective) : down(table, call.e);
  const isKept = mode === "fixed" && call.e === NO_ID && up(ns.ids, effective) === NO_ID;
  if (toFs === NO_ID && !isKept) return "EINVAL";
  if (!("s" in call)) {
    if (!isCapable && ![real, effective].includes(toReal)) return "EPERM";
    if (!isCapable && ![real, effective, saved].includes(toEffective)) return "EPERM";
    const takesSaved = call.r !== NO_ID || (call.e !== NO_ID && toEffective !== real);
    return [toReal, toEffective, takesSaved ? toEffective : saved, toFs, toEffective];
  }
  const toSaved = take(call.s, saved);
  // Linux since 6.1: a call that changes none of the three leaves the fs id alone where it names no effective one.
  const isSame = toReal === real && toEffective === effective && toSaved === saved;
  if (isSame && (call.e === NO_ID || toFs === fs)) return ids;
  if (!isCapable && [toReal, toEffective, toSaved].some((kuid) => ![real, effective, saved].includes(kuid)))
    return "EPERM";
  return [toReal, toEffective, toSaved, toFs, toEffective];
}

/** A.6, with the three answers that the revisions gave. */
function afterExec({ ns, mode }: Caller, [real, effective]: Ids, owner: number, isGroupMapped: boolean): Ids {
  const table = tableOf(ns, mode);
  const isMapped = up(mode === "v1" ? ns.ids : table, owner) !== NO_ID && isGroupMapped;
  const inside = up(table, owner);
  const translated = mode === "v1" || mode === "reply" ? owner : inside === NO_ID ? NO_ID : down(ns.ids, inside);
  const euid = isMapped && translated !== NO_ID ? translated : effective;
  const shown = up(ns.ids, euid);
  const fs = mode === "fixed" && shown === NO_ID ? euid : down(table, shown === NO_ID ? 65534 : shown);
  return [real, euid, euid, fs, euid];
}

const asked = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(NO_ID));
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ call: fc.constantFrom("setuid" as const, "setfsuid" as const), uid: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ call: fc.constant("setreuid" as const), r: asked, e: asked }),
  fc.record({ call: fc.constant("setresuid" as const), r: asked, e: asked, s: asked }),
);
/** Ids of both spaces, which overlap, so that one is taken for the other where it may be. */
const kernelId = fc.integer({ min: 98, max: 112 });

for (const engine of ENGINES)
  test(`both copies of the fs id follow calls, access and exec as the formulas say, on ${engine.name}`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MODES),
        linesIn(100),
        fc.option(linesIn(102)),
        fc.tuple(kernelId, kernelId, kernelId, kernelId, kernelId),
        fc.boolean(),
        fc.array(call, { maxLength: 4 }),
        fc.record({ owner: kernelId, isGroupMapped: fc.boolean() }),
        (mode, idLines, fsLines, ids, isCapable, calls, { owner, isGroupMapped }) => {
          const ns: Maps = { ids: [], fs: [] };
          if (fsLines) write(ns, INIT, "fs", fsLines, mode);
          write(ns, INIT, "ids", idLines, mode);
          const caller = { ns, mode, isCapable };
          const steps: object[] = [];
          const expected: unknown[] = [];
          const ask = (step: object, answer: object) => {
            steps.push({ task: "t", ...step });
            expected.push(answer);
          };
          const kids = (list: readonly number[]) => list.map((kid) => [kid, 0]);
          let now: Ids = ids;
          const askIds = () => {
            const gid = kids([100, 100, 100, 100]);
            ask(
              { call: "raw_creds" },
              { ok: true, uid: kids(now.slice(0, 4)), gid, pfsuid: [now[4], 0], pfsgid: [100, 0] },
            );
          };
          for (const one of calls) {
            const old = up(tableOf(ns, mode), now[3]);
            const after = setIds(caller, now, one);
            const answer = one.call === "setfsuid" ? { ok: true, old: old === NO_ID ? 65534 : old } : { ok: true };
            ask(one, typeof after === "string" ? { errno: after } : answer);
            now = typeof after === "string" ? now : after;
            askIds();
          }
          ask(
            { call: "access_creds" },
            {
              ok: true,
              fsuid: [fsidBeside(caller, now[0]), 0],
              fsgid: [100, 0],
              pfsuid: [now[0], 0],
              pfsgid: [100, 0],
            },
          );
          now = afterExec(caller, now, owner, isGroupMapped);
          steps.push({ task: "t", call: "exec", path: "disk:program" });
          const execAt = steps.length - 1;
          askIds();
          const scenario = loadScenario({
            version: 1,
            profile: `linux-6.18+fsid=${mode}`,
            setup: {
              namespaces: [
                {
                  name: "N",
                  parent: "init",
                  owner: [0, 0],
                  uid_map: idLines,
                  gid_map: [[0, 100, 5]],
                  ...(fsLines ? { fsuid_map: fsLines, fsgid_map: [[0, 100, 5]] } : {}),
                },
              ],
              filesystems: [{ name: "disk", type: "ext4" }],
              files: [
                { fs: "disk", path: "program", type: "exe", mode: "4755", uid: owner, gid: isGroupMapped ? 102 : 90 },
              ],
              tasks: [
                {
                  name: "t",
                  ns: "N",
                  uid: ids,
                  gid: 100,
                  caps: isCapable ? ["setuid"] : "none",
                  securebits: ["no_setuid_fixup"],
                },
              ],
            },
            steps,
          });
          const told = replay(scenario, engine).filter((_, index) => index !== execAt);
          assert.deepEqual(
            told.map(({ result }) => result),
            expected,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
