import { ActionIcon, Group, NumberInput, type NumberInputProps, Select, Text } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { ExpiryStrategy } from "../api/programs.ts";
import classes from "./loyalty.module.css";

/** A whole number that is always there. */
export const WholeNumber = ({
  value,
  onChange,
  min = 0,
  ...props
}: Omit<NumberInputProps, "value" | "onChange"> & { value: number; onChange: (value: number) => void }) => (
  <NumberInput
    {...props}
    min={min}
    allowDecimal={false}
    value={value}
    onChange={(next) => onChange(next === "" ? Number(min) : Number(next))}
  />
);

/** A number that may be left empty, which means that there is no such limit. */
export const OptionalNumber = ({
  value,
  onChange,
  ...props
}: Omit<NumberInputProps, "value" | "onChange"> & {
  value: number | null | undefined;
  onChange: (value: number | undefined) => void;
}) => (
  <NumberInput
    min={0}
    thousandSeparator=","
    placeholder="No limit"
    {...props}
    value={value ?? ""}
    onChange={(next) => onChange(next === "" ? undefined : Number(next))}
  />
);

/** Which expiry points get: the usual one, or a further strategy of the program. */
export const ExpirySelect = ({
  label,
  usual,
  ownToo = false,
  value,
  strategies,
  onChange,
  error,
}: {
  label: string;
  /** What holds when none is chosen. */
  usual: string;
  /** The program's own expiry is another choice than the usual one. */
  ownToo?: boolean;
  value: number | undefined;
  strategies: readonly ExpiryStrategy[];
  onChange: (id: number | undefined) => void;
  error?: ReactNode;
}) => (
  <Select
    label={label}
    w={240}
    allowDeselect={false}
    value={value === undefined ? "usual" : String(value)}
    data={[
      { value: "usual", label: usual },
      ...(ownToo ? [{ value: "1", label: "The program’s own" }] : []),
      ...strategies.map(({ id, name }) => ({ value: String(id), label: name })),
    ]}
    onChange={(next) => onChange(next === null || next === "usual" ? undefined : Number(next))}
    error={error}
  />
);

/** One item of a list that can be taken out, on a ground of its own. */
export const Item = ({
  name,
  onRemove,
  head,
  children,
}: {
  /** What is removed, for screen readers. */
  name: string;
  onRemove: () => void;
  /** The first row, beside which the removal stands. */
  head: ReactNode;
  children?: ReactNode;
}) => (
  <div className={classes.rule}>
    <Group align="flex-start" wrap="nowrap">
      <div style={{ flex: 1, minWidth: 0 }}>{head}</div>
      <ActionIcon size={34} mt={25} aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconTrash size={17} stroke={1.6} />
      </ActionIcon>
    </Group>
    {children}
  </div>
);

/** A sentence of the server about a group of fields. */
export const FieldProblem = ({ children }: { children: ReactNode }) =>
  children ? (
    <Text size="sm" c="var(--fealty-loss)" role="alert">
      {children}
    </Text>
  ) : null;
