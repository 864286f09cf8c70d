import { Alert, Button, Group, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Field } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { CheckedForm } from "../ui/checked-form.tsx";
import { placeError } from "../ui/form-errors.ts";
import { useDraft } from "../ui/use-draft.ts";
import { FieldInput } from "./field-input.tsx";
import { changesOf, type MemberValues } from "./member-values.ts";
import { customerFieldsQuery } from "./queries.ts";

const FIELDS = ["firstName", "lastName", "mobile", "email", "externalId"];

/** The form's values, kept as a draft, sent as what differs, and renewed when the server knows better. */
const useMemberForm = (
  draftKey: string,
  initial: MemberValues,
  onSave: (changes: Record<string, unknown>) => Promise<void>,
) => {
  const { api } = useOrganisation();
  const { data } = useQuery(customerFieldsQuery(api));
  const fields = (data?.items ?? []).filter(({ isActive }) => isActive);
  const draft = useDraft<MemberValues>(draftKey);
  const [restored, setRestored] = useState(draft.found !== null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  /** What the form holds was sent: the server's next word counts. */
  const sent = useRef(false);
  const form = useForm<MemberValues>({
    initialValues: draft.found ?? initial,
    onValuesChange: (values) => draft.keep(values),
  });
  const changes = changesOf(form.values, initial, fields);
  const changed = Object.keys(changes).length > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: newer data of the server replaces what nobody has changed.
  useEffect(() => {
    if (sent.current || (!form.isDirty() && draft.found === null)) {
      sent.current = false;
      form.setValues(initial);
      form.resetDirty(initial);
      draft.discard();
    }
  }, [initial]);

  const save = async () => {
    setBusy(true);
    setFailure(null);
    sent.current = true;
    try {
      await onSave(changes);
      draft.discard();
      setRestored(false);
    } catch (error) {
      sent.current = false;
      const names = [...FIELDS, ...fields.map(({ name }) => `extendedFields.${name}`)];
      const placed = placeError(error, names);
      form.setErrors(placed.fields);
      setFailure(placed.general);
    } finally {
      setBusy(false);
    }
  };
  const revert = () => {
    form.setValues(initial);
    form.clearErrors();
    setFailure(null);
    setRestored(false);
    draft.discard();
  };
  return { form, fields, changed, restored, busy, failure, save, revert };
};

/**
 * Names, identifiers and the organisation's own fields of a member. What is typed survives a reload; the server's
 * objections stand at the field that they name.
 */
export const MemberForm = ({
  draftKey,
  initial,
  action,
  readOnly = false,
  withIdentifiers = false,
  onSave,
  footer,
}: {
  draftKey: string;
  initial: MemberValues;
  action: string;
  readOnly?: boolean;
  /** Only a new member gets identifiers here; those of a known one are not simply written over. */
  withIdentifiers?: boolean;
  /** Gets what differs from `initial`. */
  onSave: (changes: Record<string, unknown>) => Promise<void>;
  footer?: ReactNode;
}) => {
  const { form, fields, changed, restored, busy, failure, save, revert } = useMemberForm(
    draftKey,
    initial,
    onSave,
  );
  return (
    <CheckedForm onSubmit={form.onSubmit(() => void save())}>
      <Stack gap="md">
        {restored && changed && (
          <Alert variant="light" color="gold" py="xs">
            This is what you had typed before; it is not saved yet.
          </Alert>
        )}
        {failure !== null && (
          <Alert color="clay" role="alert" variant="light">
            {failure}
          </Alert>
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput label="First name" disabled={readOnly} {...form.getInputProps("firstName")} />
          <TextInput label="Last name" disabled={readOnly} {...form.getInputProps("lastName")} />
          {withIdentifiers && <Identifiers form={form} />}
        </SimpleGrid>
        {fields.length > 0 && <Fields form={form} fields={fields} readOnly={readOnly} />}
        {!readOnly && (
          <Group justify="flex-end" gap="xs">
            {footer}
            {changed && (
              <Button variant="default" onClick={revert}>
                Undo changes
              </Button>
            )}
            <Button type="submit" loading={busy} disabled={!changed}>
              {action}
            </Button>
          </Group>
        )}
        {readOnly && (
          <Text size="sm" c="dimmed">
            Your role may look at members, not change them.
          </Text>
        )}
      </Stack>
    </CheckedForm>
  );
};

const Identifiers = ({ form }: { form: UseFormReturnType<MemberValues> }) => (
  <>
    <TextInput
      label="Mobile"
      type="tel"
      description="With or without the country’s prefix"
      {...form.getInputProps("mobile")}
    />
    <TextInput
      label="E-mail"
      type="email"
      description="In full, such as ada@example.com"
      {...form.getInputProps("email")}
    />
    <TextInput
      label="External id"
      description="The member’s number in another system"
      {...form.getInputProps("externalId")}
    />
  </>
);

const Fields = ({
  form,
  fields,
  readOnly,
}: {
  form: UseFormReturnType<MemberValues>;
  fields: Field[];
  readOnly: boolean;
}) => (
  <>
    <Title order={2} size="h3" mt="sm">
      Fields
    </Title>
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      {fields.map((field) => (
        <FieldInput
          key={field.id}
          field={field}
          disabled={readOnly}
          value={form.values.extendedFields[field.name] ?? ""}
          error={form.errors[`extendedFields.${field.name}`] as string | undefined}
          onChange={(value) =>
            form.setFieldValue("extendedFields", {
              ...form.values.extendedFields,
              [field.name]: value,
            })
          }
        />
      ))}
    </SimpleGrid>
  </>
);
