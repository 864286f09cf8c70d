import { Button, Select, SimpleGrid, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { AwardStrategy, Grants, Transfer } from "../api/programs.ts";
import { Panel } from "../ui/panel.tsx";
import { nextId, problemAt, withPart, withType } from "./draft.ts";
import { FieldProblem, Item, OptionalNumber } from "./fields.tsx";
import { strategyName } from "./program-words.ts";
import { RatesEditor, RoundingFields } from "./rates-editor.tsx";
import type { EditorParts } from "./tiers-editor.tsx";

type Part<Value> = { [Key in keyof Value]?: Value[Key] | undefined };

/** What members pass to each other, and what people give and take by hand. */
export const ServiceEditor = (parts: EditorParts) => (
  <>
    <TransferPanel {...parts} />
    <GrantsPanel {...parts} />
    <StrategiesPanel {...parts} />
  </>
);

const TransferPanel = ({ definition, problems, change }: EditorParts) => {
  const transfer = definition.transfer ?? {};
  const { fee = {}, expiry = "keep" } = transfer;
  const put = (part: Part<Transfer>) => change({ ...definition, transfer: withPart(transfer, part) });
  const putFee = (part: Part<NonNullable<Transfer["fee"]>>) => {
    const next = withPart(fee, part);
    put({ fee: Object.keys(next).length === 0 ? undefined : next });
  };
  const error = (name: string) => problemAt(problems, `transfer.${name}`);
  return (
    <Panel title="Transfers" description="Points that members pass to each other">
      <Stack gap="md">
        <Switch
          label="Members may pass points to each other"
          checked={transfer.enabled ?? true}
          onChange={({ currentTarget }) => put({ enabled: currentTarget.checked ? undefined : false })}
        />
        <SimpleGrid cols={{ base: 1, xs: 2, sm: 4 }} spacing="sm">
          <OptionalNumber
            label="At least"
            value={transfer.minimum}
            onChange={(minimum) => put({ minimum })}
            error={error("minimum")}
          />
          <OptionalNumber
            label="At most"
            value={transfer.maximum}
            onChange={(maximum) => put({ maximum })}
            error={error("maximum")}
          />
          <OptionalNumber
            label="A multiple of"
            value={transfer.multipleOf}
            onChange={(multipleOf) => put({ multipleOf })}
            error={error("multipleOf")}
          />
          <OptionalNumber
            label="At most in a month"
            value={transfer.perMonth}
            onChange={(perMonth) => put({ perMonth })}
            error={error("perMonth")}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="sm">
          <OptionalNumber
            label="Fee, in percent"
            placeholder="None"
            suffix=" %"
            value={fee.percent}
            onChange={(percent) => putFee({ percent })}
            error={error("fee.percent")}
          />
          <OptionalNumber
            label="Fee, in points"
            placeholder="None"
            value={fee.fixed}
            onChange={(fixed) => putFee({ fixed })}
            error={error("fee.fixed")}
          />
          <Select
            label="The recipient’s points"
            allowDeselect={false}
            value={String(expiry)}
            data={[
              { value: "keep", label: "keep their dates" },
              { value: "1", label: "expire as the program’s own" },
              ...(definition.expiryStrategies ?? []).map(({ id, name }) => ({
                value: String(id),
                label: `expire by ${name}`,
              })),
            ]}
            onChange={(value) => put({ expiry: value === "keep" ? undefined : Number(value) })}
            error={error("expiry")}
          />
        </SimpleGrid>
        <Text size="sm" c="dimmed">
          The sender pays the fee on top of what is transferred.
        </Text>
      </Stack>
    </Panel>
  );
};

const GrantsPanel = ({ definition, problems, change }: EditorParts) => {
  const grants = definition.grants ?? {};
  const put = (part: Part<Grants>) => change({ ...definition, grants: withPart(grants, part) });
  const error = (name: string) => problemAt(problems, `grants.${name}`);
  return (
    <Panel title="Given and taken by hand" description="Caps on what people in service may do">
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        <OptionalNumber
          label="Goodwill at once"
          value={grants.goodwillMaximum}
          onChange={(goodwillMaximum) => put({ goodwillMaximum })}
          error={error("goodwillMaximum")}
        />
        <OptionalNumber
          label="Goodwill for a member in a month"
          value={grants.goodwillPerMonth}
          onChange={(goodwillPerMonth) => put({ goodwillPerMonth })}
          error={error("goodwillPerMonth")}
        />
        <OptionalNumber
          label="Deduction at once"
          value={grants.deductionMaximum}
          onChange={(deductionMaximum) => put({ deductionMaximum })}
          error={error("deductionMaximum")}
        />
      </SimpleGrid>
    </Panel>
  );
};

const TYPES: AwardStrategy["type"][] = ["fixed", "prorated_percent", "step", "multiplier"];

const StrategiesPanel = ({ definition, problems, change }: EditorParts) => {
  const { awardStrategies = [], tiers } = definition;
  const replace = (next: AwardStrategy[]) =>
    change(withPart(definition, { awardStrategies: next.length === 0 ? undefined : next }));
  const put = (index: number, strategy: AwardStrategy) =>
    replace(awardStrategies.map((item, place) => (place === index ? strategy : item)));
  const add = () => {
    const id = nextId(awardStrategies, 1);
    const rates = { allTiers: 10, rounding: "floor" as const, decimals: 0 };
    replace([...awardStrategies, { id, name: `Strategy ${id}`, type: "fixed", ...rates }]);
  };
  return (
    <Panel
      title="Award strategies"
      description="For points that calls issue by hand; they name a strategy by its number"
    >
      <Stack gap="md">
        {awardStrategies.length === 0 && (
          <Text size="sm" c="dimmed">
            None: points are issued by rules only.
          </Text>
        )}
        {awardStrategies.map((strategy, index) => {
          const problem = (name: string) => problemAt(problems, `awardStrategies[${index}].${name}`);
          return (
            <Item
              key={strategy.id}
              name={`award strategy ${strategy.name}`}
              onRemove={() => replace(awardStrategies.filter((_, place) => place !== index))}
              head={
                <TextInput
                  label={`Name of award strategy ${strategy.id}`}
                  value={strategy.name}
                  onChange={({ currentTarget }) => put(index, { ...strategy, name: currentTarget.value })}
                  error={problem("name")}
                />
              }
            >
              <Stack gap="md" mt="md">
                <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
                  <Select
                    label="Gives"
                    allowDeselect={false}
                    value={strategy.type}
                    data={TYPES.map((value) => ({ value, label: strategyName(value) }))}
                    onChange={(type) => put(index, withType(strategy, type as AwardStrategy["type"]))}
                  />
                  <RoundingFields
                    rates={strategy}
                    isStep={strategy.type === "step"}
                    problem={problem}
                    onChange={(part) => put(index, { ...strategy, ...part })}
                  />
                </SimpleGrid>
                <RatesEditor
                  rates={strategy}
                  type={strategy.type}
                  tiers={tiers}
                  problem={problem}
                  onChange={(next) => put(index, next)}
                />
              </Stack>
            </Item>
          );
        })}
        <FieldProblem>{problemAt(problems, "awardStrategies")}</FieldProblem>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
          style={{ alignSelf: "flex-start" }}
        >
          Add an award strategy
        </Button>
      </Stack>
    </Panel>
  );
};
