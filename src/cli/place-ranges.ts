import { type IdSet, idSet, subtract } from "../core/index.ts";
import { entriesOf, parseSubid } from "../formats/index.ts";
import type { IdsByKind } from "../place/index.ts";
import { grantedIds, grantsTo } from "../policy/index.ts";
import { usageFault } from "./fault.ts";
import { readIdSet } from "./id-argument.ts";
import { callerNamed, readPasswd, readSubids } from "./tool-files.ts";

/** The options that say who asks, and which ids were granted. */
export interface RangeOptions {
  readonly user?: string;
  readonly subuid: string;
  readonly subgid: string;
  readonly passwd: string;
  readonly range?: string;
  readonly gidRange?: string;
  readonly taken?: string;
}

/**
 * Who places an image, and the ids that he may give it: those that were said, or those of the files of the machine.
 *
 * @throws UsernsError ERR_USAGE, ERR_ID_RANGE, ERR_FILE
 */
export async function callerAndRanges(options: RangeOptions): Promise<{ readonly uid: number; ranges: IdsByKind }> {
  const { range, gidRange, taken } = options;
  if (gidRange !== undefined && range === undefined) throw usageFault("--gid-range", "--range beside it", "none");
  const { uid, granted } = await whoAndGranted(options);
  const others = taken === undefined ? [] : readIdSet(taken, "--taken");
  return { uid, ranges: { uid: subtract(granted.uid, others), gid: subtract(granted.gid, others) } };
}

async function whoAndGranted(options: RangeOptions): Promise<{ readonly uid: number; readonly granted: IdsByKind }> {
  const { user = String(process.getuid?.() ?? 0), range, gidRange } = options;
  // Who asks by number, with ranges that were said, needs no file.
  if (range !== undefined) {
    const ids = readIdSet(range, "--range");
    const gid = gidRange === undefined ? ids : readIdSet(gidRange, "--gid-range");
    const uid = /^\d+$/.test(user) ? Number(user) : callerNamed(user, await readPasswd(options.passwd)).uid;
    return { uid, granted: { uid: ids, gid } };
  }
  const passwd = await readPasswd(options.passwd);
  const { uid } = callerNamed(user, passwd);
  const name = entriesOf(passwd).find((entry) => entry.name === user || entry.uid === uid)?.name ?? user;
  const of = async (file: string): Promise<IdSet> =>
    idSet(
      grantsTo(await readSubids(file, file, parseSubid), { name, uid }, passwd).flatMap(
        ({ entry }) => grantedIds(entry) ?? [],
      ),
    );
  return { uid, granted: { uid: await of(options.subuid), gid: await of(options.subgid) } };
}
