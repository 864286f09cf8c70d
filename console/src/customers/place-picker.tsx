import { Select, type SelectProps } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { labelOf, type Picked } from "../admin/entity-picker.tsx";
import { entitiesQuery, entityQuery } from "../admin/queries.ts";
import type { EntityType } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";

const OFFERED = 25;

export interface Place {
  store?: string | undefined;
  till?: string | undefined;
}

/** Picks a store or one of its tills by part of its name or code. */
export const PlacePicker = ({
  store,
  till,
  onPick,
  ...rest
}: Omit<SelectProps, "value" | "onChange" | "data"> & Place & { onPick: (place: Place) => void }) => {
  const { api } = useOrganisation();
  const [text, setText] = useState("");
  const [asked] = useDebouncedValue(text, 150);
  const id = store ?? till;
  const { data: known } = useQuery({ ...entityQuery(api, Number(id)), enabled: id !== undefined });
  // What was picked stands in the input as its label, which is no search.
  const q = known !== undefined && asked === labelOf(known) ? undefined : asked || undefined;
  const useFound = (type: EntityType): Picked[] =>
    useQuery({ ...entitiesQuery(api, type, { q }, OFFERED), placeholderData: keepPreviousData }).data
      ?.items ?? [];
  const [stores, tills] = [useFound("STORE"), useFound("TILL")];
  const optionsOf = (kind: keyof Place, found: readonly Picked[], picked: string | undefined) => {
    const isKnown = picked === undefined || found.some((entity) => String(entity.id) === picked);
    const all = found.map((entity) => ({ value: `${kind}:${entity.id}`, label: labelOf(entity) }));
    const label = known === undefined ? `${kind === "store" ? "Store" : "Till"} ${picked}` : labelOf(known);
    return isKnown ? all : [{ value: `${kind}:${picked}`, label }, ...all];
  };
  const value = store !== undefined ? `store:${store}` : till !== undefined ? `till:${till}` : null;
  return (
    <Select
      searchable
      clearable
      data={[
        { group: "Stores", items: optionsOf("store", stores, store) },
        { group: "Tills", items: optionsOf("till", tills, till) },
      ]}
      filter={({ options }) => options}
      nothingFoundMessage="None is called that"
      value={value}
      onChange={(picked) => {
        const [kind, picks] = picked?.split(":") ?? [];
        onPick({
          store: kind === "store" ? picks : undefined,
          till: kind === "till" ? picks : undefined,
        });
      }}
      onSearchChange={setText}
      {...rest}
    />
  );
};
