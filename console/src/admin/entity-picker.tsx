import { Select, type SelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { EntityType } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { entitiesQuery } from "./queries.ts";

export interface Picked {
  id: number;
  code: string;
  name: string;
}

/** What an entity is called where one is picked. */
export const labelOf = ({ code, name }: Picked): string =>
  name && name !== code ? `${name} (${code})` : code;

/** Picks a store, zone, concept or till by typing part of its name or code. */
export const EntityPicker = ({
  type,
  value,
  known,
  onChange,
  ...rest
}: Omit<SelectProps, "value" | "onChange" | "data" | "type"> & {
  type: EntityType;
  value: number | null;
  /** What is picked already, which need not be among those found. */
  known?: Picked | null;
  onChange: (id: number | null) => void;
}) => {
  const { api } = useOrganisation();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, 150);
  // What was picked stands in the input as its label, which is no search.
  const isLabel = known ? asked === labelOf(known) : false;
  const { data } = useQuery({
    ...entitiesQuery(api, type, isLabel || asked.endsWith(")") ? {} : { q: asked || undefined }, 50),
    placeholderData: keepPreviousData,
  });
  const found: Picked[] = data?.items ?? [];
  const all = known && !found.some(({ id }) => id === known.id) ? [known, ...found] : found;
  return (
    <Select
      searchable
      clearable
      data={all.map((entity) => ({ value: String(entity.id), label: labelOf(entity) }))}
      filter={({ options }) => options}
      nothingFoundMessage="None is called that"
      value={value === null ? null : String(value)}
      onChange={(id) => onChange(id === null ? null : Number(id))}
      onSearchChange={setText}
      {...rest}
    />
  );
};
