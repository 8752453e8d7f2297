/** Lines of passwd and group are read as glibc's `files` source was seen to read them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { badLines, type GroupEntry, type PasswdEntry, parseGroup, parsePasswd } from "../../src/formats/index.ts";

interface Seen {
  readonly file: "passwd" | "group";
  readonly line: string;
  readonly found: PasswdEntry | GroupEntry | null;
}

const seen: readonly Seen[] = JSON.parse(readFileSync("tests/vectors/uidmap-4.13/accounts.json", "utf8"));

test("a line of passwd or group gives the account that getpwnam and getgrnam find by it, or nobody", () => {
  for (const { file, line, found } of seen) {
    const read = (file === "passwd" ? parsePasswd : parseGroup)(`${line}\n`).lines[0];
    assert.deepEqual(read?.entry, found?.name === "" ? null : found, JSON.stringify(line));
  }
});

test("a line that gives nobody is reported, unless it is a comment or blank", () => {
  const told = badLines(parsePasswd("+nis:x:1:1::/:\n # no\n\t\n+\nben:x:0x1:1::/:\n"));
  assert.deepEqual(
    told.map(({ where, why }) => `${where}: ${why}`),
    [
      "/etc/passwd:1: a line of NIS, by its first character + or -",
      "/etc/passwd:4: a line of NIS, by its first character + or -",
      "/etc/passwd:5: no name, or an id that is no decimal number",
    ],
  );
});
