import { bytes, concat, END, entry, header, record } from "../archive.ts";
import { MILLION, R, type Row, SHIFTED, USERS } from "./row.ts";

/** What stands around the entries. */
export const FRAMES: readonly Row[] = [
  {
    rule: "what stands behind the end marker stays",
    before: concat(entry(USERS), END, entry(USERS), bytes("and more")),
    after: concat(entry(SHIFTED), END, entry(USERS), bytes("and more")),
  },
  { rule: "an archive without an end marker ends", before: entry(USERS), after: entry(SHIFTED) },
  {
    rule: "garbage that fills a body up stays",
    before: concat(header({ ...USERS, size: "00000000001\0" }), new Uint8Array(512).fill(0xa5)),
    after: concat(header({ ...SHIFTED, size: "00000000001\0" }), new Uint8Array(512).fill(0xa5)),
  },
  {
    rule: "garbage that fills records up stays",
    before: concat(dirty("1001000"), entry()),
    after: concat(dirty("1101000"), entry({ gid: R })),
    options: { uids: MILLION },
  },
];

function dirty(uid: string): Uint8Array {
  const records = bytes(record("uid", uid));
  const body = new Uint8Array(512).fill(0xa5);
  body.set(records);
  return concat(
    header({ name: "PaxHeaders/file", type: "x", size: `${records.length.toString(8).padStart(11, "0")}\0` }),
    body,
  );
}
