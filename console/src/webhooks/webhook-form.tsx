import {
  ActionIcon,
  Button,
  Group,
  Input,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Switch,
  TextInput,
} from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { FormDrawer } from "../admin/form-drawer.tsx";
import { useSave } from "../admin/use-save.ts";
import type { Webhook } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { required } from "../ui/form-errors.ts";
import { tell } from "../ui/notify.ts";
import { EventsPicker } from "./events-picker.tsx";
import {
  MASK,
  newHeader,
  SOURCES,
  type WebhookValues,
  webhookBody,
  webhookValues,
} from "./webhook-values.ts";

const FIELDS = [
  "name",
  "webHookUrl",
  "methodType",
  "maxAllowedConnections",
  "eventNames",
  "webHookHeaders",
  "customerIdentifiersToBeEnriched",
];

/** Adds a webhook, or changes one. */
export const WebhookForm = ({ webhook, onClose }: { webhook: Webhook | null; onClose: () => void }) => {
  const { api, may } = useOrganisation();
  const form = useForm<WebhookValues>({
    initialValues: webhookValues(webhook),
    validate: {
      name: required("Enter a name"),
      webHookUrl: required("Enter the URL that is called"),
      eventNames: (names) => (names.length === 0 ? "Pick at least one event" : null),
      maxAllowedConnections: required("Enter how many calls may be made at the same time"),
    },
  });
  const { save, busy, failure } = useSave(form, FIELDS, ["/webhooks"]);
  const submit = async (values: WebhookValues) => {
    const body = webhookBody(values, webhook);
    const done = await save(() =>
      webhook === null
        ? api.post("/api/webhooks", { body })
        : api.put("/api/webhooks/{id}", { params: { id: webhook.webHookId }, body }),
    );
    if (done === undefined) return;
    tell(webhook === null ? "The webhook was added." : "The webhook was changed.");
    onClose();
  };
  return (
    <FormDrawer
      title={webhook === null ? "Add a webhook" : webhook.name}
      action={webhook === null ? "Add" : "Save"}
      busy={busy}
      failure={failure}
      readOnly={!may("Webhook:write")}
      isNew={webhook === null}
      onSubmit={form.onSubmit((values) => void submit(values))}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        data-autofocus={webhook === null || undefined}
        {...form.getInputProps("name")}
      />
      <TextInput
        label="URL"
        description="Called with each event; https, unless it is only for trying out"
        required
        {...form.getInputProps("webHookUrl")}
      />
      <EventsPicker
        value={form.values.eventNames}
        onChange={(names) => form.setFieldValue("eventNames", names)}
        error={form.errors.eventNames}
      />
      <HeaderRows form={form} />
      <Enrichments form={form} />
      <Group grow align="flex-start">
        <Select
          label="Method"
          data={["POST", "PUT"]}
          allowDeselect={false}
          {...form.getInputProps("methodType")}
        />
        <NumberInput
          label="Calls at the same time"
          min={1}
          max={100}
          allowDecimal={false}
          {...form.getInputProps("maxAllowedConnections")}
        />
      </Group>
      <Switch
        label="Active"
        description="Off, it is told of nothing new; what waits is sent when it is on again"
        {...form.getInputProps("active", { type: "checkbox" })}
      />
    </FormDrawer>
  );
};

type Form = UseFormReturnType<WebhookValues>;

/** Headers that every call carries. Values are not shown again: a row that is left alone keeps its value. */
const HeaderRows = ({ form }: { form: Form }) => (
  <Input.Wrapper
    label="Headers"
    labelElement="div"
    description={`Sent with every call, such as Authorization. Values are not shown again; ${MASK} stays as it was`}
    error={form.errors.webHookHeaders}
  >
    <Stack gap="xs" mt="xs">
      {form.values.headers.map(({ key }, index) => (
        <Group key={key} gap="xs" wrap="nowrap">
          <TextInput
            aria-label={`Name of header ${index + 1}`}
            placeholder="Name"
            flex={1}
            {...form.getInputProps(`headers.${index}.name`)}
          />
          <TextInput
            aria-label={`Value of header ${index + 1}`}
            placeholder="Value"
            flex={1}
            autoComplete="off"
            {...form.getInputProps(`headers.${index}.value`)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove header ${index + 1}`}
            onClick={() => form.removeListItem("headers", index)}
          >
            <IconTrash size={16} stroke={1.5} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => form.insertListItem("headers", newHeader())}
        style={{ alignSelf: "flex-start" }}
      >
        Add a header
      </Button>
    </Stack>
  </Input.Wrapper>
);

/** What bodies tell beside the event itself. */
const Enrichments = ({ form }: { form: Form }) => (
  <>
    <MultiSelect
      label="Identifiers of the member"
      description="Sources of which every identifier is told; without any, one identifier is"
      data={SOURCES}
      searchable
      {...form.getInputProps("customerIdentifiersToBeEnriched")}
    />
    <Input.Wrapper label="Told besides" labelElement="div">
      <Stack gap="xs" mt="xs">
        <Switch
          label="Till, with code and name"
          {...form.getInputProps("tillDetailsEnrichmentEnabled", { type: "checkbox" })}
        />
        <Switch
          label="Store, with code, name and external ids"
          {...form.getInputProps("storeDetailsEnrichmentEnabled", { type: "checkbox" })}
        />
        <Switch
          label="Points available over all programs"
          description="In pointsIssued and pointsRedeemed"
          {...form.getInputProps("availablePointsBalanceEnrichmentEnabled", { type: "checkbox" })}
        />
        <Switch
          label="Attributes of the behavioural event"
          description="In pointsIssued"
          {...form.getInputProps("awardedReferenceEnrichmentEnabled", { type: "checkbox" })}
        />
      </Stack>
    </Input.Wrapper>
  </>
);
