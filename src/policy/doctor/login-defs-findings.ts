import { UsernsError } from "../../core/index.ts";
import { entriesOf, type LoginDefs } from "../../formats/index.ts";
import { type SubIdDefaults, subIdDefaults } from "../sub-id-defaults.ts";
import type { Draft } from "./draft.ts";
import type { Finding } from "./finding.ts";
import type { Host } from "./host.ts";

const KINDS = ["uid", "gid"] as const;
type IdKind = (typeof KINDS)[number];

/** Where new subordinate ranges come from; or the fault, as a value, of a setting that is no number. */
export function defaultsOf(loginDefs: LoginDefs, kind: IdKind): SubIdDefaults | UsernsError {
  try {
    return subIdDefaults(loginDefs, kind);
  } catch (error) {
    if (error instanceof UsernsError) return error;
    throw error;
  }
}

/** What new users would get that somebody has already. */
export function loginDefsFindings(host: Host, draft: Draft): readonly Finding[] {
  const { loginDefs } = host.files;
  if (!loginDefs) return [];
  return KINDS.flatMap((kind) => {
    const defaults = defaultsOf(loginDefs, kind);
    return defaults instanceof UsernsError ? [unreadable(defaults)] : overAccounts(host, draft, kind, defaults);
  });
}

function unreadable(fault: UsernsError): Finding {
  return {
    code: "login-defs-unreadable",
    severity: "error",
    what: `${fault.where}: expected ${fault.expected}, found ${fault.got}.`,
    evidence: [fault.where],
    consequence: "useradd gives new users no subordinate ids, or others than were meant.",
    fixes: [],
  };
}

/** The next multiple of a usual range above the highest account. */
const ALIGNMENT = 65536n;

function overAccounts({ files }: Host, draft: Draft, kind: IdKind, { min, max }: SubIdDefaults): Finding[] {
  const accounts =
    kind === "uid"
      ? (files.passwd ? entriesOf(files.passwd) : []).map(({ name, uid }) => ({ name, id: BigInt(uid) }))
      : (files.group ? entriesOf(files.group) : []).map(({ name, gid }) => ({ name, id: BigInt(gid) }));
  const covered = accounts.filter(({ id }) => id >= min && id <= max);
  const [first] = covered;
  if (!first) return [];
  const highest = covered.reduce((most, { id }) => (id > most ? id : most), first.id);
  const raised = (highest / ALIGNMENT + 1n) * ALIGNMENT;
  const key = `SUB_${kind.toUpperCase()}_MIN`;
  return [
    {
      code: "login-defs-over-accounts",
      severity: "warning",
      what: `New subordinate ${kind}s are taken from ${min}…${max}, where ${covered.length === 1 ? "an account is" : `${covered.length} accounts are`}.`,
      evidence: covered.slice(0, 3).map(({ name, id }) => `${kind === "uid" ? "user" : "group"} ${name} is ${id}`),
      consequence: "Whoever is given a range that holds an account can act as it (CVE-2024-56433).",
      fixes: raised < max ? draft.setLoginDef(key, String(raised)) : [],
    },
  ];
}
