import { join } from "node:path";
import { parseGroup, parsePasswd } from "../formats/index.ts";
import { type People, peopleOf } from "../pack/index.ts";
import type { PeopleOptions } from "./manifest-file.ts";
import { readTextIfThere } from "./text-file.ts";
import { readGroup, readPasswd } from "./tool-files.ts";

export const PEOPLE_HELP = {
  passwd: "the users of the image, by whose names rules may call them (default: DIR/etc/passwd)",
  group: "its groups (default: DIR/etc/group)",
} as const;

/** The people of an image: of the files that are named, or of the tree's own where it has some. @throws UsernsError ERR_FILE */
export async function readPeople({ passwd, group }: PeopleOptions, folder: string): Promise<People> {
  const own = async (name: string) => (await readTextIfThere(join(folder, "etc", name), "latin1")) ?? "";
  return peopleOf(
    passwd === undefined ? parsePasswd(await own("passwd")) : await readPasswd(passwd),
    group === undefined ? parseGroup(await own("group")) : await readGroup(group),
  );
}
