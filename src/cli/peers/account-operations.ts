import * as core from "../../core/index.ts";
import * as formats from "../../formats/index.ts";
import {
  coveredAccounts,
  grantedRange,
  grantsListedFor,
  grantsThatHold,
  grantsTo,
  grantUses,
  reconcile,
  usersOf,
} from "../../policy/index.ts";
import { extentOf, type Given, type PeerAnswer, REFUSED } from "./given.ts";
import type { Operations } from "./operation.ts";
import { shadowDefaults, subidCommand } from "./subid-command.ts";

const fileOf = (lines: readonly string[]) => formats.parseSubid(lines.map((line) => `${line}\n`).join(""));
const passwdOf = (users: readonly (readonly [string, number])[]) =>
  formats.parsePasswd(users.map(([name, uid]) => `${name}:x:${uid}:${uid}:::\n`).join(""));
const LARGEST_INT = 2 ** 31 - 1;

/** A number as Go's Atoi reads one, however large; null for a text that is none. */
function atoi(text: string): number | null {
  return /^[+-]?\d+$/.test(text) ? Number(text) : null;
}

/** Is a user or a group named by a number that no id can be? Such a text is nobody's name either. */
function isOutOfRange(text: string): boolean {
  const number = atoi(text);
  return number !== null && (number < 0 || number > LARGEST_INT);
}

/** Who `user[:group]` is by the passwd and group of an image, as moby resolves it. */
function resolved(given: Given): PeerAnswer {
  const [userArg = "", groupArg = ""] = given.text("user").split(":");
  if (isOutOfRange(userArg) || isOutOfRange(groupArg)) return REFUSED;
  const byDefault = given.has("default") ? given.object("default") : null;
  const answer = {
    uid: byDefault?.number("uid") ?? 0,
    gid: byDefault?.number("gid") ?? 0,
    sgids: byDefault?.numbers("sgids") ?? [],
    home: byDefault?.text("home") ?? "/",
  };
  const rows = (key: string) =>
    given
      .text(key, "")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .map((line) => line.split(":"));
  const uidArg = atoi(userArg);
  const user = rows("passwd").find(([name = "", , uid = ""]) => {
    if (userArg === "") return (atoi(uid) ?? 0) === answer.uid;
    return uidArg === null ? name === userArg : (atoi(uid) ?? 0) === uidArg;
  });
  if (user) {
    const [, , uid = "", gid = "", , home = ""] = user;
    Object.assign(answer, { uid: atoi(uid) ?? 0, gid: atoi(gid) ?? 0, home });
  } else if (userArg !== "") {
    if (uidArg === null) return REFUSED;
    answer.uid = uidArg;
  }
  const name = user?.[0] ?? "";
  if (groupArg === "" && name === "") return answer;
  const gidArg = atoi(groupArg);
  const groups = rows("group").filter(([group = "", , gid = "", members = ""]) => {
    if (groupArg === "") return members.split(",").includes(name);
    return gidArg === null ? group === groupArg : (atoi(gid) ?? 0) === gidArg;
  });
  const gidOf = (row: readonly string[]) => atoi(row[2] ?? "") ?? 0;
  if (groupArg === "") return groups.length > 0 ? { ...answer, sgids: groups.map(gidOf) } : answer;
  const [group] = groups;
  if (group) return { ...answer, gid: gidOf(group) };
  return gidArg === null ? REFUSED : { ...answer, gid: gidArg };
}

function granted(given: Given): PeerAnswer {
  const file = fileOf(given.texts("lines"));
  const user = given.text("user");
  const own = file.lines.flatMap(({ entry }) => (entry?.owner === user ? [entry] : []));
  const defaults = shadowDefaults(100000, 600100000, given.number("count"));
  const choice = grantedRange(file, user, defaults, given.flag("always_new"));
  if (!choice.ok) return REFUSED;
  const { first, count } = choice.range;
  const isNew = !own.some((entry) => entry.first === BigInt(first));
  return { range: [first, count], lines_of_user: own.length + (isNew ? 1 : 0) };
}

/** The line ends past the last id: how far, and how many whole blocks nobody can use. */
function subidLine(given: Given): PeerAnswer {
  const [entry] = fileOf([given.text("line")]).lines.map((line) => line.entry);
  if (!entry) return REFUSED;
  const end = Number(entry.first + entry.count) - 1;
  if (end <= core.MAX_ID) return { error: null, wasted_slots: 0 };
  return {
    error: `end ${end} is past ${core.MAX_ID}`,
    wasted_slots: Math.floor((end - core.MAX_ID) / formats.POD_BLOCK),
  };
}

function overlappingOwners(given: Given): PeerAnswer {
  const uses = grantUses(fileOf(given.texts("subuid")), "uid");
  const found = reconcile({ uses, claims: [], users: [], groups: [], now: 0 });
  const places = found
    .flatMap((one) => (one.code === "overlap" ? [[uses.indexOf(one.use), uses.indexOf(one.other)]] : []))
    .map((pair) => pair.toSorted((a, b) => a - b))
    .toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
  return { pairs: places.map((pair) => pair.map((place) => uses[place]?.owner)) };
}

function directoryFindings(given: Given): PeerAnswer {
  const uids = given.object("directory_uids");
  const accounts = given.keys("directory_uids").map((name) => ({ name, id: uids.number(name) }));
  const findings = coveredAccounts(fileOf(given.texts("subuid")), "user", accounts).map(({ entry, account }) => ({
    range: `${entry.first}-${entry.first + entry.count - 1n}`,
    uid: account.id,
    owner: account.name,
  }));
  return { findings };
}

/** umoci without privilege: everything on disk is the user's, and the true owner stands in an attribute. */
function rootlessOwner(given: Given): PeerAnswer {
  const header = given.object("header");
  const kept = given.has("rootlesscontainers_xattr") ? given.object("rootlesscontainers_xattr") : null;
  const idOf = (kind: core.OwnerKind) => {
    const id = kept?.isNumber(kind) ? kept.number(kind) : null;
    return id !== null && core.isId(id) && id !== core.NO_ID ? id : header.number(kind);
  };
  return { uid: idOf("uid"), gid: idOf("gid"), xattr_removed: true };
}

function rootlessHeader(given: Given): PeerAnswer {
  const header = given.object("header");
  const [uid, gid] = [header.number("uid"), header.number("gid")];
  const roots = (["uids", "gids"] as const).map((key) => core.mapDown(core.idMap(given.lines(key).map(extentOf)), 0));
  const isRoot = uid === 0 && gid === 0;
  const kept = { uid: uid === 0 ? "noop" : uid, gid: gid === 0 ? "noop" : gid };
  return { uid: roots[0], gid: roots[1], xattr: isRoot ? null : kept, round_trip: { uid, gid } };
}

/** Accounts, subordinate ids and owners in archives. */
export const ACCOUNT_OPERATIONS: Operations = {
  "user.resolve": resolved,
  "subid.command": subidCommand,
  "subid.grant": granted,
  "subid.list": (given) => {
    const user = given.text("user");
    const listed = grantsListedFor(
      fileOf(given.texts("lines")),
      user,
      usersOf(passwdOf([[user, given.number("uid")]])),
    );
    return { ranges: listed.map(({ entry }) => [Number(entry.first), Number(entry.count)]) };
  },
  "subid.owners": (given) => {
    const users = given.object("users");
    const covering = coveredAccounts(fileOf(given.texts("lines")), "user", [{ name: "", id: given.number("id") }]);
    // An owner that is no account is left out, and one of several lines named once.
    const owners = covering.flatMap(({ entry: { owner } }) => {
      if (/^\d+$/.test(owner)) return [Number(owner)];
      return users.has(owner) ? [users.number(owner)] : [];
    });
    return { owners: [...new Set(owners)] };
  },
  "newuidmap.allowed": (given) => {
    const [user, uid] = [given.text("user"), given.number("uid")];
    const passwd = passwdOf([[user, uid]]);
    const file = fileOf(given.pairs("ranges").map(([first, count]) => `${user}:${first}:${count}`));
    const grants = grantsTo(file, { name: user, uid }, passwd);
    const isAllowed = ({ outside, count }: { readonly outside: number; readonly count: number }) =>
      (outside === uid && count === 1) || grantsThatHold(grants, { first: outside, count }) !== null;
    return { allowed: given.lines("maps").every(isAllowed) };
  },
  "lint.subid_line": subidLine,
  "lint.subid_overlap": overlappingOwners,
  "lint.subid_vs_directory": directoryFindings,
  "tar.shift_entry": (given) => {
    const header = given.object("header");
    const [uid, gid] = (["uid", "gid"] as const).map((kind) =>
      core.mapDown(given.map(`${kind}s`), header.number(kind)),
    );
    return uid === core.NO_ID || gid === core.NO_ID ? REFUSED : { uid, gid };
  },
  "tar.map_rootless": rootlessOwner,
  "tar.unmap_rootless": rootlessHeader,
};
