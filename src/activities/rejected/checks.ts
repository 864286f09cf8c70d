import type { Organisation } from "#orgs";
import { type Body, isObject } from "#platform";

/** Why a bill is parked: something that it names is not among the organisation's data. */
export interface Problem {
  /** 842 payment mode, 671 store or till, 91016 extended field. */
  readonly code: number;
  readonly message: string;
  readonly value: string;
  /** Nothing of the organisation's can put it right: the bill itself would have to be another. */
  readonly isPermanent: boolean;
}

/** The organisation asks that bills be held against its own data before they are processed. */
export const checksBills = (organisation: Organisation): boolean =>
  organisation.flag("CONF_TRANSACTION_SANITY_CHECK_ENABLE");

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value).trim() : "";

const unknownTenders = ({ paymentModes }: Organisation, body: Body): Problem[] => {
  if (!Array.isArray(body.paymentModes) || paymentModes.length === 0) return [];
  const known = new Set(
    paymentModes.filter(({ isActive }) => isActive).map(({ name }) => name.toLowerCase()),
  );
  const named = body.paymentModes.map((item: unknown) => (isObject(item) ? textOf(item.mode) : ""));
  return [...new Set(named)]
    .filter((mode) => mode !== "" && !known.has(mode.toLowerCase()))
    .map((mode) => ({
      code: 842,
      message: `The organisation has no payment mode ${mode.slice(0, 100)}.`,
      value: mode.slice(0, 250),
      isPermanent: false,
    }));
};

/** A till or store that the bill itself names as the place where it was made. */
const unknownPlace = (organisation: Organisation, { attribution }: Body): Problem[] => {
  const by = isObject(attribution) ? attribution.createdBy : undefined;
  if (!isObject(by)) return [];
  const [code, type] = [textOf(by.code), textOf(by.type).toUpperCase()];
  if (code === "" || (type !== "TILL" && type !== "STORE")) return [];
  const found = type === "TILL" ? organisation.tillByCode(code) : organisation.storeByCode(code);
  if (found !== null) return [];
  const message = `attribution: the organisation has no ${type.toLowerCase()} ${code.slice(0, 100)}.`;
  return [{ code: 671, message, value: code.slice(0, 250), isPermanent: false }];
};

/** Mandatory extended fields of bills without a value; whoever defined a list of values can still mend its own data. */
const missingFields = (organisation: Organisation, extended: Readonly<Record<string, unknown>>): Problem[] =>
  organisation
    .extendedFields("TRANSACTION")
    .filter(({ name, isMandatory }) => isMandatory && extended[name] === undefined)
    .map(({ name, dataType }) => ({
      code: 91016,
      message: `The mandatory extended field ${name} has no value that fits.`,
      value: name,
      isPermanent: dataType !== "enum",
    }));

/** What keeps a bill from being processed; nothing when the organisation does not ask. `extended` are its accepted fields. */
export const problemsOf = (
  organisation: Organisation,
  body: Body,
  extended: Readonly<Record<string, unknown>>,
): Problem[] =>
  checksBills(organisation)
    ? [
        ...unknownTenders(organisation, body),
        ...unknownPlace(organisation, body),
        ...missingFields(organisation, extended),
      ]
    : [];
