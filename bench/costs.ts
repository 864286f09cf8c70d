import { type CompiledProgram, decideTransaction } from "#loyalty";
import type { Server } from "#platform";
import type { App } from "../src/app.ts";
import { bill, compiledProgram, member } from "../src/loyalty/testing.ts";
import { definitionWithRules, type Shop } from "./shop.ts";
import { median } from "./statistics.ts";

export interface Costs {
  /** Microseconds to know a till again whose password was verified before. */
  readonly authentication: number;
  /** Microseconds to decide a bill of three lines, trace included, by number of rules. */
  readonly decision: readonly {
    readonly rules: number;
    readonly microseconds: number;
    readonly traceBytes: number;
  }[];
}

const ROUNDS = 9;
const ROUND_MILLISECONDS = 150;

/** Median of several rounds after a warm-up, in microseconds a call. */
const time = (call: () => void): number => {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = process.hrtime.bigint();
    let calls = 0;
    let elapsed = 0;
    while (elapsed < ROUND_MILLISECONDS * 1000) {
      for (let i = 0; i < 100; i++) call();
      calls += 100;
      elapsed = Number(process.hrtime.bigint() - began) / 1000;
    }
    if (round > 0) rounds.push(elapsed / calls);
  }
  return median(rounds);
};

const timeAsync = async (call: () => Promise<unknown>): Promise<number> => {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = process.hrtime.bigint();
    let calls = 0;
    let elapsed = 0;
    while (elapsed < ROUND_MILLISECONDS * 1000) {
      for (let i = 0; i < 100; i++) await call();
      calls += 100;
      elapsed = Number(process.hrtime.bigint() - began) / 1000;
    }
    if (round > 0) rounds.push(elapsed / calls);
  }
  return median(rounds);
};

type Guard = (request: object, reply: object) => Promise<void>;

/** The guard that stands in front of every route, without the server around it. */
const guardOf = (app: App): Guard => {
  let guard: Guard | null = null;
  const server = {
    decorateRequest: () => {},
    addHook: (name: string, hook: Guard) => {
      if (name === "onRequest") guard = hook;
    },
  };
  app.identity.install(server as unknown as Server);
  if (guard === null) throw new Error("the guard was not installed");
  return guard;
};

const measureAuthentication = (app: App, { authorization }: Shop): Promise<number> => {
  const guard = guardOf(app);
  const request = {
    method: "POST",
    headers: { authorization },
    is404: false,
    routeOptions: {
      url: "/v2/transactions",
      config: { access: { resource: "Transaction", mode: "write" } },
    },
  };
  const reply = { header: () => reply, removeHeader: () => reply };
  return timeAsync(() => guard(request, reply));
};

const measureDecision = (rules: number): Costs["decision"][number] => {
  const program: CompiledProgram = compiledProgram(definitionWithRules(rules));
  const line = (itemCode: string, amount: number) => ({
    itemCode,
    description: null,
    quantity: 1000,
    rate: amount,
    value: amount,
    discount: 0,
    amount,
    extendedFields: {},
  });
  const facts = bill(48.99, {
    lines: [line("SKU-1", 250_000), line("SKU-2", 99_900), line("SKU-3", 140_000)],
  });
  const state = member();
  const { trace } = decideTransaction(program, facts, state);
  return {
    rules,
    microseconds: time(() => decideTransaction(program, facts, state)),
    traceBytes: JSON.stringify(trace).length,
  };
};

/** What single steps of the path cost, measured in this process. For information: no goal hangs on them. */
export const measureCosts = async (app: App, shop: Shop): Promise<Costs> => ({
  authentication: await measureAuthentication(app, shop),
  decision: [1, 50].map(measureDecision),
});
