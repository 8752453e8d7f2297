import { readSetting } from "./number-text.ts";
import { allow, deny, ruleTable, type Verdict } from "./verdict.ts";

const RULES = ruleTable({
  settingNumber: {
    sentence:
      "A setting is a number without a sign, in whatever base, with white space before it; what follows a blank is not looked at.",
    source: "asked of a running Linux 6.18, max_user_namespaces and pipe-user-pages-soft: EINVAL",
  },
});

/**
 * What is written to a file of /proc/sys that holds one number, and is open.
 *
 * @param most  the largest that it takes
 * @returns     the number, null where nothing is written and the setting stays; or EINVAL
 */
export function writtenSetting(text: string, most: number): Verdict<number | null> {
  if (text === "") return allow(null);
  const number = readSetting(text);
  return number === null || number > most
    ? deny("EINVAL", RULES.settingNumber, JSON.stringify(text))
    : allow(number, RULES.settingNumber);
}
