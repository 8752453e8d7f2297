import type { ErrorCode, Fault, Kind, UsernsError } from "../core/index.ts";
import type { LayerOutcome, UnmappedIds } from "../image/index.ts";
import { type Kept, keptList, keptNumber, keptObject, keptOneOf, keptText } from "../policy/index.ts";
import type { IdTally, NameTally } from "../shift/index.ts";

/** What a worker says of a layer, as JSON. A layer that is shifted is in the folder of blobs; this says who did it. */
export type JobOutcome = { readonly by: string } & (
  | { readonly outcome: "shifted"; readonly entries: number; readonly headersShifted: number }
  /** It was there already. */
  | { readonly outcome: "there" }
  | ({ readonly outcome: "refused" } & UnmappedIds)
  | ({ readonly outcome: "bad" } & PlainFault)
);

export type PlainFault = Fault & { readonly code: ErrorCode };

export function outcomeOf(found: LayerOutcome, by: string): JobOutcome {
  if (!found.isShifted) return { by, outcome: "refused", unmapped: found.unmapped, unlisted: found.unlisted };
  const { report } = found.finished;
  if (report === null) return { by, outcome: "there" };
  const { entries, headersShifted } = report;
  return { by, outcome: "shifted", entries, headersShifted };
}

export function badOutcome(error: UsernsError, by: string): JobOutcome {
  return { by, outcome: "bad", ...plainFault(error) };
}

/** An error as a plain value, which passes between threads and machines. */
export function plainFault({ code, where, expected, got, fix }: UsernsError): PlainFault {
  return { code, where, expected, got, ...(fix === undefined ? {} : { fix }) };
}

/** What can be wrong with a layer, or with the files that it is read from and written to. */
const LAYER_FAULTS = [
  "ERR_IMAGE",
  "ERR_TAR",
  "ERR_COMPRESSION",
  "ERR_FILE",
  "ERR_ID_RANGE",
  "ERR_STORE_CORRUPT",
] as const;

/** An outcome as it was kept. @throws UsernsError ERR_STORE_CORRUPT */
export function readOutcome(kept: Kept, at: string): JobOutcome {
  const outcome = keptOneOf(kept, "outcome", ["shifted", "there", "refused", "bad"], at);
  const by = keptText(kept, "by", at);
  const count = (name: string) => keptNumber(kept, name, at);
  const text = (name: string) => keptText(kept, name, at);
  switch (outcome) {
    case "shifted":
      return { by, outcome, entries: count("entries"), headersShifted: count("headersShifted") };
    case "there":
      return { by, outcome };
    case "refused":
      return {
        by,
        outcome,
        unmapped: keptList(kept, "unmapped", at).map((one) => readTally(keptObject(one, at), at)),
        unlisted: count("unlisted"),
      };
    case "bad": {
      const fix = kept.fix === undefined ? {} : { fix: text("fix") };
      const code = keptOneOf(kept, "code", LAYER_FAULTS, at);
      return { by, outcome, code, where: text("where"), expected: text("expected"), got: text("got"), ...fix };
    }
  }
}

const KINDS: readonly Kind[] = ["uid", "gid", "projid"];

function readTally(kept: Kept, at: string): IdTally {
  return {
    kind: keptOneOf(kept, "kind", KINDS, at),
    id: keptNumber(kept, "id", at),
    owner: keptNumber(kept, "owner", at),
    acl: keptNumber(kept, "acl", at),
    capability: keptNumber(kept, "capability", at),
    examples: keptList(kept, "examples", at).map(String),
    names: keptList(kept, "names", at).map((one): NameTally => {
      const name = keptObject(one, at);
      return { name: keptText(name, "name", at), entries: keptNumber(name, "entries", at) };
    }),
  };
}
