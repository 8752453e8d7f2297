/**
 * Rules of user space: who may use which subordinate ids, what the tools that hand them out say, and which ranges of ids
 * are handed out to whom.
 *
 * This layer decides about files that it is handed as text and writes maps in the kernel's model; it opens no file and
 * runs no program. It may import core, formats and kernel.
 */
export * from "./account-overlap.ts";
export * from "./alloc/claim.ts";
export * from "./alloc/claim-names.ts";
export * from "./alloc/decide-adoption.ts";
export * from "./alloc/decide-claims.ts";
export * from "./alloc/decide-pool.ts";
export * from "./alloc/decide-release.ts";
export * from "./alloc/decision.ts";
export * from "./alloc/event.ts";
export * from "./alloc/free-runs.ts";
export * from "./alloc/id-use.ts";
export * from "./alloc/kept-fields.ts";
export * from "./alloc/name-lines.ts";
export * from "./alloc/pool.ts";
export * from "./alloc/pool-profiles.ts";
export * from "./alloc/read-event.ts";
export * from "./alloc/reconcile.ts";
export * from "./alloc/refusal.ts";
export * from "./alloc/replay.ts";
export * from "./alloc/reserved.ts";
export * from "./ask-new-id-map.ts";
export * from "./auto-userns.ts";
export * from "./decision.ts";
export * from "./deny-setgroups.ts";
export * from "./doctor/index.ts";
export * from "./dynamic-names.ts";
export * from "./dynamic-user.ts";
export * from "./fit.ts";
export * from "./fs-map-findings.ts";
export * from "./fsid-advice.ts";
export * from "./fsid-authority.ts";
export * from "./fsid-checks.ts";
export * from "./fsid-coverage.ts";
export * from "./fsid-mount-plan.ts";
export * from "./fsid-plan.ts";
export * from "./fsid-target.ts";
export * from "./get-subids.ts";
export * from "./image-offset.ts";
export * from "./kubelet-pool.ts";
export * from "./mountfsd.ts";
export * from "./name-lookup.ts";
export * from "./new-fsid-map.ts";
export * from "./new-fsid-map-lines.ts";
export * from "./new-fsid-map-request.ts";
export * from "./new-fsid-map-run.ts";
export * from "./new-id-map.ts";
export * from "./new-id-map-request.ts";
export * from "./nspawn.ts";
export * from "./nsresourced.ts";
export * from "./pick-block.ts";
export * from "./pile-registry.ts";
export * from "./range-holders.ts";
export * from "./session.ts";
export * from "./shadow-ranges.ts";
export * from "./strerror.ts";
export * from "./sub-id-defaults.ts";
export * from "./subid-edit.ts";
export * from "./subid-grant.ts";
export * from "./subid-missing.ts";
export * from "./target-owner.ts";
export * from "./tool-answer.ts";
export * from "./tool-user-space.ts";
export * from "./uid-ranges.ts";
export * from "./user-spaces.ts";
export * from "./userns-restrict.ts";
