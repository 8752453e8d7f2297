import { shiftHeader } from "../../assembly/header";
import { HEADER } from "../../assembly/static";
import { addExtent, addHole, begin, finish, table } from "./table";

function write(at: usize, text: string): void {
  for (let k = 0; k < text.length; k++) store<u8>(HEADER + at + k, <u8>text.charCodeAt(k));
}

function read(at: usize, length: i32): string {
  let text = "";
  for (let k = 0; k < length; k++) {
    const byte = load<u8>(HEADER + at + k);
    text += byte == 0 ? "_" : String.fromCharCode(byte);
  }
  return text;
}

/** A header with these owners; `_` stands for NUL. The checksum is right, and off by `off`. */
function setHeader(uid: string, gid: string, off: u32 = 0): void {
  memory.fill(HEADER, 0, 512);
  write(0, "etc/shadow");
  write(108, uid.replaceAll("_", "\0"));
  write(116, gid.replaceAll("_", "\0"));
  write(148, "        ");
  let sum: u32 = 0;
  for (let k = 0; k < 512; k++) sum += load<u8>(HEADER + k);
  sum += off;
  write(148, sum.toString(8).padStart(6, "0") + "\0 ");
}

function sumIsRight(): bool {
  const stored = <u32>parseInt(read(148, 6), 8);
  let sum: u32 = 0;
  for (let k = 0; k < 512; k++) sum += k >= 148 && k < 156 ? 0x20 : load<u8>(HEADER + k);
  return sum == stored;
}

describe("tar headers", () => {
  beforeAll(() => {
    begin(0xffff_ffff);
    addExtent(0, 100000, 65536);
    addHole(65536);
    finish();
  });

  it("owners are translated in their form, and the checksum is right again", () => {
    setHeader("0001750_", "   1750_");
    expect<i32>(shiftHeader(table, table)).toBe(0);
    expect<string>(read(108, 16)).toBe("0305210_ 305210_");
    expect<bool>(sumIsRight()).toBe(true);
    expect<string>(read(154, 2)).toBe("_ ");
  });

  it("a block of zeros is empty", () => {
    memory.fill(HEADER, 0, 512);
    expect<i32>(shiftHeader(table, table)).toBe(1);
  });

  it("what does not fit, or is not octal, is unusual and untouched", () => {
    const fields: string[] = ["0000____", "000000 8", "     0_ ", "        ", "  00000_"];
    for (let k = 0; k < fields.length; k++) {
      setHeader(fields[k], "0001750_");
      expect<i32>(shiftHeader(table, table)).toBe(2, fields[k]);
      expect<string>(read(108, 8)).toBe(fields[k]);
    }
  });

  it("a checksum that is not the sum is told", () => {
    setHeader("0001750_", "0001750_", 1);
    expect<i32>(shiftHeader(table, table)).toBe(3);
    expect<string>(read(108, 8)).toBe("0001750_");
  });

  it("an owner that is not mapped is told", () => {
    setHeader("0001750_", "0200000_");
    expect<i32>(shiftHeader(table, table)).toBe(4);
    expect<string>(read(108, 16)).toBe("0001750_0200000_");
  });
});
