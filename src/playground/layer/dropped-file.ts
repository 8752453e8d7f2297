import { UsernsError } from "../../core/index.ts";

/**
 * The file that was dropped.
 *
 * @throws UsernsError ERR_USAGE for a folder, several files, or no file at all: the page reads one
 */
export function droppedFile({ items, files }: DataTransfer): File {
  const [file] = files;
  const folder = Array.from(items, (item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory);
  if (folder)
    throw unwanted("a folder", {
      where: folder.name,
      fix: `put it into a tar: tar -cf layer.tar -C FOLDER . ; the command takes image folders as they are: userns image`,
    });
  if (!file) throw unwanted("no file", {});
  if (files.length > 1) throw unwanted(`${files.length} files`, { fix: "drop one after the other" });
  return file;
}

function unwanted(got: string, { where = "dropped", ...fix }: { readonly where?: string; readonly fix?: string }) {
  return new UsernsError("ERR_USAGE", { where, expected: "one file: a layer, or an image in a tar", got, ...fix });
}
