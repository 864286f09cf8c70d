import { CloseButton, TextInput, type TextInputProps } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useRouter } from "@tanstack/react-router";
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
  const { history } = useRouter();
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
    const page = history.location.pathname;
    timer.current = setTimeout(() => {
      // A link was followed in the meantime: its screen may be on its way still, and searching here would call it back.
      if (history.location.pathname !== page) return;
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
