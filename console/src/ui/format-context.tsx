import { createContext, type ReactNode, useContext, useMemo } from "react";
import { createFormat, type Format, type FormatSettings } from "./format.ts";

const FormatContext = createContext<Format | null>(null);

/** Everything below reads amounts and times in these settings. */
export const FormatProvider = ({ children, ...settings }: FormatSettings & { children: ReactNode }) => {
  const { locale, timeZone, currency } = settings;
  const format = useMemo(() => createFormat({ locale, timeZone, currency }), [locale, timeZone, currency]);
  return <FormatContext value={format}>{children}</FormatContext>;
};

export const useFormat = (): Format => {
  const format = useContext(FormatContext);
  if (format === null) throw new Error("FormatProvider is missing above");
  return format;
};
