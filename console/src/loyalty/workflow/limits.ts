import type { Limit } from "../../api/programs.ts";

/** What a new limit starts from: 500 points a month for each customer. */
export const firstLimit = (id: number): Limit => ({
  id,
  name: `Limit ${id}`,
  per: "customer",
  counts: "awarded",
  value: 500,
  period: "monthly",
});

/** What changes with whom a limit is for: only those of customers begin anew, and only they count purchases. */
export const withPer = (
  { counts, period = "monthly" }: Limit,
  per: Limit["per"],
): { [Key in keyof Limit]?: Limit[Key] | undefined } =>
  per === "customer"
    ? { per, period }
    : {
        per,
        period: undefined,
        startsOn: undefined,
        counts: counts === "transaction_count" ? "awarded" : counts,
      };
