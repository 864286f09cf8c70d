import { Button, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { Currency } from "../api/programs.ts";
import { Panel } from "../ui/panel.tsx";
import { identifierOf, nextId, problemAt, withPart } from "./draft.ts";
import { ExpirySelect, FieldProblem, Item, WholeNumber } from "./fields.tsx";
import type { EditorParts } from "./tiers-editor.tsx";

/** Currencies beside points, such as stamps or miles. */
export const CurrenciesEditor = ({
  definition,
  problems,
  change,
  published,
}: EditorParts & {
  /** Ids whose identifiers calls use already. */
  published: ReadonlySet<number>;
}) => {
  const { currencies = [], expiryStrategies = [] } = definition;
  const replace = (next: Currency[]) =>
    change(withPart(definition, { currencies: next.length === 0 ? undefined : next }));
  const put = (index: number, part: { [Key in keyof Currency]?: Currency[Key] | undefined }) =>
    replace(currencies.map((item, place) => (place === index ? withPart(item, part) : item)));
  const add = () => {
    const id = nextId(currencies, 1);
    const name = `Currency ${id}`;
    const identifier = identifierOf(name);
    replace([...currencies, { id, name, identifier, decimals: 0, returnable: true }]);
  };
  return (
    <Panel
      title="Alternate currencies"
      description="Earned, counted and expired beside points, such as stamps or miles; they are not spent as points"
    >
      <Stack gap="md">
        {currencies.length === 0 && (
          <Text size="sm" c="dimmed">
            None: the program gives points only.
          </Text>
        )}
        {currencies.map((currency, index) => {
          const error = (name: string) => problemAt(problems, `currencies[${index}].${name}`);
          const isPublished = published.has(currency.id);
          return (
            <Item
              // biome-ignore lint/suspicious/noArrayIndexKey: the number is edited here, and focus must stay.
              key={index}
              name={`currency ${currency.name}`}
              onRemove={() => replace(currencies.filter((_, place) => place !== index))}
              head={
                <Group align="flex-start" gap="sm">
                  <TextInput
                    label="Name"
                    style={{ flex: 1, minWidth: 160 }}
                    value={currency.name}
                    onChange={({ currentTarget: { value: name } }) =>
                      put(index, isPublished ? { name } : { name, identifier: identifierOf(name) })
                    }
                    error={error("name")}
                  />
                  <TextInput
                    label="Identifier in calls"
                    w={190}
                    value={currency.identifier}
                    disabled={isPublished}
                    onChange={({ currentTarget }) => put(index, { identifier: currentTarget.value })}
                    error={error("identifier")}
                  />
                  <WholeNumber
                    label="Number"
                    w={100}
                    min={1}
                    disabled={isPublished}
                    value={currency.id}
                    onChange={(id) => put(index, { id })}
                    error={error("id")}
                  />
                </Group>
              }
            >
              <Group align="flex-start" gap="sm" mt="sm">
                <WholeNumber
                  label="Decimals"
                  w={100}
                  max={3}
                  value={currency.decimals}
                  onChange={(decimals) => put(index, { decimals })}
                  error={error("decimals")}
                />
                <DayInput
                  label="Given from"
                  value={currency.activeFrom}
                  onChange={(activeFrom) => put(index, { activeFrom })}
                  error={error("activeFrom")}
                />
                <DayInput
                  label="Given until"
                  value={currency.activeTo}
                  onChange={(activeTo) => put(index, { activeTo })}
                  error={error("activeTo")}
                />
                <ExpirySelect
                  label="Expires"
                  usual="The program’s own"
                  value={currency.expiryStrategyId}
                  strategies={expiryStrategies}
                  onChange={(expiryStrategyId) => put(index, { expiryStrategyId })}
                  error={error("expiryStrategyId")}
                />
              </Group>
              <Switch
                mt="md"
                label="Taken back when the bill is returned"
                checked={currency.returnable}
                onChange={({ currentTarget }) => put(index, { returnable: currentTarget.checked })}
              />
            </Item>
          );
        })}
        <FieldProblem>{problemAt(problems, "currencies")}</FieldProblem>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
          style={{ alignSelf: "flex-start" }}
        >
          Add a currency
        </Button>
      </Stack>
    </Panel>
  );
};

/** A day of the calendar that may be left empty. */
export const DayInput = ({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: string | null | undefined;
  onChange: (day: string | undefined) => void;
  error: string | undefined;
}) => (
  <TextInput
    type="date"
    label={label}
    w={160}
    value={value ?? ""}
    onChange={({ currentTarget }) => onChange(currentTarget.value === "" ? undefined : currentTarget.value)}
    error={error}
  />
);
