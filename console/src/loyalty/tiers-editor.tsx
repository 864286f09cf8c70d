import {
  ActionIcon,
  Button,
  ColorInput,
  Group,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { Problem, ProgramDefinition, ProgramTier } from "../api/programs.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { Panel } from "../ui/panel.tsx";
import { addTier, changeTier, problemAt, removeTier, tierId } from "./draft.ts";
import { FieldProblem } from "./fields.tsx";
import classes from "./loyalty.module.css";
import { TierCriteriaEditor } from "./tier-criteria-editor.tsx";
import { TierEndsEditor } from "./tier-ends-editor.tsx";
import { CRITERIA, criteriaOf } from "./tier-words.ts";

export interface EditorParts {
  definition: ProgramDefinition;
  problems: Problem[];
  /** To another definition; a function, where what is to be changed may have changed in the meantime. */
  change: (next: ProgramDefinition | ((now: ProgramDefinition) => ProgramDefinition)) => void;
}

/** The version that is in force; null before the first. */
interface Published {
  published: ProgramDefinition | null;
}

const asNumber = (value: string | number): number => (value === "" ? 0 : Number(value));

/** Everything about tiers: which there are, how they are reached, how long they last. */
export const TiersEditor = (parts: EditorParts & Published) => (
  <Stack gap="md">
    <TierListEditor {...parts} />
    <TierCriteriaEditor {...parts} />
    <TierEndsEditor {...parts} />
  </Stack>
);

/** Names, colours and thresholds of the tiers. */
const TierListEditor = ({ definition, problems, change, published }: EditorParts & Published) => {
  const { tiers } = definition;
  return (
    <Panel title="Tiers" description="From the base up; a tier can be inserted above any other">
      <Stack gap="md">
        {tiers.map((tier, index) => (
          <TierRow
            key={tierId(tier)}
            tier={tier}
            index={index}
            definition={definition}
            problems={problems}
            change={change}
            published={published}
          />
        ))}
        <FieldProblem>{problemAt(problems, "tiers")}</FieldProblem>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => change(addTier(definition))}
          style={{ alignSelf: "flex-start" }}
        >
          Add a tier
        </Button>
        <RemovedTiers definition={definition} problems={problems} change={change} published={published} />
      </Stack>
    </Panel>
  );
};

/** Where the members of published tiers go that the draft removes. */
const RemovedTiers = ({ definition, problems, change, published }: EditorParts & Published) => {
  const { removedTiers = [], tiers } = definition;
  const ids = new Set(tiers.map(tierId));
  const shown = (published?.tiers ?? []).filter((tier) => !ids.has(tierId(tier)));
  return shown.map((tier) => {
    const id = tierId(tier);
    const index = removedTiers.findIndex((item) => item.id === id);
    return (
      <Group key={id} gap="sm" align="flex-end">
        <Select
          label={`Members of ${tier.name}, which goes, are then in`}
          w={300}
          allowDeselect={false}
          value={index === -1 ? null : String(removedTiers[index]!.to)}
          data={tiers.map((item) => ({ value: String(tierId(item)), label: item.name }))}
          onChange={(to) =>
            change({
              ...definition,
              removedTiers: [...removedTiers.filter((item) => item.id !== id), { id, to: Number(to) }],
            })
          }
          error={index === -1 ? "Say where they go" : problemAt(problems, `removedTiers[${index}].to`)}
        />
        <Text size="sm" c="dimmed" pb={8}>
          at once, when the draft is published
        </Text>
      </Group>
    );
  });
};

const TierRow = ({
  tier: { number, name, description, color, threshold, secondaryThresholds = [] },
  index,
  definition,
  problems,
  change,
  published,
}: EditorParts & Published & { tier: ProgramTier; index: number }) => {
  const { organisation } = useOrganisation();
  const kinds = criteriaOf(definition.upgrade);
  const unit = (kind: (typeof kinds)[number]) =>
    kind === "lifetime_purchases" ? `From, in ${organisation.currency}` : CRITERIA[kind];
  const setSecondary = (place: number, value: number) =>
    change(
      changeTier(definition, number, {
        secondaryThresholds: kinds
          .slice(1)
          .map((_, at) => (at === place ? value : (secondaryThresholds[at] ?? 0))),
      }),
    );
  return (
    <div>
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
          label={index === 0 ? unit(kinds[0]!) : undefined}
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
            onClick={() => change(removeTier(definition, number, published))}
          >
            <IconTrash size={17} stroke={1.6} />
          </ActionIcon>
        ) : (
          <span />
        )}
      </div>
      <Group gap="sm" mt={8} align="flex-end">
        {number > 1 &&
          kinds
            .slice(1)
            .map((kind, place) => (
              <NumberInput
                key={kind}
                w={180}
                size="xs"
                label={unit(kind)}
                aria-label={`${CRITERIA[kind]} for tier ${number}`}
                value={secondaryThresholds[place] ?? 0}
                min={0}
                thousandSeparator=","
                onChange={(value) => setSecondary(place, asNumber(value))}
                error={problemAt(problems, `tiers[${index}].secondaryThresholds[${place}]`)}
              />
            ))}
        {index < definition.tiers.length - 1 && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            leftSection={<IconPlus size={12} aria-hidden />}
            onClick={() => change(addTier(definition, number))}
          >
            Insert a tier above {name}
          </Button>
        )}
      </Group>
    </div>
  );
};
