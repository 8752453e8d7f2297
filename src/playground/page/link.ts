import { UsernsError } from "../../core/index.ts";

/** Characters of state that a link may hold once unpacked: more than any scenario, and no trap for memory. */
const MOST_STATE = 2_000_000;

/**
 * A value as a piece of an address: JSON, deflated, in the letters of base64url.
 *
 * @example await packState({ id: 5 }) // "q1bKTFGyMq0FAA"
 */
export async function packState(value: unknown): Promise<string> {
  const packed = await bytesOf(new Blob([JSON.stringify(value)]).stream().pipeThrough(deflate()));
  return btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/**
 * The value that {@link packState} made a piece of an address of.
 *
 * @throws UsernsError ERR_USAGE for any other text
 */
export async function unpackState(text: string): Promise<unknown> {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const bytes = await bytesOf(new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UsernsError(
      "ERR_USAGE",
      {
        where: "link",
        expected: "a link that this page made",
        got: error instanceof Error ? error.message : String(error),
        fix: "copy the whole address again",
      },
      { cause: error },
    );
  }
}

function deflate(): CompressionStream {
  return new CompressionStream("deflate-raw");
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    pieces.push(read.value);
    length += read.value.length;
    if (length > MOST_STATE) throw new RangeError(`more than ${MOST_STATE} characters`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
