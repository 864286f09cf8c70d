import { useState } from "react";

/** What is unfolded, by keys of the caller's own. */
export interface Opened {
  has(key: string): boolean;
  open(...keys: string[]): void;
  toggle(key: string): void;
}

export const useOpened = (first: () => readonly string[]): Opened => {
  const [keys, setKeys] = useState<ReadonlySet<string>>(() => new Set(first()));
  return {
    has: (key) => keys.has(key),
    open: (...more) => setKeys((now) => new Set([...now, ...more])),
    toggle: (key) =>
      setKeys((now) =>
        now.has(key) ? new Set([...now].filter((one) => one !== key)) : new Set([...now, key]),
      ),
  };
};
