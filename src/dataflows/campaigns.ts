import type { Organisation } from "#orgs";
import { type Instant, isStorable, POINTS_SCALE, parseDateTime } from "#platform";
import type { GrantInput } from "#points";
import { type FileHead, readRecords } from "./csv-source.ts";
import { errors } from "./errors.ts";
import { endOfNamedDay } from "./grant-rows.ts";
import type { Columns } from "./mapping.ts";
import type { CampaignTerms } from "./schema.ts";

/** Customers of one run at most. */
export const MAX_CAMPAIGN_CUSTOMERS = 100_000;

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const NEVER = "never";

const endOf = ({ timeZone }: Organisation, day: string): Instant | null => {
  const start = DAY.test(day) ? parseDateTime(day, { zone: timeZone }) : null;
  return start === null ? null : endOfNamedDay(start, timeZone);
};

/** Until when the campaign's points are: to the end of a day, for ever, or by the program's strategy. */
export const campaignExpiry = (
  organisation: Organisation,
  { expiresOn }: CampaignTerms,
): GrantInput["expiry"] => {
  if (expiresOn === undefined) return { strategyId: null };
  return { at: expiresOn === NEVER ? null : endOf(organisation, expiresOn) };
};

const problemOfPoints = (points: number | undefined): string | null => {
  if (points === undefined) return null;
  const thousandths = Math.round(points * POINTS_SCALE);
  if (points <= 0 || !Number.isSafeInteger(thousandths))
    return `it must be a number of points above 0; ${points} is not.`;
  return thousandths / POINTS_SCALE === points ? null : `${points} has more than 3 decimals.`;
};

/** Refuses terms under which nobody could be given anything. Errors: dataflows.invalid. */
export const checkTerms = (
  organisation: Organisation,
  terms: CampaignTerms,
  columns: Pick<Columns, "index">,
  now: Instant,
): void => {
  const invalid = (field: string, message: string) =>
    errors.invalid({ field, message: `${field}: ${message}` });
  for (const field of ["name", "reason", "promotionName"] as const) {
    const text = terms[field];
    if (text !== undefined && (text.trim() === "" || !isStorable(text)))
      throw invalid(field, "it is empty, or has characters that cannot be stored.");
  }
  const { points, budget, mostPerCustomer, expiresOn } = terms;
  if (points === undefined && columns.index("points") < 0)
    throw invalid("points", "say how many each customer gets, or give them in a column.");
  for (const field of ["points", "budget", "mostPerCustomer"] as const) {
    const problem = problemOfPoints(terms[field]);
    if (problem !== null) throw invalid(field, problem);
  }
  if (points !== undefined && points > (mostPerCustomer ?? points))
    throw invalid("mostPerCustomer", `the campaign gives each customer ${points}, which is more.`);
  if (points !== undefined && points > (budget ?? points))
    throw invalid("budget", `it does not last for one customer, who gets ${points}.`);
  if (expiresOn === undefined || expiresOn === NEVER) return;
  const end = endOf(organisation, expiresOn);
  if (end === null)
    throw invalid("expiresOn", `it must be a day such as 2027-03-31, or never; ${expiresOn} is not.`);
  if (end <= now) throw invalid("expiresOn", `${expiresOn} is in the past.`);
};

/** Refuses a file of more customers than one run takes. Errors: dataflows.too_many_customers, file_*. */
export const checkCampaignSize = async (path: string, head: FileHead): Promise<void> => {
  let count = 0;
  for await (const { records } of readRecords(path, head, head)) {
    count += records.length;
    if (count > MAX_CAMPAIGN_CUSTOMERS)
      throw errors.too_many_customers({ most: MAX_CAMPAIGN_CUSTOMERS, field: "file" });
  }
};
