import { Button, FileButton, Group, Text } from "@mantine/core";
import { IconFileTypeCsv, IconX } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import { bytesText } from "../ui/format.ts";
import classes from "./file-drop.module.css";

/** Takes one file, dropped or chosen. */
export const FileDrop = ({ file, onFile }: { file: File | null; onFile: (file: File | null) => void }) => {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  };
  return (
    <section
      aria-label="File"
      className={classes.zone}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileTypeCsv size={30} stroke={1.3} aria-hidden className={classes.icon} />
      {file === null ? (
        <>
          <Text size="sm">Drop a CSV file here</Text>
          <FileButton onChange={onFile} accept=".csv,.txt,.tsv,.gz,text/csv">
            {(props) => (
              <Button variant="default" size="xs" {...props}>
                Choose a file
              </Button>
            )}
          </FileButton>
        </>
      ) : (
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {file.name}
          </Text>
          <Text size="sm" c="dimmed">
            {bytesText(file.size)}
          </Text>
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            leftSection={<IconX size={13} aria-hidden />}
            onClick={() => onFile(null)}
          >
            Another
          </Button>
        </Group>
      )}
    </section>
  );
};
