import { NumberInput, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { Panel } from "../ui/panel.tsx";
import type { Mapping } from "./mapping.ts";

/** What a campaign gives to each of its members, as the form has it. */
export interface CampaignTerms {
  name: string;
  /** Empty: every row says. */
  points: number | string;
  /** Empty: by the program. */
  expiresOn: string;
  reason: string;
  promotionName: string;
  /** Empty: no bound. */
  budget: number | string;
  /** Empty: no bound. */
  mostPerCustomer: number | string;
}

export const NO_TERMS: CampaignTerms = {
  name: "",
  points: "",
  expiresOn: "",
  reason: "",
  promotionName: "",
  budget: "",
  mostPerCustomer: "",
};

/** The terms as parts of the call's form; what is empty is left out. */
export const termParts = (terms: CampaignTerms): [string, string][] =>
  Object.entries(terms).flatMap(([name, value]) => {
    const text = String(value).trim();
    return text === "" ? [] : [[name, text] as [string, string]];
  });

/** What is still to be said before points can be given. */
export const missingTerms = (terms: CampaignTerms, mapping: Mapping): string[] => [
  ...(terms.name.trim() === "" ? ["a name"] : []),
  ...(Number(terms.points) > 0 || mapping.points !== undefined
    ? []
    : ["points for each, or a column of them"]),
  ...(terms.reason.trim() === "" ? ["a reason"] : []),
];

/** What every member of the file gets, and why. */
export const CampaignTermsForm = ({
  terms,
  onChange,
}: {
  terms: CampaignTerms;
  onChange: (terms: CampaignTerms) => void;
}) => {
  const text = (name: "name" | "reason" | "promotionName" | "expiresOn") => ({
    value: terms[name],
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      onChange({ ...terms, [name]: currentTarget.value }),
  });
  const points = (name: "points" | "budget" | "mostPerCustomer") => ({
    inputWrapperOrder: ["label", "input", "description", "error"] as (
      | "label"
      | "input"
      | "description"
      | "error"
    )[],
    min: 0,
    decimalScale: 3,
    value: terms[name],
    onChange: (value: number | string) => onChange({ ...terms, [name]: value }),
  });
  return (
    <Panel
      title="What each member gets"
      description="A member gets the points of one campaign name once, however often it is started"
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <TextInput label="Campaign" required maxLength={100} {...text("name")} />
          <NumberInput label="Points each" description="Where a row gives none" {...points("points")} />
          <TextInput
            type="date"
            label="Last day"
            description="As the program says when empty"
            inputWrapperOrder={["label", "input", "description", "error"]}
            {...text("expiresOn")}
          />
        </SimpleGrid>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NumberInput
            label="Budget"
            description="Points that this run gives at most; rows beyond it are rejected"
            {...points("budget")}
          />
          <NumberInput
            label="Most for one member"
            description="Rows with more points are rejected"
            {...points("mostPerCustomer")}
          />
        </SimpleGrid>
        <TextInput label="Reason" required maxLength={500} {...text("reason")} />
        <TextInput
          label="Promotion"
          description="Shown with the points; the campaign’s name when empty"
          maxLength={100}
          {...text("promotionName")}
        />
      </Stack>
    </Panel>
  );
};
