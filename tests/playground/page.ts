/** The built page in a real Chromium: served from a folder of its own, under the policy that it promises to keep to. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { after, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { need } from "../need.ts";
import { chromiumPath, launchChromium } from "../package/browser.ts";

export const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data: blob:";
/** The same, where Wasm may not be compiled. */
export const POLICY_WITHOUT_WASM = POLICY.replace(" 'wasm-unsafe-eval'", "");

export const WIDTHS = [1280, 390] as const;

const BUILT = "dist/playground";
/** A folder below the server's root, so that an absolute address finds nothing. */
const FOLDER = "/some/where/";
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
};

export interface Site {
  /** The address of the page. */
  readonly url: string;
  /** Bytes given out so far, packed with gzip. */
  packedBytes(): number;
  close(): void;
}

/** Serve dist/playground on loopback. */
export async function servePage(policy = POLICY): Promise<Site> {
  let packed = 0;
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const name = path === FOLDER ? "index.html" : normalize(path.slice(FOLDER.length));
    const file = join(BUILT, name);
    if (!path.startsWith(FOLDER) || name.startsWith("..") || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const body = gzipSync(readFileSync(file));
    packed += body.length;
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response
      .writeHead(200, { "content-type": type, "content-encoding": "gzip", "content-security-policy": policy })
      .end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(isInfo(address));
  return {
    url: `http://127.0.0.1:${address.port}${FOLDER}`,
    packedBytes: () => packed,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function isInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}

/** What the part of layers offers to download. */
export async function download(page: Page): Promise<Buffer> {
  const [got] = await Promise.all([page.waitForEvent("download"), page.locator("a.download").click()]);
  return readFileSync(await got.path());
}

let started: Promise<Browser> | undefined;
after(async () => (await started)?.close());

/** What a test needs of the machine: the page, built, and Chromium, which is started once a file. */
export async function startBrowser(t: TestContext): Promise<Browser | null> {
  const path = chromiumPath();
  if (!need(t, path !== undefined, "Chromium (apt-get install chromium)")) return null;
  if (!need(t, existsSync(join(BUILT, "index.html")), "dist/playground (npm run build)")) return null;
  started ??= launchChromium(path ?? "");
  return started;
}

/** Longer than anything takes on a machine that is busy. */
const MOST_WAIT_MS = 10_000;

export interface Opened {
  readonly page: Page;
  /** Errors and warnings of the page's console, exceptions, and addresses asked for elsewhere. */
  readonly complaints: string[];
}

/** Open the page, or a link to it, and note whatever goes wrong in it. */
export async function openPage(browser: Browser, url: string, width: number = WIDTHS[0]): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(MOST_WAIT_MS);
  const complaints: string[] = [];
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
  await page.goto(url);
  await page.waitForSelector("main h2");
  return { page, complaints };
}
