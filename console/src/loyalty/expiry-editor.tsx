import { Button, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { ExpiryStrategy } from "../api/programs.ts";
import { Panel } from "../ui/panel.tsx";
import { nextId, problemAt, withPart } from "./draft.ts";
import { ExpiryKindEditor } from "./expiry-kind-editor.tsx";
import { FieldProblem, Item } from "./fields.tsx";
import type { EditorParts } from "./tiers-editor.tsx";

/** How long points live: the program's own way, and further ones that rules and currencies may choose. */
export const ExpiryEditor = ({ definition, problems, change }: EditorParts) => {
  const { expiry, expiryStrategies = [], tiers } = definition;
  const replace = (strategies: ExpiryStrategy[]) =>
    change(withPart(definition, { expiryStrategies: strategies.length === 0 ? undefined : strategies }));
  const put = (index: number, strategy: ExpiryStrategy) =>
    replace(expiryStrategies.map((item, place) => (place === index ? strategy : item)));
  return (
    <>
      <Panel title="The program’s own expiry" description="For everything that names no other">
        <ExpiryKindEditor
          expiry={expiry}
          path="expiry"
          problems={problems}
          tiers={tiers}
          onChange={(next) => change({ ...definition, expiry: next })}
        />
      </Panel>
      <Panel
        title="Further expiry strategies"
        description="Rules, currencies, transfers and points issued by hand may choose one of these"
      >
        <Stack gap="md">
          {expiryStrategies.length === 0 && (
            <Text size="sm" c="dimmed">
              None: all points expire as above.
            </Text>
          )}
          {expiryStrategies.map((strategy, index) => (
            <Item
              key={strategy.id}
              name={`expiry strategy ${strategy.name}`}
              onRemove={() => replace(expiryStrategies.filter((_, place) => place !== index))}
              head={
                <TextInput
                  label={`Name of strategy ${strategy.id}`}
                  value={strategy.name}
                  onChange={({ currentTarget }) => put(index, { ...strategy, name: currentTarget.value })}
                  error={problemAt(problems, `expiryStrategies[${index}].name`)}
                />
              }
            >
              <div style={{ marginTop: 12 }}>
                <ExpiryKindEditor
                  expiry={strategy}
                  path={`expiryStrategies[${index}]`}
                  problems={problems}
                  tiers={tiers}
                  onChange={(next) => put(index, { ...next, id: strategy.id, name: strategy.name })}
                />
              </div>
            </Item>
          ))}
          <FieldProblem>{problemAt(problems, "expiryStrategies")}</FieldProblem>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() =>
              replace([
                ...expiryStrategies,
                {
                  kind: "days",
                  days: 30,
                  id: nextId(expiryStrategies, 2),
                  name: `Strategy ${nextId(expiryStrategies, 2)}`,
                },
              ])
            }
            style={{ alignSelf: "flex-start" }}
          >
            Add an expiry strategy
          </Button>
        </Stack>
      </Panel>
    </>
  );
};
