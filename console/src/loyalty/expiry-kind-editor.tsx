import { Group, Select, Stack, Text } from "@mantine/core";
import type { Expiry, Problem, ProgramTier, SimpleExpiry } from "../api/programs.ts";
import { problemAt } from "./draft.ts";
import { expiryOfKind, KINDS, rollingIn } from "./expiry-kind.ts";
import { FieldProblem, OptionalNumber, WholeNumber } from "./fields.tsx";
import { expiryText, MONTH_OPTIONS } from "./program-words.ts";
import { TierDot } from "./tier-dot.tsx";

interface Parts<Kind> {
  expiry: Kind;
  path: string;
  problems: readonly Problem[];
  onChange: (expiry: Kind) => void;
}

const SIMPLE = Object.keys(KINDS).filter(
  (kind) => kind !== "per_tier" && kind !== "tier_end",
) as SimpleExpiry["kind"][];
const optionsOf = (kinds: readonly Expiry["kind"][]) =>
  kinds.map((value) => ({ value, label: KINDS[value] }));

/** How long points live: one of the kinds, or another one for each tier. */
export const ExpiryKindEditor = ({
  expiry,
  path,
  problems,
  tiers,
  onChange,
}: Parts<Expiry> & { tiers: readonly ProgramTier[] }) => (
  <Stack gap="sm">
    <Group align="flex-start" gap="sm">
      <Select
        label="Points expire"
        w={260}
        allowDeselect={false}
        value={expiry.kind}
        data={optionsOf([...SIMPLE, "tier_end", "per_tier"])}
        onChange={(kind) => onChange(expiryOfKind(kind as Expiry["kind"], expiry, tiers))}
      />
      {expiry.kind !== "per_tier" && expiry.kind !== "tier_end" && (
        <Details expiry={expiry} path={path} problems={problems} onChange={onChange} />
      )}
    </Group>
    <FieldProblem>{problemAt(problems, path)}</FieldProblem>
    <Text size="sm" c="dimmed">
      {expiryText(expiry)}
    </Text>
    {expiry.kind === "per_tier" &&
      tiers.map(({ number, name, color }) => {
        const own = expiry.tiers[String(number)] ?? { kind: "never" };
        const at = `${path}.tiers.${number}`;
        const change = (next: Expiry) =>
          onChange({ kind: "per_tier", tiers: { ...expiry.tiers, [number]: next as SimpleExpiry } });
        return (
          <div key={number}>
            <Group align="flex-start" gap="sm">
              <Select
                label={
                  <Group gap={6} display="inline-flex">
                    <TierDot color={color} /> {name}
                  </Group>
                }
                w={260}
                allowDeselect={false}
                value={own.kind}
                data={optionsOf(SIMPLE)}
                onChange={(kind) => change(expiryOfKind(kind as Expiry["kind"], own, tiers))}
              />
              <Details expiry={own} path={at} problems={problems} onChange={change} />
            </Group>
            <FieldProblem>{problemAt(problems, at)}</FieldProblem>
          </div>
        );
      })}
  </Stack>
);

/** What a kind wants to know. */
const Details = ({ expiry, path, problems, onChange }: Parts<SimpleExpiry>) => {
  const error = (name: string) => problemAt(problems, `${path}.${name}`);
  switch (expiry.kind) {
    case "months":
      return (
        <>
          <WholeNumber
            label="After months"
            w={130}
            min={1}
            max={1200}
            value={expiry.months}
            onChange={(months) => onChange({ ...expiry, months })}
            error={error("months")}
          />
          <EndSelect
            value={expiry.endsWith}
            onChange={(endsWith) => onChange({ ...expiry, endsWith })}
            error={error("endsWith")}
          />
        </>
      );
    case "days":
      return (
        <WholeNumber
          label="After days"
          w={130}
          min={1}
          value={expiry.days}
          onChange={(days) => onChange({ ...expiry, days })}
          error={error("days")}
        />
      );
    case "fixed_date":
      return (
        <>
          <WholeNumber
            label="Day"
            w={90}
            min={1}
            max={31}
            value={expiry.day}
            onChange={(day) => onChange({ ...expiry, day })}
            error={error("day")}
          />
          <Select
            label="Month"
            w={150}
            allowDeselect={false}
            value={String(expiry.month)}
            data={MONTH_OPTIONS}
            onChange={(month) => onChange({ ...expiry, month: Number(month) })}
            error={error("month")}
          />
          <WholeNumber
            label="Years after the next"
            w={160}
            max={100}
            value={expiry.years ?? 0}
            onChange={(years) => onChange({ ...expiry, years })}
            error={error("years")}
          />
        </>
      );
    case "rolling":
      return <RollingDetails expiry={expiry} path={path} problems={problems} onChange={onChange} />;
    default:
      return null;
  }
};

const RollingDetails = ({
  expiry,
  path,
  problems,
  onChange,
}: Parts<SimpleExpiry> & { expiry: Extract<SimpleExpiry, { kind: "rolling" }> }) => {
  const { months, days, endsWith } = expiry;
  const error = (name: string) => problemAt(problems, `${path}.${name}`);
  const unit = months === undefined ? "days" : "months";
  const { maximumDays: _, ...unbounded } = expiry;
  return (
    <>
      <WholeNumber
        label="Period"
        w={100}
        min={1}
        value={months ?? days ?? 1}
        onChange={(value) => onChange({ ...expiry, [unit]: value })}
        error={error(unit)}
      />
      <Select
        label="Counted in"
        w={120}
        allowDeselect={false}
        value={unit}
        data={["months", "days"]}
        onChange={(next) => onChange(rollingIn(expiry, next as "months" | "days"))}
      />
      {unit === "months" && (
        <EndSelect
          value={endsWith}
          onChange={(next) => onChange({ ...expiry, endsWith: next })}
          error={error("endsWith")}
        />
      )}
      <OptionalNumber
        label="At most days in all"
        w={160}
        min={1}
        allowDecimal={false}
        value={expiry.maximumDays}
        onChange={(maximumDays) =>
          onChange(maximumDays === undefined ? unbounded : { ...unbounded, maximumDays })
        }
        error={error("maximumDays")}
      />
    </>
  );
};

const EndSelect = ({
  value,
  onChange,
  error,
}: {
  value: "month" | "day";
  onChange: (value: "month" | "day") => void;
  error: string | undefined;
}) => (
  <Select
    label="At the end of"
    w={160}
    allowDeselect={false}
    value={value}
    data={[
      { value: "month", label: "that month" },
      { value: "day", label: "the same day" },
    ]}
    onChange={(next) => onChange(next as "month" | "day")}
    error={error}
  />
);
