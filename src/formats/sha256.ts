/** The first 32 bits of the fractional parts of the roots of the first primes. @source FIPS 180-4, 4.2.2 and 5.3.3 */
const PRIMES = firstPrimes(64);
const START = PRIMES.slice(0, 8).map((prime) => fraction(prime, 2));
const ROUND = PRIMES.map((prime) => fraction(prime, 3));

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let next = 2; primes.length < count; next++) if (primes.every((prime) => next % prime !== 0)) primes.push(next);
  return primes;
}

/** Whole roots of shifted integers: a double has too few digits for the last bits of a cube root. */
function fraction(prime: number, degree: 2 | 3): number {
  const target = BigInt(prime) << BigInt(32 * degree);
  let root = 0n;
  for (let bit = 1n << 36n; bit > 0n; bit >>= 1n) if ((root + bit) ** BigInt(degree) <= target) root += bit;
  return Number(BigInt.asUintN(32, root));
}

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/**
 * The SHA-256 of bytes, in hexadecimal digits. For texts of a few kilobytes: it needs no host, and takes its time.
 *
 * @source  FIPS 180-4
 * @example sha256(new TextEncoder().encode("abc")).slice(0, 16) // "ba7816bf8f01cfea"
 */
export function sha256(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil((bytes.length + 1 + LENGTH_BYTES) / BLOCK_BYTES) * BLOCK_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - LENGTH_BYTES, BigInt(bytes.length) * 8n);
  const state = Uint32Array.from(START);
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) takeBlock(state, view, at);
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

function takeBlock(state: Uint32Array, view: DataView, at: number): void {
  const words: number[] = [];
  const word = (index: number): number => words[index] ?? 0;
  for (let index = 0; index < ROUND.length; index++) {
    if (index < 16) {
      words.push(view.getUint32(at + index * 4));
      continue;
    }
    const [late, early] = [word(index - 2), word(index - 15)];
    const spread = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    const mixed = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    words.push((spread + word(index - 7) + mixed + word(index - 16)) | 0);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (const [index, constant] of ROUND.entries()) {
    const choice = (e & f) ^ (~e & g);
    const most = (a & b) ^ (a & c) ^ (b & c);
    const one = (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + constant + word(index)) | 0;
    const two = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + most) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = (state[index] ?? 0) + value;
}
