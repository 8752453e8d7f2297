/** What of src/kernel decides nothing and is not broken. Everything else is. */

/** Files, and why. */
export const FILES_LEFT_ALONE: ReadonlyMap<string, string> = new Map([
  ["bulk-access.ts", "many ids at once; the bulk tests compare it with one at a time"],
  ["bulk-view.ts", "many ids at once; the bulk tests compare it with one at a time"],
  ["errno.ts", "a list of names"],
  ["kuid-column.ts", "how ids lie in memory"],
  ["owner-numbers.ts", "numbers of many ids at once; the bulk tests compare it with one at a time"],
  ["profile.ts", "how a kernel is named; tests/kernel/profile.test.ts reads the names"],
  ["show.ts", "how an answer is put"],
  ["syscall/acl-argument.ts", "reads a scenario's arguments"],
  ["syscall/argument.ts", "reads a scenario's arguments"],
  ["syscall/path-argument.ts", "reads a scenario's arguments"],
  ["syscall/user-space.ts", "names of programs"],
  ["trail.ts", "tells of checks; tests/explain/file-check.test.ts breaks rules and reads it"],
  ["translators.ts", "many ids at once; the bulk tests compare it with one at a time"],
  ["verdict.ts", "how an answer is put"],
  ["world.ts", "where things are kept"],
  ["profile.ts", "says which kernel is modelled, and decides nothing; tests/kernel/profile.test.ts asks for each name"],
  ["isolation-switches.ts", "a table of names"],
  ["fsid-modes.ts", "a table of revisions"],
  ["setusers-switches.ts", "a table of names"],
]);

/** Functions, methods and entries of tables, wherever they are, and why. */
export const NAMES_LEFT_ALONE: ReadonlyMap<string, string> = new Map([
  ["isOptional", "about a scenario's argument"],
  ["read", "reads a scenario's argument"],
  ["noteReached", "tells of checks"],
  ["showAsker", "words of a reason"],
  ["showBoth", "words of a reason"],
  ["showEntry", "words of a reason"],
  ["showMask", "words of a reason"],
  ["showNewOwners", "words of a reason"],
  ["showOwners", "words of a reason"],
  ["showVfsid", "words of a reason"],
  ["notMapped", "words of a reason"],
  ["lacking", "words of a reason"],
  ["mapFileName", "words of a reason"],
  ["isolatedNames", "words of an error"],
  ["withCapabilityRoot", "bytes of a tree that is shifted; tests/shift compares them"],
  ["outside", "refuses by name what is not modelled"],
  ["requireOwnFiles", "refuses by name what is not modelled"],
  ["refuseExtras", "refuses by name what is not modelled"],
  ["requireAlone", "refuses by name what is not modelled"],
  ["requireFollowed", "refuses by name what is not modelled"],
]);
