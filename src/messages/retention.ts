import type { Jobs } from "#platform";
import type { Messages } from "./service.ts";

const FORGET = "messages.forget";
const FORGET_ALL = "messages.forget_all";

export interface RetentionParts {
  readonly jobs: Jobs;
  readonly messages: Pick<Messages, "forget">;
  readonly organisations: () => Promise<readonly number[]>;
}

/**
 * Has messages deleted that are older than their organisations keep them, by jobs: each hour one for each organisation, and
 * another as long as there are more, so that neither a transaction nor a job is long.
 */
export const defineRetention = ({ jobs, messages, organisations }: RetentionParts): void => {
  const queue = (orgId: number) => jobs.add(FORGET, { orgId }, { key: `${FORGET} ${orgId}` });
  jobs.define(FORGET, async (payload) => {
    const { orgId } = payload as { orgId: number };
    if (await messages.forget(orgId)) await queue(orgId);
  });
  jobs.define(FORGET_ALL, async () => {
    for (const orgId of await organisations()) await queue(orgId);
  });
  jobs.every("23 * * * *", FORGET_ALL);
};
