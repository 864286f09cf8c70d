import { formatIso } from "#platform";

/** `2025-03-04T18:20:05.120+0530`: the form of the delivery log. */
export const documentedTime = (at: Date, zone: string): string => {
  const iso = formatIso(at.getTime(), zone);
  const milliseconds = String(at.getUTCMilliseconds()).padStart(3, "0");
  return `${iso.slice(0, 19)}.${milliseconds}${iso.slice(19).replace(":", "")}`;
};
