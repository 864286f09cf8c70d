import { ActionIcon, Button, Group, Select, Stack, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type {
  Downgrade,
  ProgramDefinition,
  ProgramTier,
  Renewal,
  RenewalKind,
  Validity,
} from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Panel } from "../ui/panel.tsx";
import { CombinationEditor } from "./combination-editor.tsx";
import { changeTier, problemAt, withPart } from "./draft.ts";
import { FieldProblem, OptionalNumber, WholeNumber } from "./fields.tsx";
import classes from "./loyalty.module.css";
import { MONTH_OPTIONS } from "./program-words.ts";
import { TierDot } from "./tier-dot.tsx";
import { downgradeText, LETTERS, RENEWALS } from "./tier-words.ts";
import type { EditorParts } from "./tiers-editor.tsx";

/** How long each tier lasts, what keeps it, and where members go otherwise. */
export const TierEndsEditor = (parts: EditorParts) => {
  const { definition } = parts;
  const above = definition.tiers.slice(1);
  return (
    <Panel
      title="How long tiers last"
      description="The base tier stays. A change counts for members who enter a tier later."
    >
      <Stack gap="md">
        {above.length === 0 && (
          <Text size="sm" c="dimmed">
            There is no tier above the base one.
          </Text>
        )}
        {above.map((tier) => (
          <TierEnd key={tier.number} tier={tier} {...parts} />
        ))}
        <DowngradeFields {...parts} />
      </Stack>
    </Panel>
  );
};

const VALIDITIES = [
  { value: "stays", label: "Until it is taken by hand" },
  { value: "months", label: "Some months from entering" },
  { value: "registration_date", label: "To the anniversary of joining" },
  { value: "fixed_date", label: "To a day of the year" },
];

const validityOf = (kind: string | null): Validity | undefined => {
  switch (kind) {
    case "months":
      return { kind, months: 12 };
    case "registration_date":
      return { kind };
    case "fixed_date":
      return { kind, month: 12, day: 31 };
    default:
      return undefined;
  }
};

const TierEnd = ({ tier, definition, problems, change }: EditorParts & { tier: ProgramTier }) => {
  const path = `tiers[${tier.number - 1}]`;
  const { validity, renewal, name, color } = tier;
  const set = (part: { [Key in keyof ProgramTier]?: ProgramTier[Key] | undefined }) =>
    change(withDowngrade(changeTier(definition, tier.number, withPart(tier, part)), part));
  const setValidity = (next: Validity) => set({ validity: next });
  const error = (field: string) => problemAt(problems, `${path}.validity.${field}`);
  return (
    <div className={classes.rule}>
      <Group align="flex-start" gap="sm">
        <Select
          label={
            <Group gap={6} display="inline-flex">
              <TierDot color={color} /> {name} lasts
            </Group>
          }
          w={260}
          allowDeselect={false}
          value={validity?.kind ?? "stays"}
          data={VALIDITIES}
          onChange={(kind) => {
            const next = validityOf(kind);
            set({ validity: next, renewal: next === undefined ? undefined : renewalFor(renewal, next) });
          }}
          error={problemAt(problems, `${path}.validity`) ?? error("kind")}
        />
        {validity?.kind === "months" && (
          <WholeNumber
            label="Months"
            w={100}
            min={1}
            value={validity.months ?? 12}
            onChange={(months) => setValidity({ ...validity, months })}
            error={error("months")}
          />
        )}
        {validity?.kind === "fixed_date" && (
          <>
            <WholeNumber
              label="Day"
              w={90}
              min={1}
              max={31}
              value={validity.day ?? 31}
              onChange={(day) => setValidity({ ...validity, day })}
              error={error("day")}
            />
            <Select
              label="Month"
              w={150}
              allowDeselect={false}
              data={MONTH_OPTIONS}
              value={String(validity.month ?? 12)}
              onChange={(month) => setValidity({ ...validity, month: Number(month) })}
              error={error("month")}
            />
          </>
        )}
        {validity !== undefined && validity.kind !== "months" && (
          <OptionalNumber
            label="At least months"
            placeholder="None"
            w={130}
            allowDecimal={false}
            value={validity.minimumMonths}
            onChange={(minimumMonths) => setValidity(withPart(validity, { minimumMonths }))}
            error={error("minimumMonths")}
          />
        )}
      </Group>
      {validity !== undefined && (
        <RenewalFields
          validity={validity}
          renewal={renewal}
          path={`${path}.renewal`}
          problems={problems}
          onChange={(next) => set({ renewal: next })}
        />
      )}
    </div>
  );
};

/** A tier that ends needs a word about where its members go. */
const withDowngrade = (
  definition: ProgramDefinition,
  { validity }: { validity?: Validity | undefined },
): ProgramDefinition =>
  validity === undefined || definition.downgrade !== undefined
    ? definition
    : { ...definition, downgrade: { target: "one_below" } };

/** How a renewal goes on is a matter of tiers that last some months only. */
const renewalFor = (renewal: Renewal | undefined, { kind }: Validity): Renewal | undefined => {
  if (renewal === undefined || kind === "months") return renewal;
  const { extend: _, ...rest } = renewal;
  return rest;
};

const RENEWAL_KINDS: RenewalKind[] = (Object.keys(RENEWALS) as RenewalKind[]).filter(
  (kind) => kind !== "tracker",
);

const RenewalFields = ({
  validity,
  renewal,
  path,
  problems,
  onChange,
}: {
  validity: Validity;
  renewal: Renewal | undefined;
  path: string;
  problems: EditorParts["problems"];
  onChange: (renewal: Renewal | undefined) => void;
}) => {
  const { organisation } = useOrganisation();
  const conditions = renewal?.conditions ?? [];
  const setConditions = (next: Renewal["conditions"]) =>
    onChange(
      next.length === 0
        ? undefined
        : withPart({ conditions: [], ...renewal } as Renewal, {
            conditions: next,
            combine: next.length > 1 ? (renewal?.combine ?? { kind: "any", count: 1 }) : undefined,
          }),
    );
  return (
    <Stack gap="sm" mt="sm">
      <Text size="sm" fw={500}>
        {conditions.length === 0
          ? "Nothing renews it: members go on when it ends."
          : "Renewed by what was done while it lasted:"}
      </Text>
      <FieldProblem>{problemAt(problems, path)}</FieldProblem>
      {conditions.map((condition, index) => (
        <Group key={LETTERS[index]} align="flex-end" gap="sm">
          <Select
            label={conditions.length === 1 ? "By" : `${LETTERS[index]}`}
            w={180}
            allowDeselect={false}
            value={condition.kind}
            data={RENEWAL_KINDS.concat(condition.kind === "tracker" ? ["tracker"] : []).map((value) => ({
              value,
              label: RENEWALS[value],
            }))}
            onChange={(kind) =>
              setConditions(
                conditions.map((item, at) =>
                  at === index ? { kind: kind as RenewalKind, threshold: item.threshold } : item,
                ),
              )
            }
            error={problemAt(problems, `${path}.conditions[${index}].kind`)}
          />
          <OptionalNumber
            label={condition.kind === "purchases" ? `At least, in ${organisation.currency}` : "At least"}
            w={170}
            placeholder="0"
            value={condition.threshold}
            onChange={(threshold) =>
              setConditions(
                conditions.map((item, at) => (at === index ? { ...item, threshold: threshold ?? 0 } : item)),
              )
            }
            error={problemAt(problems, `${path}.conditions[${index}].threshold`)}
          />
          <ActionIcon
            size={34}
            aria-label={`Remove condition ${LETTERS[index]}`}
            onClick={() => setConditions(conditions.filter((_, at) => at !== index))}
          >
            <IconTrash size={17} stroke={1.6} />
          </ActionIcon>
        </Group>
      ))}
      {conditions.length < LETTERS.length && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setConditions([...conditions, { kind: "purchases", threshold: 100 }])}
          style={{ alignSelf: "flex-start" }}
        >
          Add a condition
        </Button>
      )}
      <CombinationEditor
        combine={renewal?.combine}
        count={conditions.length}
        path={`${path}.combine`}
        problems={problems}
        onChange={(combine) => onChange(withPart(renewal!, { combine }))}
      />
      {renewal !== undefined && validity.kind === "months" && (
        <Group align="flex-start" gap="sm">
          <Select
            label="Renewed for"
            w={260}
            allowDeselect={false}
            value={renewal.extend?.by ?? "validity"}
            data={[
              { value: "validity", label: "As long again" },
              { value: "one_month", label: "One month at a time" },
              { value: "fixed_date", label: "As long again, from a date" },
            ]}
            onChange={(by) =>
              onChange(
                withPart(renewal, {
                  extend:
                    by === "fixed_date"
                      ? { by, date: `${new Date().getFullYear()}-01-01` }
                      : { by: by as "validity" | "one_month" },
                }),
              )
            }
          />
          {renewal.extend?.by === "fixed_date" && (
            <TextInput
              type="date"
              label="From"
              value={renewal.extend.date ?? ""}
              onChange={({ currentTarget }) =>
                onChange(withPart(renewal, { extend: { by: "fixed_date", date: currentTarget.value } }))
              }
              error={problemAt(problems, `${path}.extend.date`)}
            />
          )}
        </Group>
      )}
    </Stack>
  );
};

/** Whether any points live as long as a tier. */
const hasTierEnd = ({ expiry, expiryStrategies = [] }: ProgramDefinition): boolean =>
  [expiry, ...expiryStrategies].some(({ kind }) => kind === "tier_end");

const DowngradeFields = ({ definition, problems, change }: EditorParts) => {
  const { downgrade } = definition;
  const missing = problemAt(problems, "downgrade");
  if (downgrade === undefined) return missing === undefined ? null : <FieldProblem>{missing}</FieldProblem>;
  const set = (part: { [Key in keyof Downgrade]?: Downgrade[Key] | undefined }) =>
    change({ ...definition, downgrade: withPart(downgrade, part) });
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="sm">
        <Select
          label="Members who do not keep a tier go"
          w={280}
          allowDeselect={false}
          value={downgrade.target}
          data={[
            { value: "one_below", label: "One tier down" },
            { value: "by_eligibility", label: "To the tier that they reach by then" },
            { value: "lowest", label: "To the base tier" },
          ]}
          onChange={(target) => set({ target: target as Downgrade["target"] })}
        />
        <Select
          label="Looked at"
          w={240}
          allowDeselect={false}
          value={downgrade.check ?? "monthly"}
          data={[
            { value: "monthly", label: "On the last day of the month" },
            { value: "daily", label: "Every day" },
          ]}
          onChange={(check) => set({ check: check as "monthly" | "daily" })}
        />
        <TagsInput
          label="Reminders, days before"
          description="Of tiers that can be renewed"
          w={240}
          maxTags={5}
          value={(downgrade.remindDaysBefore ?? []).map(String)}
          onChange={(days) =>
            set({
              remindDaysBefore:
                days.length === 0
                  ? undefined
                  : days.map((day) => Math.trunc(Number(day))).filter((day) => day > 0),
            })
          }
          error={problemAt(problems, "downgrade.remindDaysBefore")}
        />
      </Group>
      <Switch
        label="A return that undoes what reached a tier takes it back"
        checked={downgrade.onReturn ?? false}
        onChange={({ currentTarget }) => set({ onReturn: currentTarget.checked ? true : undefined })}
      />
      {hasTierEnd(definition) && (
        <Switch
          label="Points that live as long as a tier go on with the next one, or the renewed one"
          checked={downgrade.extendPoints ?? false}
          onChange={({ currentTarget }) => set({ extendPoints: currentTarget.checked ? true : undefined })}
        />
      )}
      <FieldProblem>{problemAt(problems, "downgrade.extendPoints")}</FieldProblem>
      <Text size="sm" c="dimmed">
        {downgradeText(downgrade)}
      </Text>
    </Stack>
  );
};
