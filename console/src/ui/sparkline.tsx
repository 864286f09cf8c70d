import classes from "./sparkline.module.css";

const WIDTH = 120;
const HEIGHT = 32;

/** Points of a polyline that fills the box, lowest value at the bottom. */
export const sparkPoints = (
  values: readonly number[],
  { fromZero = true, width = WIDTH, height = HEIGHT } = {},
): [number, number][] => {
  if (values.length === 0) return [];
  const low = fromZero ? Math.min(...values, 0) : Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || 1;
  const step = values.length === 1 ? 0 : width / (values.length - 1);
  return values.map((value, index) => [index * step, height - 2 - ((value - low) / span) * (height - 4)]);
};

/** The shape of a series, without axes. It only accompanies a figure, so it is hidden from screen readers. */
export const Sparkline = ({
  values,
  color,
  fromZero = true,
}: {
  values: readonly number[];
  color: string;
  /** Stocks show their change rather than their size. */
  fromZero?: boolean;
}) => {
  const points = sparkPoints(values, { fromZero });
  if (points.length < 2) return null;
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} fill={color} opacity="0.12" />
      <polyline
        points={line}
        fill="none"
        stroke={color}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
};
