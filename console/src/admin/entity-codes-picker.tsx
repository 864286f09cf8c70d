import { MultiSelect, type MultiSelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { EntityType } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { labelOf } from "./entity-picker.tsx";
import { entitiesQuery } from "./queries.ts";

const OFFERED = 50;

/** Picks several stores, zones or concepts by part of their names or codes; what is picked is kept as codes. */
export const EntityCodesPicker = ({
  type,
  value,
  onChange,
  ...rest
}: Omit<MultiSelectProps, "value" | "onChange" | "data" | "type"> & {
  type: EntityType;
  value: readonly string[];
  onChange: (codes: string[]) => void;
}) => {
  const { api } = useOrganisation();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, 150);
  const { data } = useQuery({
    ...entitiesQuery(api, type, { q: asked || undefined }, OFFERED),
    placeholderData: keepPreviousData,
  });
  const found = data?.items ?? [];
  // What was picked stays, also where no entity has that code any more.
  const others = value.filter((code) => !found.some((entity) => entity.code === code));
  return (
    <MultiSelect
      searchable
      clearable
      hidePickedOptions
      data={[
        ...others.map((code) => ({ value: code, label: code })),
        ...found.map((entity) => ({ value: entity.code, label: labelOf(entity) })),
      ]}
      filter={({ options }) => options}
      nothingFoundMessage="None is called that"
      value={[...value]}
      onChange={onChange}
      searchValue={text}
      onSearchChange={setText}
      {...rest}
    />
  );
};
