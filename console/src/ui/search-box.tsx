import { CloseButton, TextInput, type TextInputProps } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useTyped } from "./use-typed.ts";

const PAUSE_MILLISECONDS = 200;

/** A filter by text that answers while one types, after a short pause. */
export const SearchBox = ({
  value,
  onSearch,
  label,
  ...rest
}: Omit<TextInputProps, "value" | "onChange" | "label"> & {
  value: string;
  onSearch: (text: string) => void;
  label: string;
}) => {
  const [text, send] = useTyped(value, onSearch);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ currentTarget }) => send(currentTarget.value, PAUSE_MILLISECONDS)}
      leftSection={<IconSearch size={16} stroke={1.6} aria-hidden />}
      rightSection={
        text === "" ? null : <CloseButton size="sm" aria-label="Clear" onClick={() => send("", 0)} />
      }
      {...rest}
    />
  );
};
