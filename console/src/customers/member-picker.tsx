import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { CustomerSummary } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { identifierText } from "./names.ts";
import { customersQuery } from "./queries.ts";

/** As many as are shown without scrolling. */
const MOST_FOUND = 8;

interface Option {
  readonly value: string;
  readonly label: string;
}

const labelOf = ({ id, name, mobile, email, externalId }: CustomerSummary): string =>
  [name || `Member ${id}`, mobile ? identifierText("mobile", mobile) : (email ?? externalId)]
    .filter((part) => part)
    .join(" · ");

/** Finds a member by what is known of them. */
export const MemberPicker = ({
  label,
  value,
  onChange,
  except,
  error,
  required = false,
  autoFocus = false,
}: {
  label: string;
  /** Null until one is chosen. */
  value: string | null;
  onChange: (id: string | null) => void;
  /** A member who may not be chosen. */
  except?: string;
  error?: ReactNode;
  required?: boolean;
  autoFocus?: boolean;
}) => {
  const { api } = useOrganisation();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, 150);
  const [chosen, setChosen] = useState<Option | null>(null);
  const { data, isPlaceholderData } = useQuery({
    ...customersQuery(api, { q: asked.trim() || undefined }),
    placeholderData: keepPreviousData,
    // What is picked stands in the field as its label, which is no search.
    enabled: value === null,
  });
  // Nobody is offered who was found by another text: Enter would choose them.
  const isAnswer = data !== undefined && !isPlaceholderData && text === asked;
  const found = isAnswer ? data.items.filter(({ id }) => String(id) !== except).slice(0, MOST_FOUND) : [];
  const options: Option[] =
    value !== null && chosen !== null
      ? [chosen]
      : found.map((member) => ({ value: String(member.id), label: labelOf(member) }));
  return (
    <Select
      label={label}
      description="Name, phone, e-mail or external id"
      searchable
      clearable
      required={required}
      {...(autoFocus ? { "data-autofocus": true } : {})}
      data={options}
      maxDropdownHeight={400}
      filter={(shown) => shown.options}
      nothingFoundMessage={isAnswer ? "Nobody matches" : "Searching…"}
      // In the page's main part, which is a landmark.
      comboboxProps={{ portalProps: { target: "main" } }}
      clearButtonProps={{ "aria-label": "Clear" }}
      value={value}
      onChange={(id) => {
        setChosen(options.find((option) => option.value === id) ?? null);
        onChange(id);
      }}
      onSearchChange={setText}
      error={error}
    />
  );
};
