import { archive, bytes, concat, END, entry, header, record } from "../archive.ts";
import { MILLION, R, type Row, SHIFTED, USERS } from "./row.ts";

/** What stands around the entries. */
export const FRAMES: readonly Row[] = [
  {
    rule: "what stands behind the end marker stays",
    before: concat(entry(USERS), END, entry(USERS), bytes("and more")),
    after: concat(entry(SHIFTED), END, entry(USERS), bytes("and more")),
  },
  {
    rule: "an archive without an end marker is shifted where the marker is optional",
    before: entry(USERS),
    after: entry(SHIFTED),
    options: { endMarker: "optional" },
  },
  {
    rule: "garbage that fills a body up stays",
    before: concat(header({ ...USERS, size: "00000000001\0" }), new Uint8Array(512).fill(0xa5), END),
    after: concat(header({ ...SHIFTED, size: "00000000001\0" }), new Uint8Array(512).fill(0xa5), END),
  },
  {
    rule: "garbage that fills records up stays",
    before: archive(dirty("1001000"), entry()),
    after: archive(dirty("1101000"), entry({ gid: R })),
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
