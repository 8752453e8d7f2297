/** Hatching for what is not there: told from solid paint without its colour. To be used as `url(#hole)`. */
export function HolePattern() {
  return (
    <defs>
      <pattern id="hole" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hole-ground" width="6" height="6" />
        <line class="hole-line" x1="0" y1="0" x2="0" y2="6" />
      </pattern>
    </defs>
  );
}
