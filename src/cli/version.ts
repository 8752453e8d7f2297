import { readFileSync } from "node:fs";

/** The version of the package that this command is of. */
export function packageVersion(): string {
  const description: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const version = description && typeof description === "object" && "version" in description && description.version;
  if (typeof version !== "string") throw new Error("package.json has no version");
  return version;
}
