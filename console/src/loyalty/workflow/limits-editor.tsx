import { Button, MultiSelect, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { Limit, LimitPeriod, ProgramDefinition } from "../../api/programs.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { useFormat } from "../../ui/format-context.tsx";
import { Panel } from "../../ui/panel.tsx";
import { DayInput } from "../currencies-editor.tsx";
import { nextId } from "../draft.ts";
import { problemAt } from "../draft-problems.ts";
import { FieldProblem, Item } from "../fields.tsx";
import type { EditorParts } from "../tiers-editor.tsx";
import { withPart } from "../with-part.ts";
import { firstLimit, withPer } from "./limits.ts";
import { limitText, PERIODS } from "./words.ts";
import styles from "./workflow.module.css";

type Part = { [Key in keyof Limit]?: Limit[Key] | undefined };

/** The most that purchases may earn. */
export const LimitsEditor = ({ definition, problems, change }: EditorParts) => {
  const { limits = [] } = definition;
  const replace = (next: (limits: readonly Limit[]) => Limit[]) =>
    change((now) => {
      const changed = next(now.limits ?? []);
      return withPart(now, { limits: changed.length === 0 ? undefined : changed });
    });
  const put = (index: number, part: Part) =>
    replace((all) => all.map((limit, place) => (place === index ? withPart(limit, part) : limit)));
  return (
    <Panel title="Limits" description="What is beyond is cut off, from the awards that come last">
      <Stack gap="md">
        {limits.length === 0 && (
          <Text size="sm" c="dimmed">
            None: purchases earn all that the rules give.
          </Text>
        )}
        {limits.map((limit, index) => (
          <LimitEditor
            // biome-ignore lint/suspicious/noArrayIndexKey: drafts may hold an id twice.
            key={`${limit.id} ${index}`}
            limit={limit}
            definition={definition}
            problem={(name) => problemAt(problems, `limits[${index}].${name}`)}
            onChange={(part) => put(index, part)}
            onRemove={() => replace((all) => all.filter((_, place) => place !== index))}
          />
        ))}
        <FieldProblem>{problemAt(problems, "limits")}</FieldProblem>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => replace((all) => [...all, firstLimit(nextId(all, 1))])}
          style={{ alignSelf: "flex-start" }}
        >
          Add a limit
        </Button>
      </Stack>
    </Panel>
  );
};

const PER = { customer: "Each customer", transaction: "Each purchase" } as const;
const COUNTS = {
  awarded: "What is given",
  transaction_amount: "The amount of purchases that earn",
  transaction_count: "The number of purchases that earn",
} as const;

const LimitEditor = ({
  limit,
  definition,
  problem,
  onChange,
  onRemove,
}: {
  limit: Limit;
  definition: ProgramDefinition;
  problem: (name: string) => string | undefined;
  onChange: (part: Part) => void;
  onRemove: () => void;
}) => {
  const format = useFormat();
  const { organisation } = useOrganisation();
  const { currencies = [], activities } = definition;
  const sets = activities.TransactionAdd;
  const unit = currencies.find(({ id }) => id === limit.currencyId)?.name ?? "points";
  const { setIds = [] } = limit;
  return (
    <Item
      name={`limit ${limit.name}`}
      onRemove={onRemove}
      head={
        <TextInput
          label="Name of the limit"
          value={limit.name}
          onChange={({ currentTarget }) => onChange({ name: currentTarget.value })}
          error={problem("name") ?? problem("id")}
        />
      }
    >
      <div className={styles.limit}>
        <Select
          label="For"
          allowDeselect={false}
          value={limit.per}
          data={Object.entries(PER).map(([value, label]) => ({ value, label }))}
          onChange={(per) => onChange(withPer(limit, per as Limit["per"]))}
          error={problem("per")}
        />
        <Select
          label="Counts"
          allowDeselect={false}
          value={limit.counts}
          data={Object.entries(COUNTS).map(([value, label]) => ({ value, label }))}
          onChange={(counts) => onChange({ counts: counts as Limit["counts"] })}
          error={problem("counts")}
        />
        {(currencies.length > 0 || limit.currencyId !== undefined) && (
          <Select
            label="Of the currency"
            allowDeselect={false}
            value={String(limit.currencyId ?? 0)}
            data={[
              { value: "0", label: "Points" },
              ...currencies.map(({ id, name }) => ({ value: String(id), label: name })),
            ]}
            onChange={(id) => onChange({ currencyId: id === "0" ? undefined : Number(id) })}
            error={problem("currencyId")}
          />
        )}
        <NumberInput
          label={
            limit.counts === "awarded"
              ? `At most, in ${unit}`
              : limit.counts === "transaction_amount"
                ? `At most, in ${organisation.currency}`
                : "At most, purchases"
          }
          min={0}
          thousandSeparator=","
          value={limit.value}
          onChange={(value) => onChange({ value: Number(value) })}
          error={problem("value")}
        />
        {(limit.per === "customer" || limit.period !== undefined) && (
          <Select
            label="In each"
            allowDeselect={false}
            value={limit.period ?? null}
            data={Object.entries(PERIODS).map(([value, label]) => ({ value, label }))}
            onChange={(period) => onChange({ period: (period ?? undefined) as LimitPeriod | undefined })}
            error={problem("period")}
          />
        )}
        {(limit.period !== undefined || limit.startsOn !== undefined) && (
          <DayInput
            label="Counted from the day"
            value={limit.startsOn}
            onChange={(startsOn) => onChange({ startsOn })}
            error={problem("startsOn")}
          />
        )}
        <MultiSelect
          className={styles.wide!}
          label="Only for the sets"
          placeholder={setIds.length === 0 ? "All sets of rules" : ""}
          data={[
            ...setIds
              .filter((id) => !sets.some((set) => set.id === id))
              .map((id) => ({ value: id, label: `${id} (missing)` })),
            ...sets.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={setIds}
          onChange={(ids) => onChange({ setIds: ids.length === 0 ? undefined : ids })}
          error={problem("setIds") ?? setIds.map((_, index) => problem(`setIds[${index}]`)).find(Boolean)}
          clearable
        />
      </div>
      <Text size="sm" mt="sm" fw={500} aria-live="polite">
        {limitText(limit, definition, format)}
      </Text>
    </Item>
  );
};
