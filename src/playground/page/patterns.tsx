/** Hatchings that are told from solid paint without their colour: `url(#hole)` for what is not there, `url(#clash)` for what is there twice. */
export function Patterns() {
  return (
    <defs>
      <pattern id="hole" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="hole-ground" width="6" height="6" />
        <line class="hole-line" x1="0" y1="0" x2="0" y2="6" />
      </pattern>
      <pattern id="clash" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path class="clash-line" d="M0,0V7M0,0H7" />
      </pattern>
    </defs>
  );
}
