import { useCallback, useState } from "react";

const read = <T>(key: string): T | null => {
  try {
    const text = sessionStorage.getItem(key);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
};

/**
 * What a person has typed, kept over reloads and errors of this tab until it is sent or thrown away. `found` tells that
 * something was there from before.
 */
export const useDraft = <T>(key: string) => {
  const storageKey = `fealty-draft:${key}`;
  const [found] = useState(() => read<T>(storageKey));
  // Written at once: whoever reloads in the next moment loses nothing.
  const keep = useCallback(
    (value: T) => {
      try {
        sessionStorage.setItem(storageKey, JSON.stringify(value));
      } catch {
        // Without storage a draft lives as long as the page.
      }
    },
    [storageKey],
  );
  const discard = useCallback(() => {
    try {
      sessionStorage.removeItem(storageKey);
    } catch {
      // Nothing was kept.
    }
  }, [storageKey]);
  return { found, keep, discard };
};
