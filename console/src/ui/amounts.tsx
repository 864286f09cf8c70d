import { Text, type TextProps, Tooltip } from "@mantine/core";
import { useFormat } from "./format-context.tsx";

type Inherited = Omit<TextProps, "children">;

/** An amount of the organisation's currency. */
export const Money = ({ value, ...rest }: Inherited & { value: number | null | undefined }) => {
  const format = useFormat();
  if (value === null || value === undefined) return <Nothing />;
  return (
    <Text component="span" inherit className="amount" {...rest}>
      {format.money(value)}
    </Text>
  );
};

/** Points with the decimals they have. `signed` colours gains and losses and shows the sign. */
export const Points = ({
  value,
  signed = false,
  unit = false,
  ...rest
}: Inherited & { value: number | null | undefined; signed?: boolean; unit?: boolean }) => {
  const format = useFormat();
  if (value === null || value === undefined) return <Nothing />;
  const colour = value > 0 ? "var(--fealty-gain)" : value < 0 ? "var(--fealty-loss)" : undefined;
  return (
    <Text component="span" inherit className="amount" {...(signed && colour ? { c: colour } : {})} {...rest}>
      {signed ? format.signedPoints(value) : format.points(value)}
      {unit && (Math.abs(value) === 1 ? " point" : " points")}
    </Text>
  );
};

/** A moment in the organisation's time zone; hovering or focusing tells the zone and its offset. */
export const DateTime = ({
  value,
  show = "dateTime",
  ...rest
}: Inherited & { value: string | null | undefined; show?: "dateTime" | "date" | "time" | "relative" }) => {
  const format = useFormat();
  if (value === null || value === undefined) return <Nothing />;
  const text = show === "relative" ? format.relative(value, new Date()) : format[show](value);
  return (
    <Tooltip label={format.fullTime(value)} withinPortal>
      <Text component="time" dateTime={value} inherit {...rest}>
        {text}
      </Text>
    </Tooltip>
  );
};

/** Stands where a value is missing. */
export const Nothing = () => (
  <Text component="span" inherit c="dimmed" aria-label="none">
    –
  </Text>
);
