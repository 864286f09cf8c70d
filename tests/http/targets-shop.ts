import type { PublishedEvent } from "#events";
import { createPointsApp, type Json, NOON } from "./points-shop.ts";

export { NOON };

/** The shop of points with what calls of targets need. The clock stands at noon of 20 January 2026. */
export const createTargetsApp = async () => {
  const points = await createPointsApp();
  const { app, shop } = points;
  const seen: PublishedEvent[] = [];
  app.events.subscribe(async (_tx, events) => {
    seen.push(...events);
  });
  let made = 0;
  let bills = 0;
  const author = await points.tillWith(["Program:read", "Program:write", "Customer:read", "Customer:write"]);
  const call = async (
    method: "GET" | "POST" | "PUT" | "DELETE",
    url: string,
    body?: unknown,
    headers = author,
  ) => {
    const response = await app.server.inject({
      method,
      url,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    return { status: response.statusCode, body: JSON.parse(response.payload) as Json };
  };
  const target = (changes: object = {}) => ({
    name: `Target ${++made}`,
    targetEntity: "TRANSACTION",
    targetType: "SALES",
    defaultValues: [{ defaultValue: 300 }],
    ...changes,
  });
  const group = (changes: object = {}) => ({
    name: `Group ${++made}`,
    trackingType: "DEFAULT",
    targetEvaluationType: "FIXED_CALENDAR_WINDOW",
    frequencyType: "MONTHLY",
    frequency: 1,
    totalPeriods: 3,
    startDate: "2026-01-01",
    targets: [target()],
    ...changes,
  });
  return {
    ...points,
    author,
    call,
    target,
    group,
    define: async (changes: object = {}): Promise<Json> => {
      const { status, body } = await call("POST", "/v3/targetGroups", group(changes));
      if (status !== 200) throw new Error(JSON.stringify(body));
      return body.data;
    },
    /** A bill of now; answers its id. */
    buy: async (externalId: string, amount: number, body: object = {}): Promise<Json> => {
      bills += 1;
      const answer = await points.post(
        `/v2/transactions?identifierName=externalId&identifierValue=${externalId}&source=INSTORE`,
        { type: "REGULAR", billNumber: `G-${bills}`, billAmount: amount, ...body },
      );
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.body;
    },
    lastNumber: () => `G-${bills}`,
    giveBack: (externalId: string, number: string, body: object = {}) =>
      points.post(`/v2/transactions?identifierName=externalId&identifierValue=${externalId}&source=INSTORE`, {
        ...{ type: "RETURN", returnType: "FULL", billNumber: number },
        ...body,
      }),
    /** Events of targets since the last look. */
    events: async (): Promise<PublishedEvent[]> => {
      await app.events.drain();
      return seen
        .splice(0)
        .filter(({ orgId, type }) => orgId === shop.orgId && /^(target|streak)/.test(type));
    },
  };
};
export type TargetsApp = Awaited<ReturnType<typeof createTargetsApp>>;
