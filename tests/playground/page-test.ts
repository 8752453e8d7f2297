/** A test of the built page in a real Chromium: it begins with the page opened, and fails where the page complains. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, type TestContext, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { need } from "../need.ts";
import { chromiumPath, launchChromium } from "../package/browser.ts";
import { isBuilt, type Site, servePage } from "./site.ts";

/** Widths in pixels that the page is made for: of a desk and of a telephone. */
export const WIDE = 1280;
export const NARROW = 390;

/** Longer than anything takes on a machine that is busy. */
const MOST_WAIT_MS = 10_000;

/** What the page is opened as. */
interface Where {
  /** The part, or a whole link: `#paste`; the first part where it is left out. */
  readonly at?: string;
  /** In pixels; {@link WIDE} where it is left out. */
  readonly width?: number;
  readonly policy?: string;
}

interface Opened {
  readonly page: Page;
  /** Open the page once more, as somebody else: a link, or as the test began. */
  readonly open: (url?: string) => Promise<Page>;
  readonly site: Site;
  readonly t: TestContext;
}

/**
 * A test that is given the page. It fails too for what goes wrong in it meanwhile: errors and warnings of the console,
 * exceptions, addresses that are not there, requests to elsewhere.
 */
export function pageTest(title: string, where: Where, run: (opened: Opened) => Promise<void>): void {
  test(title, async (t) => {
    const browser = await startBrowser(t);
    if (!browser) return;
    const site = await servePage(where.policy);
    t.after(site.close);
    const complaints: string[] = [];
    const open = async (url = `${site.url}${where.at ?? ""}`): Promise<Page> => {
      const viewport = { width: where.width ?? WIDE, height: 900 };
      const context = await browser.newContext({ viewport, acceptDownloads: true });
      t.after(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(MOST_WAIT_MS);
      noteComplaints(page, site, complaints);
      await page.goto(url);
      await page.waitForSelector("main h2");
      return page;
    };
    await run({ page: await open(), open, site, t });
    assert.deepEqual(complaints, []);
  });
}

let started: Promise<Browser> | undefined;
after(async () => (await started)?.close());

/** What a test needs of the machine: the page, built, and Chromium, which is started once for all tests. */
async function startBrowser(t: TestContext): Promise<Browser | null> {
  const path = chromiumPath();
  if (!need(t, path !== undefined, "Chromium (apt-get install chromium)")) return null;
  if (!need(t, isBuilt(), "dist/playground (npm run build)")) return null;
  started ??= launchChromium(path ?? "");
  return started;
}

function noteComplaints(page: Page, { url }: Site, complaints: string[]): void {
  const { origin } = new URL(url);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${origin}/`))
      complaints.push(`a request for ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
}

/** What the part of layers offers to download. */
export async function download(page: Page): Promise<Buffer> {
  const [got] = await Promise.all([page.waitForEvent("download"), page.locator("a.download").click()]);
  return readFileSync(await got.path());
}
