/** The built page, served on loopback from a folder of its own, under the policy that it promises to keep to. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

export const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data: blob:";
/** The same, where Wasm may not be compiled. */
export const POLICY_WITHOUT_WASM = POLICY.replace(" 'wasm-unsafe-eval'", "");

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

/** Was the page built? */
export function isBuilt(): boolean {
  return existsSync(join(BUILT, "index.html"));
}

/** Serve dist/playground. */
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
