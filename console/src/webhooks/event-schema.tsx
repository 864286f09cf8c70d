import { Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useOrganisation } from "../shell/organisation.ts";
import { ErrorState } from "../ui/states.tsx";
import { JsonBlock } from "./json-block.tsx";
import { eventQuery } from "./queries.ts";

/** What the body of an event looks like: an example, and the schema that receivers can check it against. */
export const EventSchema = ({ name, onClose }: { name: string; onClose: () => void }) => {
  const { api } = useOrganisation();
  const { data, error } = useQuery(eventQuery(api, name));
  return (
    <Modal
      opened
      onClose={onClose}
      title={name}
      size="lg"
      closeButtonProps={{ "aria-label": "Close the schema" }}
    >
      {data === undefined && error === null && <Skeleton h={240} />}
      {data === undefined && error !== null && <ErrorState error={error} />}
      {data !== undefined && (
        <Stack gap="md">
          <Text size="sm">{data.summary}</Text>
          <JsonBlock label="Example" text={JSON.stringify(data.example)} />
          <JsonBlock label="JSON schema" text={JSON.stringify(data.schema)} />
        </Stack>
      )}
    </Modal>
  );
};
