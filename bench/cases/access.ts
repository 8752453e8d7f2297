/** access/: what users may do with a million inodes; per inode and user. */
import { type AccessUser, INODE_BITS } from "../../src/core/index.ts";
import { AGAIN, type Bench, type Cases, measureRow, NAIVE, WASM } from "../bench.ts";
import { type Side, side } from "../harness.ts";
import { type Random, random } from "../random.ts";
import { accessClz } from "../rivals/ts/access-clz.ts";
import { accessLast } from "../rivals/ts/access-last.ts";
import { accessNaive } from "../rivals/ts/access-naive.ts";
import type { Measured } from "../row.ts";

const SIZE = 1_000_000;
const USERS = [1, 8] as const;
/** Rivals, the naive one last. */
const RIVALS = [accessClz, accessLast, accessNaive];

/** Where inodes get their owners and modes from. */
const WORKLOADS = ["uniform", "realistic"] as const;

/** Owners and their weights, as in an image of a distribution with a few services. */
const OWNERS: readonly (readonly [uid: number, gid: number, weight: number])[] = [
  [0, 0, 940],
  [0, 42, 4],
  [0, 50, 16],
  [33, 33, 25],
  [101, 102, 10],
  [65_534, 65_534, 5],
];
const MODES: readonly (readonly [mode: number, weight: number])[] = [
  [0o644, 700],
  [0o755, 130],
  [INODE_BITS.directory | 0o755, 120],
  [0o777, 40],
  [0o640, 5],
  [INODE_BITS.directory | 0o700, 3],
  [0o600, 2],
];

const MODE_WEIGHTS = MODES.map(([, weight]) => weight);

export const access: Cases = async function* (bench) {
  for (const workload of WORKLOADS)
    for (const users of USERS) {
      const id = `access/${workload}/${users}`;
      if (bench.wants(id)) yield await ask(bench, id, workload, users);
    }
};

/** Root of a container, then accounts with one to three groups. */
function makeUsers(count: number): AccessUser[] {
  const root: AccessUser = { uid: 0, gids: [0], passes: "all", covered: 0 };
  const accounts = [33, 101, 1000, 65_534, 1, 38, 7].map(
    (uid): AccessUser => ({ uid, gids: uid === 1000 ? [1000, 42, 50] : [uid], passes: "nothing", covered: 0 }),
  );
  // A single user is an account: root passes nearly everything.
  return count === 1 ? accounts.slice(0, 1) : [root, ...accounts].slice(0, count);
}

interface Inodes {
  readonly uids: Uint32Array;
  readonly gids: Uint32Array;
  readonly bits: Uint16Array;
}

/** Owners and modes of any kind, or such as an image has: runs of one owner, as its folders are. */
function makeInodes(workload: (typeof WORKLOADS)[number], seed: number): Inodes {
  const numbers = random(seed, `access ${workload}`);
  const inodes = { uids: new Uint32Array(SIZE), gids: new Uint32Array(SIZE), bits: new Uint16Array(SIZE) };
  let run = 0;
  let owner = 0;
  for (let row = 0; row < SIZE; row++) {
    if (workload === "uniform") {
      inodes.uids[row] = [0, 33, 101, 1000, 7, 38, 5, 2][numbers.below(8)] ?? 0;
      inodes.gids[row] = [0, 33, 101, 42, 7, 38, 50, 2][numbers.below(8)] ?? 0;
      inodes.bits[row] = numbers.below(1 << 13);
      continue;
    }
    if (run-- === 0) {
      run = numbers.below(40);
      owner = drawn(
        OWNERS.map(([, , weight]) => weight),
        numbers,
      );
    }
    inodes.uids[row] = OWNERS[owner]?.[0] ?? 0;
    inodes.gids[row] = OWNERS[owner]?.[1] ?? 0;
    inodes.bits[row] = (MODES[drawn(MODE_WEIGHTS, numbers)]?.[0] ?? 0) | INODE_BITS.covered;
  }
  return inodes;
}

/** The index of a weight, the heavier the likelier. */
function drawn(weights: readonly number[], numbers: Random): number {
  let left = numbers.below(weights.reduce((sum, weight) => sum + weight, 0));
  return weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
}

/** Answers as the harness sums them up: their bytes as u32s. */
function words(answers: readonly Uint8Array[]): Uint32Array[] {
  return answers.map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length >>> 2));
}

async function ask(bench: Bench, id: string, workload: (typeof WORKLOADS)[number], count: number): Promise<Measured> {
  const inodes = makeInodes(workload, bench.seed);
  const users = makeUsers(count);
  const tables = [bench.wasm.accessTable(SIZE), bench.twin.accessTable(SIZE)];
  const engineSide = (name: string, at: number, isKept: boolean): Side => {
    const table = tables[at];
    if (!table) throw new Error(`no table ${at}`);
    const columns = table.view();
    columns.uids.set(inodes.uids);
    columns.gids.set(inodes.gids);
    columns.bits.set(inodes.bits);
    let answers = table.ask(users);
    const run = (): void => {
      answers = table.ask(users);
    };
    return side(name, run, () => words(answers), isKept);
  };
  const to = users.map(() => new Uint8Array(SIZE));
  const columns = { ...inodes, above: new Uint32Array(0) };
  const rivals = RIVALS.map((rival) =>
    side(
      rival === accessNaive ? NAIVE : `ts ${rival.name}`,
      () => rival.run(users, columns, to),
      () => words(to),
      rival === accessNaive,
    ),
  );
  const measured = await measureRow(
    bench,
    { id, n: 0, ids: workload === "uniform" ? "uniform" : "runs", size: SIZE * count },
    [engineSide(WASM, 0, true), engineSide(AGAIN, 0, true), engineSide("ts engine twin", 1, true), ...rivals],
  );
  for (const table of tables) table.free();
  return measured;
}
