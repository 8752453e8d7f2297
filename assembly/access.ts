/**
 * What users may do with inodes: the permission bits that hold for each user, and the capabilities that pass them.
 *
 * Of inodes there are three columns: user ids (u32), group ids (u32) and bits (u16): the nine of the mode and, above
 * them, {@link DIRECTORY}, {@link SEALED}, {@link ACL} and four flags {@link COVERED}. An answer is a byte an inode.
 * Columns are filled up to a multiple of {@link ROWS}.
 */

/** Inodes that are looked at together. */
export const ROWS: u32 = 16;

/** In the upper half of an inode's bits: a directory; written to by nobody; an ACL decides for who is not the owner. */
const DIRECTORY: u8 = 1 << 1;
const SEALED: u8 = 1 << 2;
const ACL: u8 = 1 << 3;

/** In an answer: what may be done, whether the ACL has to be asked, whether every directory above may be searched. */
const EXECUTE: u8 = 1;
const WRITE: u8 = 2;
const READ: u8 = 4;
const REACHED: u8 = 16;

/**
 * A user is eight u32s: its id; where its groups begin and end, u32s too, of which there is at least one; where its
 * answers are; what its capabilities pass: 0 nothing, 1 reading and searching, 2 all; and as a byte the flag COVERED of
 * inodes over which they count.
 */
export const USER_BYTES: usize = 32;
const GROUPS: usize = 4;
const GROUPS_END: usize = 8;
const ANSWERS: usize = 12;
const PASSES: usize = 16;
const COVERED: usize = 20;

/** The lowest three bits of sixteen lanes. */
// @ts-ignore: decorator
@inline
function digits(a: v128, b: v128): v128 {
  const digit = i16x8.splat(7);
  return i8x16.narrow_i16x8_u(v128.and(a, digit), v128.and(b, digit));
}

/** Sixteen lanes of −1 or 0. */
// @ts-ignore: decorator
@inline
function packed(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

/** Answer for the inodes `[row, end)`, both multiples of {@link ROWS}. */
export function access(
  users: usize,
  usersEnd: usize,
  uids: usize,
  gids: usize,
  bits: usize,
  row: u32,
  end: u32,
): void {
  for (; row < end; row += ROWS) {
    const uid = uids + (<usize>row << 2);
    const uidA = v128.load(uid);
    const uidB = v128.load(uid, 16);
    const uidC = v128.load(uid, 32);
    const uidD = v128.load(uid, 48);
    const gid = gids + (<usize>row << 2);
    const gidA = v128.load(gid);
    const gidB = v128.load(gid, 16);
    const gidC = v128.load(gid, 32);
    const gidD = v128.load(gid, 48);
    const bitsA = v128.load(bits + (<usize>row << 1));
    const bitsB = v128.load(bits + (<usize>row << 1), 16);

    const others = digits(bitsA, bitsB);
    const group = digits(i16x8.shr_u(bitsA, 3), i16x8.shr_u(bitsB, 3));
    const owner = digits(i16x8.shr_u(bitsA, 6), i16x8.shr_u(bitsB, 6));
    const flags = i8x16.narrow_i16x8_u(i16x8.shr_u(bitsA, 8), i16x8.shr_u(bitsB, 8));
    // Both flags move one down: DIRECTORY onto EXECUTE, SEALED onto WRITE.
    const lowered = i16x8.shr_u(v128.and(flags, i8x16.splat(DIRECTORY | SEALED)), 1);
    const isDirectory = v128.and(lowered, i8x16.splat(EXECUTE));
    const isSealed = v128.and(lowered, i8x16.splat(WRITE));
    const hasAcl = v128.and(flags, i8x16.splat(ACL));

    for (let user = users; user < usersEnd; user += USER_BYTES) {
      const id = v128.load32_splat(user);
      const isOwner = packed(i32x4.eq(uidA, id), i32x4.eq(uidB, id), i32x4.eq(uidC, id), i32x4.eq(uidD, id));
      let member = load<usize>(user, GROUPS);
      const membersEnd = load<usize>(user, GROUPS_END);
      let one = v128.load32_splat(member);
      let inA = i32x4.eq(gidA, one);
      let inB = i32x4.eq(gidB, one);
      let inC = i32x4.eq(gidC, one);
      let inD = i32x4.eq(gidD, one);
      while ((member += 4) < membersEnd) {
        one = v128.load32_splat(member);
        inA = v128.or(inA, i32x4.eq(gidA, one));
        inB = v128.or(inB, i32x4.eq(gidB, one));
        inC = v128.or(inC, i32x4.eq(gidC, one));
        inD = v128.or(inD, i32x4.eq(gidD, one));
      }
      const isMember = packed(inA, inB, inC, inD);
      let may = v128.bitselect(owner, v128.bitselect(group, others, isMember), isOwner);
      const passes = load<u32>(user, PASSES);
      if (passes != 0) {
        const runnable = v128.and(v128.or(v128.or(owner, group), others), i8x16.splat(EXECUTE));
        const all = v128.or(v128.or(runnable, isDirectory), i8x16.splat(READ | WRITE));
        const passed = passes == 1 ? v128.or(isDirectory, i8x16.splat(READ)) : all;
        const isCovered = i8x16.ne(v128.and(flags, v128.load8_splat(user, COVERED)), i8x16.splat(0));
        may = v128.or(may, v128.and(passed, isCovered));
      }
      may = v128.andnot(may, isSealed);
      v128.store(load<usize>(user, ANSWERS) + row, v128.or(may, v128.andnot(hasAcl, isOwner)));
    }
  }
}

/**
 * Fold searching down the tree: an inode is reached where the directory that holds it is, and may be searched.
 *
 * @param above    of each inode the row of its directory, a u32: a lower one
 * @param answers  of one user; that of the first directory says REACHED
 */
export function reach(above: usize, answers: usize, row: u32, end: u32): void {
  for (; row < end; row++) {
    const parent: u32 = load<u8>(answers + load<u32>(above + (<usize>row << 2)));
    const isReached = (parent << 4) & parent & REACHED;
    store<u8>(answers + row, load<u8>(answers + row) | <u8>isReached);
  }
}
