/** Text is gathered to this size. */
const PIECE_CHARACTERS = 1 << 16;

/** A text in pieces that are worth writing: many short ones as few long ones. */
export function* inPieces(texts: Iterable<string>): Generator<string> {
  let gathered = "";
  for (const text of texts) {
    gathered += text;
    if (gathered.length < PIECE_CHARACTERS) continue;
    yield gathered;
    gathered = "";
  }
  yield gathered;
}
