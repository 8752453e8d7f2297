import { scaleLog } from "d3-scale";
import { Patterns } from "../page/patterns.tsx";
import { useWidth } from "../page/use-width.ts";
import type { BenchRow } from "./messages.ts";

const ROW = 64;
const BAR = 20;
const HEAD = 26;
const RIGHT = 118;

/** Nanoseconds an id, a pair of bars a workload, on a logarithmic scale: the twin's are hatched. */
export function BenchChart({ rows }: { readonly rows: readonly BenchRow[] }) {
  const [box, width] = useWidth<HTMLDivElement>(900);
  const all = rows.flatMap(({ wasmNs, twinNs }) => [wasmNs, twinNs]);
  const least = Math.min(0.1, ...all) / 3;
  const x = scaleLog([least, Math.max(10, ...all)], [0, width - RIGHT]);
  const ticks = x.ticks(4).filter((tick) => /^1/.test(tick.toExponential()));
  const height = HEAD + rows.length * ROW + 4;
  return (
    <div ref={box} class="drawing">
      <svg width={width} height={height} role="img" aria-label="Nanoseconds an id takes in Wasm and in TypeScript">
        <Patterns />
        {ticks.map((tick) => (
          <g key={tick} class="tick">
            <line x1={x(tick)} x2={x(tick)} y1={HEAD - 6} y2={height} />
            <text x={x(tick)} y={14} text-anchor="middle">
              {tick} ns
            </text>
          </g>
        ))}
        {rows.map(({ extents, order, wasmNs, twinNs }, index) => {
          const top = HEAD + index * ROW;
          return (
            <g key={`${extents} ${order}`}>
              <text class="column-about" x={0} y={top + 12}>
                {extents === 1 ? "1 line" : `${extents} lines`}, ids {order === "sorted" ? "sorted" : "at random"}
              </text>
              <rect class="bar-wasm" x={0} y={top + 17} width={x(wasmNs)} height={BAR} />
              <text x={x(wasmNs) + 6} y={top + 17 + BAR - 6}>
                {wasmNs.toFixed(2)} Wasm
              </text>
              <rect class="bar-twin" x={0} y={top + 17 + BAR} width={x(twinNs)} height={BAR} />
              <text x={x(twinNs) + 6} y={top + 17 + 2 * BAR - 6}>
                {twinNs.toFixed(2)} twin
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
