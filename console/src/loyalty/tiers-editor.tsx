import { ActionIcon, Button, ColorInput, NumberInput, Radio, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Problem, ProgramDefinition, ProgramTier } from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Panel } from "../ui/panel.tsx";
import { addTier, changeTier, problemAt, removeTier } from "./draft.ts";
import classes from "./loyalty.module.css";

export interface EditorParts {
  definition: ProgramDefinition;
  problems: Problem[];
  change: (definition: ProgramDefinition) => void;
}

const asNumber = (value: string | number): number => (value === "" ? 0 : Number(value));

/** Names, colours and thresholds of the tiers. */
export const TiersEditor = ({ definition, problems, change }: EditorParts) => {
  const { tiers, upgrade } = definition;
  return (
    <Panel title="Tiers" description="Reached by lifetime purchases">
      <Stack gap="md">
        {tiers.map((tier, index) => (
          <TierRow
            key={tier.number}
            tier={tier}
            index={index}
            definition={definition}
            problems={problems}
            change={change}
          />
        ))}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => change(addTier(definition))}
          style={{ alignSelf: "flex-start" }}
        >
          Add a tier
        </Button>
        <Radio.Group
          label="The bill that crosses a threshold"
          value={upgrade.type}
          onChange={(type) =>
            change({ ...definition, upgrade: { ...upgrade, type: type as "lazy" | "eager" } })
          }
        >
          <Stack gap={6} mt={6}>
            <Radio value="lazy" label="earns by the old tier’s rate" />
            <Radio value="eager" label="earns by the new tier’s rate" />
          </Stack>
        </Radio.Group>
      </Stack>
    </Panel>
  );
};

const TierRow = ({
  tier: { number, name, description, color, threshold },
  index,
  definition,
  problems,
  change,
}: EditorParts & { tier: ProgramTier; index: number }) => {
  const { organisation } = useOrganisation();
  return (
    <div className={classes.tierRow}>
      <ColorInput
        aria-label={`Colour of tier ${number}`}
        label={index === 0 ? "Colour" : undefined}
        value={color}
        onChange={(next) => change(changeTier(definition, number, { color: next }))}
        withEyeDropper={false}
        styles={{ input: { color: "transparent", caretColor: "transparent" } }}
        error={problemAt(problems, `tiers[${index}].color`)}
      />
      <TextInput
        label={index === 0 ? "Name" : undefined}
        aria-label={`Name of tier ${number}`}
        value={name}
        onChange={({ currentTarget }) =>
          change(changeTier(definition, number, { name: currentTarget.value }))
        }
        error={problemAt(problems, `tiers[${index}].name`)}
      />
      <TextInput
        label={index === 0 ? "Description" : undefined}
        aria-label={`Description of tier ${number}`}
        value={description}
        onChange={({ currentTarget }) =>
          change(changeTier(definition, number, { description: currentTarget.value }))
        }
      />
      <NumberInput
        label={index === 0 ? `From, in ${organisation.currency}` : undefined}
        aria-label={`Threshold of tier ${number}`}
        value={threshold}
        disabled={number === 1}
        min={0}
        thousandSeparator=","
        onChange={(value) => change(changeTier(definition, number, { threshold: asNumber(value) }))}
        error={problemAt(problems, `tiers[${index}].threshold`)}
      />
      {number > 1 ? (
        <ActionIcon
          size={34}
          aria-label={`Remove tier ${name}`}
          onClick={() => change(removeTier(definition, number))}
        >
          <IconTrash size={17} stroke={1.6} />
        </ActionIcon>
      ) : (
        <span />
      )}
    </div>
  );
};
