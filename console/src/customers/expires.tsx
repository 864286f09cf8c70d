import { DateTime } from "../ui/amounts.tsx";

/** Until when points are good, in the same words everywhere: "expires 30 Nov 2027", "never expires". */
export const Expires = ({ value, capital = false }: { value: string | null; capital?: boolean }) =>
  value === null ? (
    capital ? (
      "Never expires"
    ) : (
      "never expires"
    )
  ) : (
    <>
      {capital ? "Expires" : "expires"} <DateTime value={value} show="date" />
    </>
  );
