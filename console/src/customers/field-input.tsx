import { NumberInput, Select, TextInput } from "@mantine/core";
import type { Field } from "../api/types.ts";

/** An input for one defined field, by its type. Values are texts, as the form keeps them; empty means none. */
export const FieldInput = ({
  field,
  value,
  error,
  disabled = false,
  onChange,
}: {
  field: Field;
  value: string;
  error: string | undefined;
  disabled?: boolean;
  onChange: (value: string) => void;
}) => {
  const shared = {
    label: field.label || field.name,
    ...(field.label && field.label !== field.name ? { description: field.name } : {}),
    withAsterisk: field.isMandatory,
    disabled,
    error,
  };
  switch (field.dataType) {
    case "enum":
      return (
        <Select
          {...shared}
          clearable
          data={field.enumValues ?? []}
          value={value === "" ? null : value}
          onChange={(chosen) => onChange(chosen ?? "")}
        />
      );
    case "boolean":
      return (
        <Select
          {...shared}
          clearable
          data={[
            { value: "true", label: "Yes" },
            { value: "false", label: "No" },
          ]}
          value={value === "" ? null : value}
          onChange={(chosen) => onChange(chosen ?? "")}
        />
      );
    case "integer":
    case "double":
      return (
        <NumberInput
          {...shared}
          value={value}
          allowDecimal={field.dataType === "double"}
          hideControls
          onChange={(next) => onChange(String(next))}
        />
      );
    case "date":
      return (
        <TextInput {...shared} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
      );
    default:
      return <TextInput {...shared} value={value} onChange={(event) => onChange(event.target.value)} />;
  }
};
