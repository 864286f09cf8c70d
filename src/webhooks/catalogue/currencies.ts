import { Type } from "typebox";
import { eventsOf } from "./event-type.ts";
import { Day, Decimal, Flag, fields, Id, KeyValues, Millis, ofProgram, Text, whom } from "./shapes.ts";

const currency = eventsOf("Alternate currencies");

const named = { alternateCurrencyName: Text, alternateCurrencyIdentifier: Text };
const current = {
  programCurrentAlternateCurrencies: Decimal,
  programLifetimeAlternateCurrencies: Decimal,
};
const promotion = { promotionIdentifier: Text, promotionType: Text };
const Returned = Type.Array(fields({ promotionAlternateCurrencies: Decimal }, promotion));

const Issued = fields(
  { alternateCurrencyIdentifier: Text, totalAlternateCurrenciesIssued: Decimal },
  {
    alternateCurrencyName: Text,
    ...current,
    regularAlternateCurrenciesIssued: Decimal,
    regularAlternateCurrenciesBreakup: Type.Array(
      fields({ alternateCurrencies: Decimal }, { expiryAt: Day }),
    ),
    promotionalAlternateCurrenciesIssued: Type.Array(
      fields(
        { promotionAlternateCurrencies: Decimal },
        { ...promotion, promotionName: Text, promotionAlternateCurrenciesExpiryDate: Day },
      ),
    ),
    promisedAlternateCurrenciesIssued: Type.Array(
      fields(
        { promisedAlternateCurrencies: Decimal },
        {
          isExternalTriggerBased: Flag,
          promisedAlternateCurrenciesConversionDate: Day,
          promotionIdentifier: Text,
        },
      ),
    ),
  },
);

const Reversed = fields(
  { alternateCurrencyIdentifier: Text, totalAlternateCurrenciesReversed: Decimal },
  {
    alternateCurrencyName: Text,
    ...current,
    regularAlternateCurrenciesReversed: Decimal,
    promisedAlternateCurrenciesReversed: Decimal,
    promotionalAlternateCurrenciesReversed: Returned,
    currentEventTotalAlternateCurrenciesReturned: Decimal,
    currentEventRegularAlternateCurrenciesReturned: Decimal,
    currentEventPromisedAlternateCurrenciesReturned: Decimal,
    currentEventPromotionAlternateCurrenciesReturnedDetails: Returned,
  },
);

const Value = fields(
  { alternateCurrencyIdentifier: Text },
  { alternateCurrencyName: Text, alternateCurrencyValue: Decimal },
);
const Breakup = Type.Array(
  fields(
    { alternateCurrencyValue: Decimal },
    { ...named, programId: Id, promotionId: Id, promotionName: Text },
  ),
);

export const CURRENCY_EVENTS = [
  currency(
    "alternateCurrenciesIssued",
    "A customer was given units of another currency than points.",
    fields({ ...whom, alternateCurrencies: Type.Array(Issued) }, ofProgram),
    ["transaction.added", "points.granted"],
  ),
  currency(
    "issuedAlternateCurrenciesReversed",
    "A return took back units of another currency that its bill had earned.",
    fields({ ...whom, alternateCurrencies: Type.Array(Reversed) }, ofProgram),
    ["transaction.returned"],
  ),
  currency(
    "promisedToCurrentAlternateCurrencyConversion",
    "Promised units of another currency became regular.",
    fields(
      {
        ...whom,
        alternateCurrencyConverted: Type.Array(Value),
        alternateCurrencyConversionSource: Type.String({ examples: ["systemTrigger"] }),
      },
      {
        ...ofProgram,
        eventDateTime: Type.String({ examples: ["2026-01-01 09:35:00"] }),
        billId: Id,
        eventLogId: Id,
        earningAlternateCurrencyReference: Type.Array(
          fields(
            { name: Text },
            { enteredAt: Millis, alternateCurrencyConverted: Decimal, ...named, identifiers: KeyValues },
          ),
        ),
        alternateCurrencyConvertedBreakup: Type.Array(
          fields(
            { entityName: Text },
            {
              alternateCurrencyEntityDetails: fields(
                {},
                {
                  ...named,
                  alternateCurrencyValue: Decimal,
                  id: Id,
                  billNumber: Text,
                  itemCode: Text,
                  billDate: Millis,
                },
              ),
              promotionalAlternateCurrencyBreakup: Breakup,
              nonPromotionalAlternateCurrencyBreakup: Breakup,
            },
          ),
        ),
      },
    ),
    ["points.converted"],
  ),
];
