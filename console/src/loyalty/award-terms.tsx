import { Group, Select } from "@mantine/core";
import type { Award, AwardAction, AwardCategory, Delay, ProgramDefinition } from "../api/programs.ts";
import { DayInput } from "./currencies-editor.tsx";
import { withPart } from "./draft.ts";
import { ExpirySelect, FieldProblem, WholeNumber } from "./fields.tsx";

const BASES = {
  bill: "The bill as a whole",
  proportions: "The bill, split over its lines",
  lines: "Each line by itself",
} as const;
const CATEGORIES: Record<AwardCategory, string> = {
  regular: "At once",
  promised: "Promised, after a delay",
  trigger_based: "On an event",
};
const DELAYS = {
  days: "Days",
  date: "A date",
  returnableDays: "The time for returns",
} as const;

/** What an award is about, when it can be spent, in which currency and how long it lives. */
export const AwardTerms = ({
  action,
  definition,
  problem,
  onChange,
}: {
  action: AwardAction;
  definition: ProgramDefinition;
  problem: (name: string) => string | undefined;
  onChange: (action: AwardAction) => void;
}) => {
  const { award, expiryStrategyId } = action;
  const { currencies = [], expiryStrategies = [] } = definition;
  const change = (part: { [Key in keyof Award]?: Award[Key] | undefined }) =>
    onChange({ ...action, award: withPart(award, part) });
  const basis = award.basis === "line_amount" ? "lines" : award.useProportions ? "proportions" : "bill";
  return (
    <>
      <Group align="flex-start" gap="sm">
        <Select
          label="Reckoned on"
          w={240}
          allowDeselect={false}
          value={basis}
          data={Object.entries(BASES).map(([value, label]) => ({ value, label }))}
          onChange={(next) =>
            change({
              basis: next === "lines" ? "line_amount" : "bill_amount",
              useProportions: next === "proportions" ? true : undefined,
            })
          }
          error={problem("award.basis") ?? problem("award.useProportions")}
        />
        {currencies.length > 0 && (
          <Select
            label="In"
            w={180}
            allowDeselect={false}
            value={String(award.currencyId ?? 0)}
            data={[
              { value: "0", label: "Points" },
              ...currencies.map(({ id, name }) => ({ value: String(id), label: name })),
            ]}
            onChange={(id) => change({ currencyId: id === "0" ? undefined : Number(id) })}
            error={problem("award.currencyId")}
          />
        )}
        {expiryStrategies.length > 0 && (
          <ExpirySelect
            label="Expires"
            usual="As usual"
            ownToo={currencies.some((currency) => currency.expiryStrategyId !== undefined)}
            value={expiryStrategyId}
            strategies={expiryStrategies}
            onChange={(id) => onChange(withPart(action, { expiryStrategyId: id }))}
            error={problem("expiryStrategyId")}
          />
        )}
        <Select
          label="Can be spent"
          w={240}
          allowDeselect={false}
          value={award.category ?? "regular"}
          data={Object.entries(CATEGORIES).map(([value, label]) => ({ value, label }))}
          onChange={(category) =>
            change({
              category: category === "regular" ? undefined : (category as AwardCategory),
              delay: category === "promised" ? { days: 14 } : undefined,
            })
          }
        />
        {award.category === "promised" && (
          <DelayFields delay={award.delay ?? {}} problem={problem} onChange={(delay) => change({ delay })} />
        )}
      </Group>
      <FieldProblem>{problem("award.delay")}</FieldProblem>
    </>
  );
};

const STARTS: Record<keyof typeof DELAYS, () => Delay> = {
  days: () => ({ days: 14 }),
  date: () => ({ date: `${new Date().getFullYear() + 1}-01-01` }),
  returnableDays: () => ({ returnableDays: true }),
};

const DelayFields = ({
  delay,
  problem,
  onChange,
}: {
  delay: Delay;
  problem: (name: string) => string | undefined;
  onChange: (delay: Delay) => void;
}) => {
  const kind = delay.date !== undefined ? "date" : delay.returnableDays ? "returnableDays" : "days";
  return (
    <>
      <Select
        label="Waits for"
        w={200}
        allowDeselect={false}
        value={kind}
        data={Object.entries(DELAYS).map(([value, label]) => ({ value, label }))}
        onChange={(next) => onChange(STARTS[next as keyof typeof DELAYS]())}
      />
      {kind === "days" && (
        <WholeNumber
          label="Days of waiting"
          w={130}
          max={3650}
          value={delay.days ?? 0}
          onChange={(days) => onChange({ days })}
          error={problem("award.delay.days")}
        />
      )}
      {kind === "date" && (
        <DayInput
          label="Until the day"
          value={delay.date}
          onChange={(date) => onChange({ date: date ?? "" })}
          error={problem("award.delay.date")}
        />
      )}
    </>
  );
};
