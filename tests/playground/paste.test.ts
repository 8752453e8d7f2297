/** The paste box: what a text is recognised as, what is told of it, and that it is what the command says. */
import assert from "node:assert/strict";
import { userns } from "../cli/command.ts";
import { NARROW, pageTest } from "./page-test.ts";

const PASTED: readonly (readonly [text: string, readAs: string, told: RegExp])[] = [
  ["         0     100000      65536\n", "/proc/PID/uid_map", /yes, Linux takes this/],
  ["alice:100000:65536\nben:165535:10", "lines of /etc/subuid", /alice and ben share 165535$/],
  ["root2:0:5", "lines of /etc/subuid", /root2 is given the id of the host’s root/],
  ["lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536", "LXC", /yes, Linux takes this/],
  ["newuidmap: uid range [0-70000) -> [100000-170000) not allowed", "an error message", /USER:100000:70000/],
  ["(requested 0:70042 for /etc/gshadow)", "an error message", /gid u70042 → not mapped, shown as 65534/],
  ["good morning", "nothing that has an id in it", /Read as/],
];

pageTest("what is pasted is recognised and checked", { at: "#paste" }, async ({ page }) => {
  for (const [text, readAs, told] of PASTED) {
    await page.locator("textarea").fill(text);
    await page.locator(".found").getByText(readAs).waitFor();
    await page.locator("main").getByText(told).first().waitFor();
  }
});

pageTest(
  "a refused map is told as `userns check` tells it: errno, line, rule and fix",
  { at: "#paste" },
  async ({ page }) => {
    const text = "0 1000 1\n1 100000 65536\n65536 300000 10";
    const asked = ["check", "--uid-map", text, "--as", "caps=CAP_SETUID+CAP_SETGID"];
    const { stdout } = await userns(asked);
    await page.locator("textarea").fill(text);
    const card = page.locator(".card");
    await card.getByText("EINVAL").waitFor();
    const shown = `${await card.locator("strong").innerText()}\n${await card.locator("pre").innerText()}`;
    assert.equal(shown.trimEnd(), stdout.trimEnd());
  },
);

pageTest("a map with lines that overlap is drawn, in whichever form it is", { at: "#paste" }, async ({ page }) => {
  for (const [text, told] of [
    ["0 1000 1\n1 100000 65536\n65536 300000 10", "65536 inside is in line 2 and in line 3"],
    ["0:100000:10,10:100005:10", "100005 to 100009 below are in line 1 and in line 2"],
    ["lxc.idmap = u 0 100000 10\nlxc.idmap = u 5 200000 1", "5 inside is in line 1 and in line 2"],
  ] as const) {
    await page.locator("textarea").fill(text);
    await page.locator(".collisions").getByText(told).waitFor();
    assert.equal(await page.locator(".drawing path.clash").count(), 2, "a part of either line");
    assert.equal(await page.locator(".drawing rect.clash").count(), 1, "and the ids that both hold");
  }
  await page.locator("textarea").fill("0 100000 65536");
  await page.locator(".drawing .is-lit").waitFor();
  assert.equal(await page.locator(".clash").count(), 0);
});

pageTest(
  "a drawn map keeps to the width of a telephone, and an empty box says that it is empty",
  { at: "#paste", width: NARROW },
  async ({ page }) => {
    for (const text of ["0 100000 65536", "alice:100000:65536"]) {
      await page.locator("textarea").fill(text);
      await page.locator(".drawing svg").first().waitFor();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), NARROW, text);
    }
    await page.locator("textarea").fill("0 1000 1\n0 100000 65536");
    const rule = page.locator("pre div").filter({ hasText: /^ +rule/ });
    const [indent, back] = await rule.evaluate((line) => {
      const { paddingLeft, textIndent } = getComputedStyle(line);
      return [Number.parseFloat(paddingLeft), Number.parseFloat(textIndent)];
    });
    assert.ok(indent !== undefined && indent > 0 && back === -indent, "what wraps hangs below its words");
    await page.locator("textarea").fill(" \n");
    await page.locator(".found").getByText("Nothing is pasted yet").waitFor();
  },
);
