import { expect, test } from "vitest";
import { type CampaignCommand, campaignOf } from "./campaign.ts";

const COMMAND: CampaignCommand = { org: "shop", name: "Spring", reason: "Thank you", map: [] };

test("the command line says what the form of the console says", () => {
  expect(campaignOf(COMMAND)).toEqual({
    kind: "campaign",
    mapping: undefined,
    options: { campaign: { name: "Spring", reason: "Thank you" } },
  });
  const command = {
    ...COMMAND,
    map: ["externalId=Who"],
    points: "50",
    expiresOn: "never",
    promotion: "May",
    budget: "1000.5",
    mostPerCustomer: "60",
    till: "shop.till1",
    decimal: ",",
  };
  expect(campaignOf(command)).toEqual({
    kind: "campaign",
    mapping: { externalId: "Who" },
    options: {
      defaultTill: "shop.till1",
      decimal: ",",
      campaign: {
        name: "Spring",
        reason: "Thank you",
        points: 50,
        expiresOn: "never",
        promotionName: "May",
        budget: 1000.5,
        mostPerCustomer: 60,
      },
    },
  });
});

test.each<[Partial<CampaignCommand>, string]>([
  [{ points: "many" }, "--points many is not a number."],
  [{ budget: "" }, "--budget  is not a number."],
  [{ mostPerCustomer: "1,5" }, "--most-per-customer 1,5 is not a number."],
  [{ decimal: ";" }, "--decimal ; is not known."],
  [{ map: ["=x"] }, "--map =x is not field=header."],
])("%j is refused with what to write instead", (changes, sentence) => {
  expect(() => campaignOf({ ...COMMAND, ...changes })).toThrow(expect.objectContaining({ sentence }));
});
