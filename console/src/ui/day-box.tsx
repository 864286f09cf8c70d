import { Text, TextInput, type TextInputProps } from "@mantine/core";
import { useTyped } from "./use-typed.ts";

/** While a year is typed the browser names days of the first centuries. */
const PAUSE_MILLISECONDS = 500;

/** A filter by day, as YYYY-MM-DD; its label stands in front of the day. */
export const DayBox = ({
  value,
  onPick,
  label,
  ...rest
}: Omit<TextInputProps, "value" | "onChange" | "label" | "type"> & {
  value: string | undefined;
  onPick: (day: string | undefined) => void;
  label: string;
}) => {
  const [text, type] = useTyped(value ?? "", (day) => onPick(day === "" ? undefined : day));
  return (
    <TextInput
      type="date"
      aria-label={label}
      value={text}
      onChange={({ currentTarget }) => type(currentTarget.value, PAUSE_MILLISECONDS)}
      leftSection={
        <Text size="xs" c="dimmed" aria-hidden>
          {label}
        </Text>
      }
      leftSectionWidth={44}
      {...rest}
    />
  );
};
