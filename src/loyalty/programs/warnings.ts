import { isObject } from "#platform";
import type { Problem } from "./problems.ts";

/** How one-time codes reach members of the organisation. */
export interface CodeDelivery {
  /** Value of CONF_POINTS_VALIDATION_CODE_DELIVERY. */
  readonly by: string;
  readonly hasMailServer: boolean;
}

const SETTING = "CONF_POINTS_VALIDATION_CODE_DELIVERY";
const OTHERWISE = `every redemption is refused until the setting ${SETTING}`;

/** What keeps codes from every member; null: nothing does. */
const obstacle = ({ by, hasMailServer }: CodeDelivery): string | null => {
  if (by === "mailbox") return null;
  if (by !== "email")
    return `asks for a code that reaches nobody: ${OTHERWISE} says email, or mailbox to tell codes by hand.`;
  return hasMailServer
    ? null
    : `asks for a code that goes by e-mail, and this server has no mail server: ${OTHERWISE} says mailbox, or FEALTY_SMTP_URL names one.`;
};

/** What a definition needs of the organisation and does not find there: it can be published, and will not do what it says. */
export const definitionWarnings = (definition: unknown, delivery: CodeDelivery): Problem[] => {
  const message = obstacle(delivery);
  // A draft may hold anything.
  const redemption = isObject(definition) ? definition.redemption : null;
  const asks = isObject(redemption) && redemption.needsValidationCode === true;
  return asks && message !== null ? [{ path: "redemption.needsValidationCode", message }] : [];
};
