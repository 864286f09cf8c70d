import { Button, Card, Group, Select, Switch, TagsInput, TextInput, UnstyledButton } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { IconForms, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Field } from "../api/types.ts";
import { plainWords } from "../customers/names.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { required } from "../ui/form-errors.ts";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { DATA_TYPES, type FieldValues, fieldBody, fieldValues, SCOPES } from "./field-values.ts";
import { FormDrawer } from "./form-drawer.tsx";
import { fieldsQuery } from "./queries.ts";
import { useSave } from "./use-save.ts";

const route = getRouteApi("/$org/admin/fields");

const columnsOf = (open: (id: number) => void): Column<Field>[] => [
  {
    header: "Field",
    leads: true,
    cell: ({ id, label, name }) => (
      <UnstyledButton className="row-link" fw={500} onClick={() => open(id)}>
        {label || name}
      </UnstyledButton>
    ),
  },
  { header: "Name in the API", cell: ({ name }) => <code>{name}</code> },
  { header: "Of", cell: ({ scope }) => plainWords(scope) },
  { header: "Kind", cell: ({ kind }) => plainWords(kind) },
  {
    header: "Type",
    cell: ({ dataType, enumValues }) =>
      dataType === "enum" ? `One of ${enumValues.length}` : plainWords(dataType),
  },
  { header: "Needed", wideOnly: true, cell: ({ isMandatory }) => (isMandatory ? "Yes" : "No") },
  {
    header: "State",
    cell: ({ isActive }) => (
      <StatusBadge tone={isActive ? "good" : "quiet"}>{isActive ? "Active" : "Inactive"}</StatusBadge>
    ),
  },
];

/** What the organisation knows of members, bills and lines beyond the built-in. */
export const FieldsPage = () => {
  const { api, may } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(fieldsQuery(api));
  const rows = data?.items.filter(({ scope }) => search.scope === undefined || scope === search.scope);
  const scopes = [...new Set(data?.items.map(({ scope }) => scope))];
  const edited = data?.items.find(({ id }) => id === search.edit);
  const close = () =>
    void navigate({ search: (previous) => ({ ...previous, add: undefined, edit: undefined }) });
  const add = may("Organization:write") && (
    <Button
      leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />}
      onClick={() => void navigate({ search: (previous) => ({ ...previous, add: "1" }) })}
    >
      Define a field
    </Button>
  );
  return (
    <Page
      title="Fields"
      description="What you know of members, bills and lines beyond the built-in. Tills and imports fill them; rules may ask for them."
      actions={add}
    >
      <Card padding={0}>
        {scopes.length > 1 && (
          <Group px="lg" py="sm">
            <Select
              aria-label="Of"
              placeholder="Of anything"
              clearable
              w={220}
              data={scopes.map((scope) => ({ value: scope, label: plainWords(scope) }))}
              value={search.scope ?? null}
              onChange={(scope) =>
                void navigate({
                  search: (previous) => ({ ...previous, scope: scope ?? undefined }),
                  replace: true,
                })
              }
            />
          </Group>
        )}
        <DataTable
          label="Fields"
          columns={columnsOf((id) => void navigate({ search: (previous) => ({ ...previous, edit: id }) }))}
          rows={rows}
          rowKey={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          empty={
            <EmptyState icon={IconForms} title="No fields yet" action={add}>
              Define what your business needs to know: a shoe size, a preferred store, a gift flag on a bill.
            </EmptyState>
          }
        />
      </Card>
      {(search.add !== undefined || edited !== undefined) && (
        <FieldForm key={edited?.id ?? "new"} field={edited ?? null} onClose={close} />
      )}
    </Page>
  );
};

const FORM_FIELDS = ["kind", "scope", "name", "label", "dataType", "enumValues", "isMandatory", "isActive"];

const FieldForm = ({ field, onClose }: { field: Field | null; onClose: () => void }) => {
  const { api, may } = useOrganisation();
  const form = useForm<FieldValues>({
    initialValues: fieldValues(field),
    validate: { name: required("Enter a name") },
  });
  const { save, busy, failure } = useSave(form, FORM_FIELDS, ["/fields"]);
  const submit = async (values: FieldValues) => {
    const body = fieldBody(values, field);
    const done = await save(() =>
      field === null
        ? api.post("/api/fields", { body })
        : api.put("/api/fields/{id}", { params: { id: field.id }, body }),
    );
    if (done === undefined) return;
    tell(field === null ? "The field was defined." : "The field was changed.");
    onClose();
  };
  return (
    <FormDrawer
      title={field === null ? "Define a field" : field.label || field.name}
      action={field === null ? "Define" : "Save"}
      busy={busy}
      failure={failure}
      readOnly={!may("Organization:write")}
      isNew={field === null}
      onSubmit={form.onSubmit((values) => void submit(values))}
      onClose={onClose}
    >
      <FieldInputs form={form} field={field} />
    </FormDrawer>
  );
};

interface InputParts {
  form: UseFormReturnType<FieldValues>;
  field: Field | null;
}

const FieldInputs = ({ form, field }: InputParts) => (
  <>
    <FixedInputs form={form} field={field} />
    <TextInput
      label="Label"
      description="What people read; the name when empty"
      {...form.getInputProps("label")}
    />
    {form.values.dataType === "enum" && (
      <TagsInput
        label="Values"
        description={field === null ? "Enter after each" : "Values can be added, not removed"}
        {...form.getInputProps("enumValues")}
      />
    )}
    <Switch label="Needed" {...form.getInputProps("isMandatory", { type: "checkbox" })} />
    {field !== null && <Switch label="Active" {...form.getInputProps("isActive", { type: "checkbox" })} />}
  </>
);

/** What stays as it is once a field is defined. */
const FixedInputs = ({ form, field }: InputParts) => {
  const { kind } = form.values;
  return (
    <>
      <Select
        label="Kind"
        description="Extended fields have types; custom fields are the older, plainer sort"
        disabled={field !== null}
        allowDeselect={false}
        data={[
          { value: "extended", label: "Extended" },
          { value: "custom", label: "Custom" },
        ]}
        value={kind}
        onChange={(value) => {
          const next = value as Field["kind"];
          form.setValues({ kind: next, scope: SCOPES[next][0]! });
        }}
      />
      <Select
        label="Of"
        disabled={field !== null}
        allowDeselect={false}
        data={SCOPES[kind].map((scope) => ({ value: scope, label: plainWords(scope) }))}
        {...form.getInputProps("scope")}
      />
      <TextInput
        label="Name in the API"
        description="It stays as it is once defined"
        required
        disabled={field !== null}
        data-autofocus={field === null || undefined}
        {...form.getInputProps("name")}
      />
      <Select
        label="Type"
        disabled={field !== null}
        allowDeselect={false}
        data={DATA_TYPES.map((value) => ({
          value,
          label: value === "enum" ? "One of a list" : plainWords(value),
        }))}
        {...form.getInputProps("dataType")}
      />
    </>
  );
};
