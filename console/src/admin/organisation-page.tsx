import { Alert, Button, Card, Select, SimpleGrid, Skeleton, Stack, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { sessionQuery } from "../api/session.ts";
import type { Organisation } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { CheckedForm } from "../ui/checked-form.tsx";
import { required } from "../ui/form-errors.ts";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { ErrorState } from "../ui/states.tsx";
import { organisationQuery } from "./queries.ts";
import { useSave } from "./use-save.ts";

/** What the organisation is called, and the country, currency and clocks that it works by. */
export const OrganisationPage = () => {
  const { api } = useOrganisation();
  const { data, error, refetch } = useQuery(organisationQuery(api));
  return (
    <Page title="Organisation" description="Changes apply everywhere at once, to tills and the API too.">
      {data ? (
        <Form organisation={data} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton h={320} radius="lg" />
      )}
    </Page>
  );
};

const ZONES = Intl.supportedValuesOf("timeZone");
const FIELDS = ["name", "country", "timeZone", "clusterTimeZone", "currency", "language"] as const;

const Form = ({ organisation }: { organisation: Organisation }) => {
  const { api, may } = useOrganisation();
  const queryClient = useQueryClient();
  const form = useForm<Organisation>({
    initialValues: organisation,
    validate: { name: required("Enter a name") },
  });
  const { save, busy, failure } = useSave(form, FIELDS, ["/organisation"]);
  const readOnly = !may("Organization:write");
  const submit = async (values: Organisation) => {
    const body = Object.fromEntries(
      FIELDS.filter((name) => values[name] !== organisation[name]).map((name) => [name, values[name].trim()]),
    );
    if ((await save(() => api.put("/api/organisation", { body }))) === undefined) return;
    form.resetDirty(values);
    // Currency and clock of every screen come with the session.
    await queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey });
    tell("The organisation was changed.");
  };
  return (
    <Card maw={760}>
      <CheckedForm onSubmit={form.onSubmit((values) => void submit(values))}>
        <fieldset disabled={readOnly} style={{ border: 0, padding: 0, margin: 0 }}>
          <Stack gap="md">
            {failure !== null && (
              <Alert color="clay" role="alert" variant="light">
                {failure}
              </Alert>
            )}
            <Inputs form={form} organisation={organisation} readOnly={readOnly} />
            {!readOnly && (
              <Button
                type="submit"
                loading={busy}
                disabled={!form.isDirty()}
                style={{ alignSelf: "flex-end" }}
              >
                Save
              </Button>
            )}
          </Stack>
        </fieldset>
      </CheckedForm>
    </Card>
  );
};

const zones = (current: string) => (ZONES.includes(current) ? ZONES : [current, ...ZONES]);

const Inputs = ({
  form,
  organisation,
  readOnly,
}: {
  form: UseFormReturnType<Organisation>;
  organisation: Organisation;
  readOnly: boolean;
}) => (
  <SimpleGrid cols={{ base: 1, xs: 2 }}>
    <TextInput label="Name" required {...form.getInputProps("name")} />
    <TextInput
      label="Code"
      description="Part of every address; it stays"
      disabled
      value={organisation.code}
    />
    <TextInput
      label="Country"
      description="Two letters; phone numbers without a prefix are read by it"
      maxLength={2}
      {...form.getInputProps("country")}
    />
    <TextInput
      label="Currency"
      description="Three letters"
      maxLength={3}
      {...form.getInputProps("currency")}
    />
    <Select
      label="Time zone"
      description="Days begin and end by it"
      searchable
      allowDeselect={false}
      limit={60}
      data={zones(organisation.timeZone)}
      disabled={readOnly}
      {...form.getInputProps("timeZone")}
    />
    <Select
      label="Cluster time zone"
      description="Of the times that some API answers give without an offset"
      searchable
      allowDeselect={false}
      limit={60}
      data={zones(organisation.clusterTimeZone)}
      disabled={readOnly}
      {...form.getInputProps("clusterTimeZone")}
    />
    <TextInput label="Language" description="Two letters" {...form.getInputProps("language")} />
  </SimpleGrid>
);
