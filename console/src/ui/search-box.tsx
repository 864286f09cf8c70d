import { CloseButton, TextInput, type TextInputProps } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

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
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);
  useEffect(() => {
    // Back and forward change the address without anybody typing.
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const send = (next: string, pause: number) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = next.trim();
      onSearch(next.trim());
    }, pause);
  };
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
