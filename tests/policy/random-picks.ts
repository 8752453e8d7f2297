/** Choices of one random source. */
export function picker(below: (bound: number) => number) {
  return {
    pick: <T>(list: readonly T[]): T => {
      const found = list[below(list.length)];
      if (found === undefined) throw new Error("an empty list");
      return found;
    },
    often: (percent: number): boolean => below(100) < percent,
    /** As many as told, each made by its place. */
    some: <T>(count: number, make: (at: number) => T): readonly T[] =>
      Array.from({ length: count }, (_, at) => make(at)),
  };
}
