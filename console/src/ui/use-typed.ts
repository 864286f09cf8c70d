import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

/** A text of the address that a person types: shown at once, sent after a pause. */
export const useTyped = (
  value: string,
  onSend: (text: string) => void,
): [text: string, type: (next: string, pause: number) => void] => {
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
  const type = (next: string, pause: number) => {
    setText(next);
    clearTimeout(timer.current);
    const page = history.location.pathname;
    timer.current = setTimeout(() => {
      // A link was followed in the meantime: its screen may be on its way still, and sending here would call it back.
      if (history.location.pathname !== page) return;
      sent.current = next.trim();
      onSend(next.trim());
    }, pause);
  };
  return [text, type];
};
