import { Alert, List, Stack, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import type { Problem, Program, ProgramDefinition } from "../api/programs.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { useFormat } from "../ui/format-context.tsx";
import { otherProblems, shownPaths } from "./draft.ts";
import { SECTION_KEYS, SECTIONS, sectionOf } from "./draft-problems.ts";
import { pathWords } from "./path-words.ts";
import { TierMoves } from "./tier-moves.tsx";

/** What the server says of the draft: what keeps it from being published, and where that stands. */
export const Verdict = ({
  problems,
  warnings,
  definition,
  checked,
}: {
  problems: Problem[];
  warnings: Problem[];
  definition: ProgramDefinition;
  checked: boolean;
}) => {
  if (problems.length === 0) {
    if (!checked) return null;
    return warnings.length > 0 ? (
      <Warnings warnings={warnings} />
    ) : (
      <Alert color="pine" variant="light" icon={<IconCircleCheck size={18} />} py="xs">
        Nothing stands against publishing this draft.
      </Alert>
    );
  }
  const others = otherProblems(problems, shownPaths(definition));
  return (
    <Alert color="clay" variant="light" title="The draft cannot be published yet" role="alert">
      {others.length === 0 ? (
        <Text size="sm">What is wrong stands beside the fields, under {listed(problems)}.</Text>
      ) : (
        <List size="sm">
          {others.map(({ path, message }) => (
            <List.Item key={`${path}:${message}`}>
              {path === "" ? message : `${pathWords(path, definition)}: ${message}`}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
};

const Warnings = ({ warnings }: { warnings: Problem[] }) => (
  <Alert
    color="gold"
    variant="light"
    title="It can be published, but will not do all that it says"
    role="alert"
  >
    <List size="sm">
      {warnings.map(({ path, message }) => (
        <List.Item key={`${path}:${message}`}>
          {path} {message}
        </List.Item>
      ))}
    </List>
  </Alert>
);

/** The parts in which something is wrong, by name. */
const listed = (problems: readonly Problem[]): string => {
  const sections = new Set(problems.map(sectionOf));
  return SECTION_KEYS.filter((key) => sections.has(key))
    .map((key) => SECTIONS[key].label)
    .join(", ");
};

/** Says what publishing does before it does. */
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
  onPublish: () => Promise<void>;
}) => {
  const format = useFormat();
  const next = (program.publishedVersion ?? 0) + 1;
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      onConfirm={onPublish}
      title={`Publish version ${next}?`}
      action={`Publish version ${next}`}
    >
      <Stack gap="xs">
        {warnings.length > 0 && <Warnings warnings={warnings} />}
        {opened && <TierMoves program={program} definition={definition} />}
        <span>
          From now on, every purchase of {format.number(program.memberCount)} members is decided by this
          version.
        </span>
        <span>
          Points that were already given stay as they are. A published version never changes; to take
          something back, publish another one.
        </span>
      </Stack>
    </ConfirmDialog>
  );
};
