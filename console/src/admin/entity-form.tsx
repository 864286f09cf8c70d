import { Skeleton, Switch, Textarea, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Entity, EntityType } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { required } from "../ui/form-errors.ts";
import { tell } from "../ui/notify.ts";
import { EntityPicker } from "./entity-picker.tsx";
import { bodyOf, type EntityValues, parentOf, TYPE_WORDS, valuesOf } from "./entity-values.ts";
import { FormDrawer } from "./form-drawer.tsx";
import { entityQuery } from "./queries.ts";
import { useSave } from "./use-save.ts";

interface Parts {
  type: EntityType;
  onClose: () => void;
  /** More about an entity that exists, below its form. */
  more?: (entity: Entity) => ReactNode;
}

/** Adds a store, till, zone or concept, or changes one. */
export const EntityForm = ({ id, ...parts }: Parts & { id: number | undefined }) => {
  const { api } = useOrganisation();
  const { data, error } = useQuery({ ...entityQuery(api, id ?? 0), enabled: id !== undefined });
  if (id === undefined) return <Form {...parts} entity={null} />;
  if (data !== undefined) return <Form key={id} {...parts} entity={data} />;
  return (
    <FormDrawer
      title="…"
      action="Save"
      busy={false}
      failure={error?.message ?? null}
      readOnly
      onSubmit={() => {}}
      onClose={parts.onClose}
    >
      {error === null && <Skeleton h={240} />}
    </FormDrawer>
  );
};

const FIELDS = [
  "code",
  "name",
  "description",
  "parentId",
  "conceptId",
  "externalId",
  "timeZone",
  "email",
  "mobile",
  "address",
];

const Form = ({ type, entity, onClose, more }: Parts & { entity: Entity | null }) => {
  const { api, may } = useOrganisation();
  const form = useForm<EntityValues>({
    initialValues: valuesOf(entity),
    validate: {
      code: required("Enter a code"),
      name: required("Enter a name"),
      ...(type === "TILL" ? { parentId: required("Pick the store that the till stands in") } : {}),
    },
  });
  const { save, busy, failure } = useSave(form, FIELDS, ["/entities"]);
  const { one } = TYPE_WORDS[type];
  const parent = parentOf(type);
  const readOnly = !may("Organization:write");
  const submit = async (values: EntityValues) => {
    const body = bodyOf(type, values, entity);
    const done = await save(() =>
      entity === null
        ? api.post("/api/entities", { body: { type, ...body } })
        : api.put("/api/entities/{id}", { params: { id: entity.id }, body }),
    );
    if (done === undefined) return;
    tell(entity === null ? `The ${one} was added.` : `The ${one} was changed.`);
    onClose();
  };
  return (
    <FormDrawer
      title={entity === null ? `Add a ${one}` : entity.name || entity.code}
      action={entity === null ? `Add ${one}` : "Save"}
      busy={busy}
      failure={failure}
      readOnly={readOnly}
      isNew={entity === null}
      onSubmit={form.onSubmit((values) => void submit(values))}
      onClose={onClose}
    >
      <TextInput
        label="Code"
        description={type === "TILL" ? "The till signs in with it; no other till anywhere has it" : undefined}
        required
        data-autofocus={entity === null || undefined}
        {...form.getInputProps("code")}
      />
      <TextInput label="Name" required {...form.getInputProps("name")} />
      <Textarea label="Description" autosize minRows={1} {...form.getInputProps("description")} />
      {parent && (
        <EntityPicker
          type={parent.type}
          label={parent.label}
          required={type === "TILL"}
          clearable={type !== "TILL"}
          known={entity?.parent ?? null}
          value={form.values.parentId}
          onChange={(id) => form.setFieldValue("parentId", id)}
          error={form.errors.parentId}
        />
      )}
      {type === "STORE" && <StoreFields form={form} entity={entity} />}
      <Switch
        label="Active"
        description={type === "TILL" ? "An inactive till cannot sign in" : undefined}
        {...form.getInputProps("isActive", { type: "checkbox" })}
      />
      {entity && more?.(entity)}
    </FormDrawer>
  );
};

const StoreFields = ({ form, entity }: { form: UseFormReturnType<EntityValues>; entity: Entity | null }) => (
  <>
    <EntityPicker
      type="CONCEPT"
      label="Concept"
      known={entity?.concept ?? null}
      value={form.values.conceptId}
      onChange={(id) => form.setFieldValue("conceptId", id)}
      error={form.errors.conceptId}
    />
    <TextInput label="External id" {...form.getInputProps("externalId")} />
    <TextInput
      label="Time zone"
      description="Such as Europe/London; empty for the organisation’s"
      {...form.getInputProps("timeZone")}
    />
    <TextInput label="E-mail" type="email" {...form.getInputProps("email")} />
    <TextInput label="Phone" type="tel" {...form.getInputProps("mobile")} />
    <Textarea label="Address" autosize minRows={1} {...form.getInputProps("address")} />
  </>
);
