import { celEngine, jsonRulesEngine, type OtherEngine, zenEngine } from "./rule-engines.ts";
import { compileRule, factsOf, rulesFor, type Sample, samplesFor } from "./rule-set.ts";
import { median, micro, shown } from "./statistics.ts";

/** Microseconds to judge one bill by all rules. */
export interface RuleTime {
  readonly engine: string;
  readonly traces: boolean;
  readonly microseconds: number;
}

export interface RulesResult {
  readonly rules: number;
  readonly traced: RuleTime;
  readonly plain: RuleTime;
  /** Closures that somebody wrote by hand, one a rule. */
  readonly byHand: RuleTime;
  readonly others: readonly RuleTime[];
  /** json-rules-engine's time to ours with a trace. */
  readonly overJsonRulesEngine: number;
  /** Our speed without a trace to that of closures by hand. */
  readonly ofByHand: number;
}

interface RulesExtent {
  readonly rounds: number;
  readonly milliseconds: number;
}

const COUNTS = [50, 1_000];
const SAMPLES = 200;

/** Judges each sample once; answers how many rules held, so that nothing can be left out as useless. */
type Pass = () => number | Promise<number>;

/** Median of rounds in which passes over all samples are repeated, in microseconds a sample. Engines take turns, so that a busy moment of the machine meets all of them. */
const timeAll = async (passes: readonly Pass[], { rounds, milliseconds }: RulesExtent): Promise<number[]> => {
  const times = passes.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, pass] of passes.entries()) {
      const began = process.cpuUsage();
      const start = process.hrtime.bigint();
      let turns = 0;
      while (Number(process.hrtime.bigint() - start) < milliseconds * 1e6) {
        const held = pass();
        if (typeof held !== "number") await held;
        turns += 1;
      }
      const { user, system } = process.cpuUsage(began);
      // The first round warms up.
      if (round > 0) times[index]!.push((user + system) / (turns * SAMPLES));
    }
  }
  return times.map(median);
};

const countHeld = (held: readonly boolean[]): number => {
  let count = 0;
  for (const holds of held) if (holds) count += 1;
  return count;
};

const passOf =
  (engine: OtherEngine, samples: readonly Sample[]): Pass =>
  async () => {
    let count = 0;
    for (const sample of samples) {
      const held = engine.decide(sample);
      count += countHeld(held instanceof Promise ? await held : held);
    }
    return count;
  };

/** Every engine must give the same answer for every rule and bill; what differs is a problem. */
const compareAnswers = async (
  engines: readonly OtherEngine[],
  samples: readonly Sample[],
  expected: readonly (readonly boolean[])[],
): Promise<string[]> => {
  const problems: string[] = [];
  for (const engine of engines)
    for (const [index, sample] of samples.entries()) {
      const found = await engine.decide(sample);
      const wrong = expected[index]!.findIndex((holds, rule) => holds !== found[rule]);
      if (wrong < 0) continue;
      problems.push(`rules: ${engine.name} answers ${found[wrong]} to rule ${wrong} of bill ${index}`);
      break;
    }
  return problems;
};

const measureCount = async (
  count: number,
  extent: RulesExtent,
): Promise<{ readonly result: RulesResult; readonly problems: readonly string[] }> => {
  const rules = rulesFor(count);
  const samples = samplesFor(SAMPLES);
  const facts = samples.map(factsOf);
  const compiled = rules.map(compileRule);
  const evaluators = compiled.map(({ evaluate }) => evaluate);
  const tracers = compiled.map(({ trace }) => trace);
  const closures = rules.map(({ byHand }) => byHand);
  const others = [jsonRulesEngine(rules), zenEngine(rules, true), zenEngine(rules, false), celEngine(rules)];

  const expected = facts.map((bill) => closures.map((holds) => holds(bill)));
  const ours: OtherEngine[] = [
    { name: "ours with a trace", traces: true, decide: (sample) => decideOurs(sample, true) },
    { name: "ours", traces: false, decide: (sample) => decideOurs(sample, false) },
  ];
  const decideOurs = (sample: Sample, traced: boolean): boolean[] => {
    const bill = factsOf(sample);
    return compiled.map((rule) => (traced ? rule.trace(bill).outcome : rule.evaluate(bill)) === 1);
  };
  const problems = await compareAnswers([...ours, ...others], samples, expected);

  const each = (judge: (bill: (typeof facts)[number]) => number): Pass => {
    return () => {
      let held = 0;
      for (const bill of facts) held += judge(bill);
      return held;
    };
  };
  const passes: Pass[] = [
    each((bill) => {
      let held = 0;
      for (const trace of tracers) if (trace(bill).outcome === 1) held += 1;
      return held;
    }),
    each((bill) => {
      let held = 0;
      for (const evaluate of evaluators) if (evaluate(bill) === 1) held += 1;
      return held;
    }),
    each((bill) => {
      let held = 0;
      for (const holds of closures) if (holds(bill)) held += 1;
      return held;
    }),
    ...others.map((engine) => passOf(engine, samples)),
  ];
  const times = await timeAll(passes, extent);
  for (const engine of others) engine.close?.();
  const [traced, plain, byHand] = times as [number, number, number];
  const timeOf = (engine: string, traces: boolean, microseconds: number): RuleTime => ({
    engine,
    traces,
    microseconds,
  });
  return {
    problems,
    result: {
      rules: count,
      traced: timeOf("ours", true, traced),
      plain: timeOf("ours", false, plain),
      byHand: timeOf("closures written by hand", false, byHand),
      others: others.map(({ name, traces }, index) => timeOf(name, traces, times[index + 3]!)),
      overJsonRulesEngine: times[3]! / traced,
      ofByHand: byHand / plain,
    },
  };
};

/** The rule language against other engines: the same rules, the same bills, the same answers. */
export const measureRules = async (
  extent: RulesExtent,
): Promise<{ readonly results: readonly RulesResult[]; readonly problems: readonly string[] }> => {
  const measured = [];
  for (const count of COUNTS) measured.push(await measureCount(count, extent));
  return {
    results: measured.map(({ result }) => result),
    problems: measured.flatMap(({ problems }) => problems),
  };
};

/** One line for each engine and number of rules, as cells. */
export const RULES_HEAD: readonly string[] = ["engine", "trace", "rules", "a bill", "a rule", "against ours"];
export const rulesRows = (results: readonly RulesResult[]): (readonly string[])[] =>
  results.flatMap(({ rules, traced, plain, byHand, others }) =>
    [traced, plain, byHand, ...others].map((time) => {
      const ours = time.traces ? traced : plain;
      return [
        time.engine,
        time.traces ? "yes" : "no",
        rules.toLocaleString("en-US"),
        micro(time.microseconds),
        `${shown((time.microseconds / rules) * 1000)} ns`,
        `${shown(time.microseconds / ours.microseconds)} ×`,
      ];
    }),
  );
