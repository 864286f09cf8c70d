import { type ComboboxItem, Group, type OptionsFilter, Select, Text } from "@mantine/core";
import { type Catalogue, type Entry, profileWords, wordsOf } from "./catalogue.ts";
import styles from "./expression.module.css";

const MOST = 80;

const nameOf = ({ profile, name }: Pick<Entry, "profile" | "name">): string => `${profile}.${name}`;

/** What nothing fills yet comes last. */
const sorted = (entries: readonly Entry[]): Entry[] => [
  ...entries.filter(({ source }) => source === "known"),
  ...entries.filter(({ source }) => source !== "known"),
];

/** Picks an attribute or a function by its words, its name in the language or what is said about it. */
export const AttributePicker = ({
  entry,
  catalogue,
  onPick,
}: {
  entry: Entry;
  catalogue: Catalogue;
  onPick: (entry: Entry) => void;
}) => {
  const entries = new Map(catalogue.named.map((one) => [nameOf(one), one]));
  const filter: OptionsFilter = ({ options, search }) => {
    const wanted = search.trim().toLowerCase();
    // What stands in the input already is no search.
    const isAll = wanted === "" || wanted === wordsOf(entry).toLowerCase();
    const words = wanted.split(/\s+/);
    const fits = ({ value }: ComboboxItem): boolean => {
      const one = entries.get(value);
      const text = `${value} ${one ? wordsOf(one) : ""} ${one?.doc ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return options.flatMap((group) => {
      if (!("group" in group)) return [];
      const items = isAll ? group.items : group.items.filter((item) => fits(item as ComboboxItem));
      return items.length === 0 ? [] : [{ ...group, items }];
    });
  };
  return (
    <Select
      aria-label="What"
      searchable
      allowDeselect={false}
      limit={MOST}
      maxDropdownHeight={320}
      value={nameOf(entry)}
      data={catalogue.profiles.map((profile) => ({
        group: profileWords(profile),
        items: sorted(catalogue.named.filter((one) => one.profile === profile.name)).map((one) => ({
          value: nameOf(one),
          label: wordsOf(one),
        })),
      }))}
      filter={filter}
      nothingFoundMessage="Nothing is called that"
      onChange={(value) => {
        const picked = value === null ? undefined : entries.get(value);
        if (picked !== undefined) onPick(picked);
      }}
      onFocus={({ currentTarget }) => currentTarget.select()}
      comboboxProps={{ width: 380, position: "bottom-start", shadow: "md" }}
      renderOption={({ option }) => <Option entry={entries.get(option.value)} />}
    />
  );
};

const Option = ({ entry }: { entry: Entry | undefined }) =>
  entry && (
    <div className={styles.option}>
      <Group justify="space-between" gap={8} wrap="nowrap" align="baseline">
        <Text size="sm">{wordsOf(entry)}</Text>
        <code className={styles.code}>{entry.name}</code>
      </Group>
      <Text size="xs" c="dimmed">
        {entry.doc}
        {entry.source !== "known" && " Nothing fills it yet: it is never known."}
      </Text>
    </div>
  );
