/** What the runner asks of a worker, and is told. Vectors and mutants go by their place in the lists of all. */
export type Asked =
  /** Replay a vector as it is. */
  | { readonly kind: "reach"; readonly vector: number }
  /** Replay these with a mutant on, up to the first that goes red. */
  | { readonly kind: "break"; readonly mutant: number; readonly vectors: readonly number[]; readonly timeMs: number };

export type Told =
  | { readonly kind: "end" }
  | {
      readonly kind: "reached";
      readonly id: string;
      readonly tag: string;
      readonly isRed: boolean;
      readonly mutants: readonly number[];
    }
  | { readonly kind: "red"; readonly id: string }
  | { readonly kind: "green"; readonly tried: number };

/** Search so many random worlds of each kind for what shows one of these mutants. */
export interface Hunt {
  readonly mutants: readonly number[];
  readonly seed: number;
  readonly runs: number;
}

/** A world in which these mutants answer otherwise. */
export interface Found {
  readonly kind: "found";
  /** Of which kind it is. */
  readonly name: string;
  readonly world: { readonly setup: { readonly [part: string]: unknown }; readonly op: readonly unknown[] };
  readonly mutants: readonly number[];
}
