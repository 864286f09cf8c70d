import { Group, NumberInput, Select, Stack, Switch } from "@mantine/core";
import type { AwardStrategy, ProgramTier, Rates, Rounding } from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { withSharedRate } from "./draft.ts";
import { FieldProblem, WholeNumber } from "./fields.tsx";
import { ROUNDINGS } from "./program-words.ts";
import { TierDot } from "./tier-dot.tsx";

type ProblemOf = (name: string) => string | undefined;

/** The size of a step, and how the result is rounded. */
export const RoundingFields = ({
  rates,
  isStep,
  problem,
  onChange,
}: {
  rates: Rates;
  isStep: boolean;
  problem: ProblemOf;
  onChange: (part: Partial<Rates>) => void;
}) => {
  const { organisation } = useOrganisation();
  return (
    <>
      {isStep && (
        <>
          <NumberInput
            label={`For every, in ${organisation.currency}`}
            w={160}
            min={0}
            value={rates.every ?? 0}
            onChange={(value) => onChange({ every: Number(value) })}
            error={problem("every")}
          />
          <Select
            label="An incomplete step"
            w={170}
            allowDeselect={false}
            value={rates.incompleteStep ?? "floor"}
            data={[
              { value: "floor", label: "gives nothing" },
              { value: "ceiling", label: "counts as full" },
            ]}
            onChange={(value) => onChange({ incompleteStep: value as "floor" | "ceiling" })}
            error={problem("incompleteStep")}
          />
        </>
      )}
      <Select
        label="Rounded"
        w={240}
        allowDeselect={false}
        value={rates.rounding}
        data={Object.entries(ROUNDINGS).map(([value, label]) => ({ value, label }))}
        onChange={(rounding) => onChange({ rounding: rounding as Rounding })}
      />
      <WholeNumber
        label="Decimals"
        w={100}
        max={3}
        value={rates.decimals}
        onChange={(decimals) => onChange({ decimals })}
        error={problem("decimals")}
      />
    </>
  );
};

const AFFIXES: Record<AwardStrategy["type"], { suffix?: string; prefix?: string }> = {
  prorated_percent: { suffix: " %" },
  fixed: { suffix: " points" },
  step: { suffix: " points" },
  multiplier: { prefix: "× " },
};

/** What is given: the same for every tier, or a rate for each. */
export const RatesEditor = <Item extends Rates>({
  rates,
  type,
  unit,
  tiers,
  problem,
  onChange,
}: {
  rates: Item;
  type: AwardStrategy["type"];
  /** Of what is given, where it is not points. */
  unit?: string | undefined;
  tiers: ProgramTier[];
  problem: ProblemOf;
  onChange: (rates: Item) => void;
}) => {
  const shared = rates.allTiers !== undefined;
  const affix =
    unit !== undefined && AFFIXES[type].suffix === " points" ? { suffix: ` ${unit}` } : AFFIXES[type];
  const field = { min: 0, w: 150, ...affix };
  return (
    <Stack gap="xs">
      <Switch
        label="The same for every tier"
        checked={shared}
        onChange={({ currentTarget }) => onChange(withSharedRate(rates, currentTarget.checked, tiers))}
      />
      <Group gap="sm" align="flex-start">
        {shared ? (
          <NumberInput
            {...field}
            label="All tiers"
            value={rates.allTiers ?? 0}
            onChange={(value) => onChange({ ...rates, allTiers: Number(value) })}
            error={problem("allTiers")}
          />
        ) : (
          tiers.map(({ number, name, color }) => (
            <NumberInput
              key={number}
              {...field}
              label={
                <Group gap={6} display="inline-flex">
                  <TierDot color={color} /> {name}
                </Group>
              }
              value={rates.perTier?.[String(number)] ?? 0}
              onChange={(value) =>
                onChange({ ...rates, perTier: { ...rates.perTier, [number]: Number(value) } })
              }
              error={problem(`perTier.${number}`)}
            />
          ))
        )}
      </Group>
      <FieldProblem>{problem("perTier")}</FieldProblem>
    </Stack>
  );
};
