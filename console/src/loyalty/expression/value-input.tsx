import { Autocomplete, NumberInput, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useOrganisation } from "../../shell/organisation.ts";
import type { Parameter, ValueType } from "./catalogue.ts";
import styles from "./expression.module.css";
import { literalOf, quoted } from "./operand.ts";
import { type Place, suggestionsQuery } from "./queries.ts";

export interface ValueParts {
  label: string;
  type: ValueType;
  /** As the language writes it. */
  text: string;
  /** What stands before it, by which the server knows what names fit. */
  before: string;
  /** Names that fit beside those that the server knows. */
  known?: readonly string[];
  place: Place;
  onChange: (text: string) => void;
}

/** A value that is compared with: a number or a text; anything else as the language writes it. */
export const ValueInput = (parts: ValueParts) => {
  const { label, type, text, onChange } = parts;
  const literal = literalOf(text);
  if (type === "number" && (literal?.type === "number" || text.trim() === ""))
    return (
      <NumberInput
        aria-label={label}
        value={literal?.type === "number" ? literal.value : ""}
        thousandSeparator=","
        onChange={(value) => onChange(value === "" ? "" : String(value))}
      />
    );
  if (type === "string" && literal?.type === "string") return <TextValue {...parts} value={literal.value} />;
  return (
    <TextInput
      aria-label={`${label}, as an expression`}
      value={text}
      classNames={{ input: styles.input! }}
      spellCheck={false}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
};

/** A text, with those that the organisation knows. */
const TextValue = ({ label, value, before, known = [], place, onChange }: ValueParts & { value: string }) => {
  const { api } = useOrganisation();
  const [isNear, setIsNear] = useState(false);
  const { data = [] } = useQuery({ ...suggestionsQuery(api, before, place), enabled: isNear });
  return (
    <Autocomplete
      aria-label={label}
      value={value}
      data={[...new Set([...known, ...data])]}
      limit={50}
      // A value that is one of them is no search.
      filter={({ options, search, limit }) => {
        const wanted = search.trim().toLowerCase();
        const found = options.filter(
          (option) => "value" in option && option.value.toLowerCase().includes(wanted),
        );
        const isWhole = found.some((option) => "value" in option && option.value.toLowerCase() === wanted);
        return (isWhole ? options : found).slice(0, limit);
      }}
      onFocus={() => setIsNear(true)}
      onChange={(next) => onChange(quoted(next))}
    />
  );
};

/** "startHour" is the start hour. */
const nameWords = (name: string): string => {
  const words = name.replaceAll(/([A-Z])/g, " $1").toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};

const DAY = ["year", "month", "day"];

/** The arguments of a function, each by what it takes; three that make a day as one. */
export const ArgumentInputs = ({
  parameters,
  args,
  before,
  known,
  place,
  onChange,
}: {
  parameters: readonly Parameter[];
  args: readonly string[];
  /** The function as it is written, up to its opening parenthesis. */
  before: string;
  known?: readonly string[] | undefined;
  place: Place;
  onChange: (args: string[]) => void;
}) => {
  const isDay =
    args.length === 3 &&
    DAY.every((name, index) => parameters[index]?.name === name) &&
    args.every((text) => literalOf(text)?.type === "number");
  if (isDay) return <DayArguments args={args} onChange={onChange} />;
  return parameters.slice(0, args.length).map((parameter, index) => {
    const text = args[index]!;
    const put = (next: string) => onChange(args.map((one, place) => (place === index ? next : one)));
    const { name, choices, type } = parameter;
    const literal = literalOf(text);
    if (choices.length > 0 && literal?.type === "string")
      return (
        <Select
          key={name}
          label={nameWords(name)}
          allowDeselect={false}
          value={choices.find((choice) => choice.toLowerCase() === literal.value.toLowerCase()) ?? null}
          data={choices.map((value) => ({ value, label: nameWords(value.replaceAll("_", " ")) }))}
          onChange={(choice) => choice !== null && put(quoted(choice))}
        />
      );
    return (
      <div key={name} className={styles.argument}>
        <span className={styles.argumentName}>{nameWords(name)}</span>
        <ValueInput
          label={nameWords(name)}
          type={type}
          text={text}
          before={[before, ...args.slice(0, index).map((one) => `${one}, `)].join("")}
          {...(known === undefined ? {} : { known })}
          place={place}
          onChange={put}
        />
      </div>
    );
  });
};

const two = (text: string): string => text.padStart(2, "0");

const DayArguments = ({
  args,
  onChange,
}: {
  args: readonly string[];
  onChange: (args: string[]) => void;
}) => {
  const [year = "", month = "", day = ""] = args;
  return (
    <TextInput
      type="date"
      aria-label="Day"
      value={`${year.padStart(4, "0")}-${two(month)}-${two(day)}`}
      onChange={({ currentTarget }) => {
        const parts = currentTarget.value.split("-").map(Number);
        if (parts.length === 3) onChange(parts.map(String));
      }}
    />
  );
};
