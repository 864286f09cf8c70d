import { resolve } from "node:path";
import type { NewImport } from "#dataflows";
import { type FileCommand, mappingOf, readFile, usage } from "./read-file.ts";

export interface CampaignCommand extends FileCommand {
  readonly name: string;
  readonly reason: string;
  readonly points?: string;
  readonly expiresOn?: string;
  readonly promotion?: string;
  readonly budget?: string;
  readonly mostPerCustomer?: string;
  readonly till?: string;
  readonly decimal?: string;
}

const numberOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw usage(`--${option} ${text} is not a number.`, `Write for example --${option} 50`);
  return value;
};

/** A campaign's run as the options of the command line say. */
export const campaignOf = (command: CampaignCommand): NewImport => {
  const { name, reason, expiresOn, promotion, till, decimal } = command;
  if (decimal !== undefined && decimal !== "." && decimal !== ",")
    throw usage(`--decimal ${decimal} is not known.`, "Use --decimal . or --decimal ,");
  const points = numberOf("points", command.points);
  const budget = numberOf("budget", command.budget);
  const mostPerCustomer = numberOf("most-per-customer", command.mostPerCustomer);
  return {
    kind: "campaign",
    mapping: mappingOf(command.map),
    options: {
      ...(till === undefined ? {} : { defaultTill: till }),
      ...(decimal === undefined ? {} : { decimal }),
      campaign: {
        name,
        reason,
        ...(points === undefined ? {} : { points }),
        ...(expiresOn === undefined ? {} : { expiresOn }),
        ...(promotion === undefined ? {} : { promotionName: promotion }),
        ...(budget === undefined ? {} : { budget }),
        ...(mostPerCustomer === undefined ? {} : { mostPerCustomer }),
      },
    },
  };
};

/** Gives points of a campaign to the customers of a file; a customer gets those of one name once, however often it is started. */
export const giveCampaign = (file: string, command: CampaignCommand): Promise<void> =>
  readFile(resolve(file), command, campaignOf(command));
