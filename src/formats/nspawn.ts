import { fieldsOf, placeOf, readNumber, splitField, textFault } from "./fields.ts";
import type { MapFormat } from "./format.ts";
import { sameForBoth } from "./kindless.ts";
import { mapOfPlaced } from "./map-lines.ts";
import { noLine } from "./no-line.ts";
import { madeLater } from "./relative.ts";

const EXAMPLE = "--private-users=524288:65536";
const NSPAWN = "systemd-nspawn has one range for both";
/** Ids of a container that says no count. */
const USUAL_COUNT = 65536;
const CHOSEN: readonly string[] = ["yes", "true", "on", "1", "pick", "managed"];

/**
 * `--private-users=` of systemd-nspawn, PrivateUsers= of a .nspawn file: one range, the same for users and groups.
 *
 * @source systemd-nspawn(1), "--private-users="
 */
export const nspawn: MapFormat = {
  name: "nspawn",
  title: "systemd-nspawn --private-users=",
  example: EXAMPLE,
  target: {
    maps: "process",
    limits: [
      { limit: "both", source: NSPAWN },
      { limit: "lines", most: 1, source: NSPAWN },
      { limit: "alike", source: NSPAWN },
      { limit: "first", inside: 0, source: NSPAWN },
    ],
  },
  recognises: (text) => /(?:^|\s)(?:--private-users|PrivateUsers)=/.test(text),
  parse: (text, { where }) => {
    const [value, surplus] = fieldsOf(text, /(?<=(?:--private-users|PrivateUsers)=)\S+/g);
    if (!value) throw noLine(where, EXAMPLE);
    if (surplus) throw textFault(surplus, where, "one range");
    if (CHOSEN.includes(value.text))
      throw madeLater(where, value.text, "cat /proc/$(machinectl show NAME -P Leader)/uid_map");
    const at = placeOf(where, value);
    if (value.text === "identity")
      return sameForBoth(mapOfPlaced([{ extent: { first: 0, lowerFirst: 0, count: USUAL_COUNT }, at }], where));
    const [base, count, ...more] = splitField(value, ":");
    if (!base || more.length > 0 || !/^\d/.test(base.text))
      throw textFault(value, where, "BASE or BASE:COUNT, or identity");
    const extent = {
      first: 0,
      lowerFirst: readNumber(base, where),
      count: count ? readNumber(count, where) : USUAL_COUNT,
    };
    return sameForBoth(mapOfPlaced([{ extent, at }], where));
  },
  write: ({ uid }) => {
    const [{ lowerFirst, count } = { lowerFirst: 0, count: 0 }] = uid.extents;
    return [{ kind: "both", text: `--private-users=${lowerFirst}:${count}` }];
  },
};
