import { ROWS, USER_BYTES, access, reach } from "../../assembly/access";

const uids: usize = memory.data(4 * 16, 16);
const gids: usize = memory.data(4 * 16, 16);
const bits: usize = memory.data(2 * 16, 16);
const above: usize = memory.data(4 * 16, 16);
const answers: usize = memory.data(2 * 16, 16);
const users: usize = memory.data(2 * 32, 16);
const groups: usize = memory.data(16, 16);

function setInode(row: u32, uid: u32, gid: u32, has: u16): void {
  store<u32>(uids + 4 * row, uid);
  store<u32>(gids + 4 * row, gid);
  store<u16>(bits + 2 * row, has);
}

/** A user with one group, its own, or with both that are kept. */
function setUser(index: u32, uid: u32, groupCount: u32, passes: u32, covered: u32): void {
  const user = users + index * USER_BYTES;
  store<u32>(user, uid);
  store<usize>(user, groups, 4);
  store<usize>(user, groups + 4 * groupCount, 8);
  store<usize>(user, answers + index * ROWS, 12);
  store<u32>(user, passes, 16);
  store<u32>(user, covered, 20);
}

function ask(count: u32): void {
  access(users, users + count * USER_BYTES, uids, gids, bits, 0, ROWS);
}

function answer(row: u32, user: u32 = 0): u32 {
  return load<u8>(answers + user * ROWS + row);
}

describe("access", () => {
  beforeEach(() => {
    for (let row: u32 = 0; row < ROWS; row++) setInode(row, 0xffff_ffff, 0xffff_ffff, 0);
    store<u32>(groups, 50);
    store<u32>(groups, 0x8000_0001, 4);
  });

  it("the owner's digit holds for the owner, the group's for members, the last one for all others", () => {
    setInode(0, 33, 50, 0o421);
    setInode(1, 34, 50, 0o421);
    setInode(2, 34, 0x8000_0001, 0o421);
    setInode(3, 34, 51, 0o421);
    setInode(15, 33, 51, 0o077);
    setUser(0, 33, 2, 0, 0);
    setUser(1, 34, 1, 0, 0);
    ask(2);
    expect<u32>(answer(0)).toBe(4);
    expect<u32>(answer(1)).toBe(2);
    expect<u32>(answer(2)).toBe(2);
    expect<u32>(answer(3)).toBe(1);
    expect<u32>(answer(15)).toBe(0);
    expect<u32>(answer(0, 1)).toBe(2);
    expect<u32>(answer(2, 1)).toBe(4);
  });

  it("a capability passes what it says, over inodes with its flag alone", () => {
    setInode(0, 1, 1, 0x1000);
    setInode(1, 1, 1, 0x1000 | 0o001);
    setInode(2, 1, 1, 0x1000 | 0x200);
    setInode(3, 1, 1, 0xe000 | 0x200);
    setUser(0, 33, 1, 2, 0x10);
    setUser(1, 33, 1, 1, 0x10);
    ask(2);
    expect<u32>(answer(0)).toBe(6, "nobody may run it");
    expect<u32>(answer(1)).toBe(7);
    expect<u32>(answer(2)).toBe(7);
    expect<u32>(answer(3)).toBe(0);
    expect<u32>(answer(0, 1)).toBe(4);
    expect<u32>(answer(1, 1)).toBe(5, "others may run it, and it may be read");
    expect<u32>(answer(2, 1)).toBe(5);
    expect<u32>(answer(3, 1)).toBe(0);
  });

  it("what is sealed is written to by nobody, and an ACL is asked for all but the owner", () => {
    setInode(0, 33, 1, 0x1400 | 0o777);
    setInode(1, 33, 1, 0x0800 | 0o770);
    setInode(2, 34, 1, 0x0800 | 0o777);
    setUser(0, 33, 1, 2, 0x10);
    ask(1);
    expect<u32>(answer(0)).toBe(5);
    expect<u32>(answer(1)).toBe(7);
    expect<u32>(answer(2) & 8).toBe(8);
  });

  it("searching folds down the tree", () => {
    for (let row: u32 = 0; row < 4; row++) store<u32>(above + 4 * row, row == 0 ? 0 : row - 1);
    store<u32>(answers, 0x04_00_01_11);
    reach(above, answers, 1, 4);
    expect<u32>(answer(1)).toBe(0x11);
    expect<u32>(answer(2)).toBe(0x10);
    expect<u32>(answer(3)).toBe(0x04);
  });
});
