import { type IdSet, idSet, intersect, subtract, union } from "../../core/index.ts";
import type { NamedId } from "../account-overlap.ts";
import { pairsThatMeet } from "../pairs-that-meet.ts";
import { type Claim, stateNow } from "./claim.ts";
import type { Adoption } from "./decide-adoption.ts";
import { adoptionsOf, type IdUse, idsOfUse, type KnownAccounts } from "./id-use.ts";

/** What the ledger is held against. */
export interface HostState extends KnownAccounts {
  readonly now: number;
  /** Claims that are not freed. */
  readonly claims: readonly Claim[];
  readonly uses: readonly IdUse[];
}

/** An account whose id somebody else's range has. */
export type CoveredAccount = NamedId & { readonly kind: "user" | "group" };

/** Something that is not as the ledger says, or not as it should be. */
export type ReconcileFinding =
  /** Ids in use that nobody claimed. */
  | { readonly code: "unclaimed"; readonly use: IdUse; readonly ids: IdSet }
  /** Ids in use though their claim was given back: not to be handed out again yet. */
  | { readonly code: "in-quarantine"; readonly use: IdUse; readonly ids: IdSet; readonly claim: Claim }
  /** A live claim of which no id is seen in use. */
  | { readonly code: "unused"; readonly claim: Claim }
  /** Two that use the same ids. */
  | { readonly code: "overlap"; readonly use: IdUse; readonly other: IdUse; readonly ids: IdSet }
  /** A line that grants ids that the ledger gave to somebody else. */
  | { readonly code: "granted-away"; readonly use: IdUse; readonly claim: Claim; readonly ids: IdSet }
  /** A range over the id of a real account: who has the range can act as the account. @source CVE-2024-56433 */
  | { readonly code: "covers-account"; readonly use: IdUse; readonly account: CoveredAccount };

/**
 * Hold what is seen on a host against the ledger. Nothing is changed, and nothing left out: each finding names both sides.
 *
 * Ids that a line grants or a claim has are its owner's business: that several namespaces use them is no overlap.
 */
export function reconcile(host: HostState): readonly ReconcileFinding[] {
  const live = host.claims.filter((claim) => stateNow(claim, host.now) === "live");
  const claimed = idSet(host.claims.flatMap(({ pieces }) => pieces));
  const used = host.uses.reduce<IdSet>((ids, use) => union(ids, idsOfUse(use)), []);
  return [
    ...host.uses.flatMap((use): readonly ReconcileFinding[] => {
      const ids = subtract(idsOfUse(use), claimed);
      return ids.length > 0 ? [{ code: "unclaimed", use, ids }] : [];
    }),
    ...inQuarantine(host),
    ...live
      .filter(({ pieces }) => intersect(idSet(pieces), used).length === 0)
      .map((claim): ReconcileFinding => ({ code: "unused", claim })),
    ...overlaps(host.uses, live),
    ...grantedAway(host.uses, live),
    ...coveredBy(host),
  ];
}

function inQuarantine({ claims, uses, now }: HostState): readonly ReconcileFinding[] {
  const given = claims.filter((claim) => stateNow(claim, now) === "quarantined");
  return given.flatMap((claim) =>
    uses.flatMap((use): readonly ReconcileFinding[] => {
      const ids = intersect(idsOfUse(use), idSet(claim.pieces));
      return ids.length > 0 ? [{ code: "in-quarantine", use, ids, claim }] : [];
    }),
  );
}

/** Pairs of the same kind: a namespace within the line that grants its ids is as it should be. */
function overlaps(uses: readonly IdUse[], live: readonly Claim[]): readonly ReconcileFinding[] {
  const granted = uses.filter(({ by }) => by === "grant").map(idsOfUse);
  const settled = idSet([...granted.flat(), ...live.flatMap(({ pieces }) => pieces)]);
  return (["grant", "record", "namespace"] as const).flatMap((kind) =>
    pairsThatMeet(
      uses.filter(({ by }) => by === kind),
      idsOfUse,
    ).flatMap(([use, other]): readonly ReconcileFinding[] => {
      const shared = union(intersect(use.uid, other.uid), intersect(use.gid, other.gid));
      const ids = kind === "namespace" ? subtract(shared, settled) : shared;
      return use.owner !== other.owner && ids.length > 0 ? [{ code: "overlap", use, other, ids }] : [];
    }),
  );
}

function grantedAway(uses: readonly IdUse[], live: readonly Claim[]): readonly ReconcileFinding[] {
  return uses
    .filter(({ by }) => by === "grant")
    .flatMap((use) =>
      live.flatMap((claim): readonly ReconcileFinding[] => {
        const ids = claim.owner === use.owner ? [] : intersect(idsOfUse(use), idSet(claim.pieces));
        return ids.length > 0 ? [{ code: "granted-away", use, claim, ids }] : [];
      }),
    );
}

function coveredBy({ uses, users, groups }: HostState): readonly ReconcileFinding[] {
  const sides = [
    { kind: "user", of: "uid", accounts: users },
    { kind: "group", of: "gid", accounts: groups },
  ] as const;
  return uses.flatMap((use) =>
    sides.flatMap(({ kind, of, accounts }) =>
      accounts
        .filter(({ id, name }) => use.owner !== name && use.owner !== String(id) && hasId(use[of], id))
        .map((account): ReconcileFinding => ({ code: "covers-account", use, account: { ...account, kind } })),
    ),
  );
}

function hasId(ids: IdSet, id: number): boolean {
  return intersect(ids, [{ first: id, count: 1 }]).length > 0;
}

/** What would have to be adopted so that nothing in use is unclaimed. */
export function adoptionsOfFindings(
  findings: readonly ReconcileFinding[],
  shared: Pick<Adoption, "tenant" | "purpose">,
): readonly Adoption[] {
  return adoptionsOf(
    findings.flatMap((finding) => (finding.code === "unclaimed" ? [finding] : [])),
    shared,
  );
}
