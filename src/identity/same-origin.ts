import type { Headers } from "./schema.ts";

/**
 * Whether a state-changing call with a session cookie can only have come from our own pages. Browsers send Sec-Fetch-Site
 * and Origin, which pages cannot forge: another site or origin is refused whatever else the call carries. Without both (older
 * browsers, scripts) the custom organisation header is the proof: a page of another site cannot add it without a
 * pre-flight request, which we never answer.
 */
export const comesFromOurPages = (headers: Headers, host: string): boolean => {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin } = headers;
  if (origin !== undefined) {
    if (!URL.canParse(origin) || new URL(origin).host !== host) return false;
    return true;
  }
  return site === "same-origin" || headers["x-cap-api-auth-org-id"] !== undefined;
};
