/** Numbers that look random and are the same for the same seed on every machine. */
export interface Random {
  /** A whole number 0 … bound − 1; `bound` is 1 … 2³². */
  below(bound: number): number;
  /** A fraction 0 … 1, 1 excluded. */
  fraction(): number;
}

/** A sequence for a seed and a name: two workloads of one seed share no numbers. */
export function random(seed: number, name: string): Random {
  let state = seed >>> 0;
  for (const letter of name) state = scramble(state ^ (letter.codePointAt(0) ?? 0));
  const next = (): number => {
    state = (state + 0x9e37_79b9) >>> 0;
    return scramble(state);
  };
  const fraction = (): number => (next() * 0x20_0000 + (next() >>> 11)) / 2 ** 53;
  return { below: (bound) => Math.floor(fraction() * bound), fraction };
}

/** A bijection of u32 in which every input bit moves about half of the output bits. */
function scramble(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** Put a list in random order, in place. */
export function shuffle<T>(list: T[], numbers: Random): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const [picked] = list.splice(numbers.below(last + 1), 1);
    if (picked !== undefined) list.push(picked);
  }
  return list;
}
