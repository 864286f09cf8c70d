import { Box, ScrollArea, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Problem, Program, ProgramDefinition } from "../api/programs.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { DraftChanges } from "./changes-view.tsx";
import { Warnings } from "./draft-verdict.tsx";
import { TierMoves } from "./tier-moves.tsx";

const MOST_HEIGHT = 280;

/** Says what publishing the draft changes, for whom, and from when on. */
export const PublishDialog = ({
  program,
  definition,
  warnings,
  opened,
  onClose,
  onPublish,
}: {
  program: Program;
  definition: ProgramDefinition;
  warnings: Problem[];
  opened: boolean;
  onClose: () => void;
  /** A local time of the organisation; null: now. */
  onPublish: (effectiveFrom: string | null) => Promise<void>;
}) => {
  const format = useFormat();
  const [when, setWhen] = useState<"now" | "later">("now");
  const [at, setAt] = useState("");
  const next = (program.publishedVersion ?? 0) + 1;
  const members = format.number(program.memberCount);
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      onConfirm={async () => {
        if (when === "later" && at === "") throw new Error("Choose the day and time from which it decides.");
        await onPublish(when === "now" ? null : at);
      }}
      title={`Publish version ${next}?`}
      action={`Publish version ${next}`}
    >
      <Stack gap="md">
        {warnings.length > 0 && <Warnings warnings={warnings} />}
        {opened && program.publishedVersion !== null && (
          <Box>
            <Text size="sm" c="dimmed" mb={6}>
              Changes since version {program.publishedVersion}
            </Text>
            <ScrollArea.Autosize mah={MOST_HEIGHT} type="auto" viewportProps={{ tabIndex: 0 }}>
              <DraftChanges programId={program.id} from={String(program.publishedVersion)} />
            </ScrollArea.Autosize>
          </Box>
        )}
        {opened && <TierMoves program={program} definition={definition} />}
        <SegmentedControl
          aria-label="From when it decides"
          value={when}
          onChange={(value) => setWhen(value as typeof when)}
          data={[
            { value: "now", label: "From now on" },
            { value: "later", label: "From a time on" },
          ]}
        />
        {when === "later" && (
          <TextInput
            type="datetime-local"
            label="In force from"
            description={`Local time of the organisation, ${format.timeZone}`}
            value={at}
            onChange={({ currentTarget }) => setAt(currentTarget.value)}
          />
        )}
        <span>
          {when === "now"
            ? `From now on, every purchase of ${members} members is decided by this version.`
            : `Purchases from then on, of ${members} members, are decided by this version.`}
        </span>
        <span>
          Points that were already given stay as they are. A published version never changes; to take
          something back, publish another one.
        </span>
      </Stack>
    </ConfirmDialog>
  );
};
