import { type TObject, type TProperties, type TSchema, Type } from "typebox";

/** Shapes that payloads of several events share. A field without a value is absent or null: receivers take both. */

/** May be absent or null. */
export const maybe = <Shape extends TSchema>(shape: Shape) => Type.Optional(Type.Union([shape, Type.Null()]));

export const Id = Type.Integer({ examples: [1201] });
export const Text = Type.String({ examples: ["text"] });
/** Points and amounts, as decimal numbers. */
export const Decimal = Type.Number({ examples: [120.5] });
export const Millis = Type.Integer({ description: "Milliseconds since 1970 UTC", examples: [1767260100000] });
export const Day = Type.String({ description: "YYYY-MM-DD", examples: ["2027-03-31"] });
export const Flag = Type.Boolean({ examples: [true] });

/** An object all of whose fields may be missing, but for those in `required`. */
export const fields = <Optional extends TProperties, Required extends TProperties>(
  required: Required,
  optional: Optional,
) =>
  Type.Object({
    ...required,
    ...(Object.fromEntries(
      Object.entries(optional).map(([name, shape]) => [name, maybe(shape as TSchema)]),
    ) as { [Name in keyof Optional]: ReturnType<typeof maybe<Optional[Name]>> }),
  });

export const KeyValue = fields(
  { key: Type.String({ examples: ["size"] }) },
  { value: Type.String({ examples: ["M"] }) },
);
export const KeyValues = Type.Array(KeyValue);

const Account = fields(
  {},
  {
    accountId: Text,
    identifiers: Type.Array(
      fields(
        {
          identifierType: Type.String({ examples: ["email"] }),
          identifierValue: Type.String({ examples: ["mira@example.org"] }),
        },
        {},
      ),
    ),
  },
);
const OtherSource = Type.Object({ accounts: Type.Array(Account) });

/** Sources by the names that payloads give them. */
export const SOURCE_NAMES: Readonly<Record<string, string>> = {
  WECHAT: "wechat",
  WEB_ENGAGE: "web_engage",
  ECOMMERCE: "ecommerce",
  FACEBOOK: "facebook",
  LINE: "line",
  MARTJACK: "martjack",
  WEBSITE: "website",
  TMALL: "tmall",
  TAOBAO: "toabao",
  JD: "jd",
  MOBILE_APP: "mobile_app",
  MAPP_SDK: "mapp_sdk",
};

const otherSources = Object.fromEntries(
  Object.values(SOURCE_NAMES).map((name) => [name, maybe(OtherSource)]),
);

export const CustomerIdentifiers = Type.Object({
  customerId: maybe(Type.Integer({ examples: [9001] })),
  firstName: maybe(Type.String({ examples: ["Mira"] })),
  lastName: maybe(Type.String({ examples: ["Sol"] })),
  loyaltyType: maybe(Type.String({ examples: ["loyalty"] })),
  instore: maybe(
    fields(
      {},
      {
        id: Id,
        mobile: Type.String({ examples: ["4915550001"] }),
        email: Type.String({ examples: ["mira@example.org"] }),
        externalId: Type.String({ examples: ["M-1"] }),
        cardnumber: Type.String({ examples: ["C-1"] }),
        cardexternalid: Text,
        cardNumbers: Type.Array(Type.String({ examples: ["C-1"] })),
      },
    ),
  ),
  ...otherSources,
});

const Place = { code: Type.String({ examples: ["t.01"] }), name: Type.String({ examples: ["Till 1"] }) };
export const EnteredBy = fields(
  {},
  {
    id: Id,
    user: fields({}, { username: Text }),
    till: fields({}, Place),
    store: fields(
      {},
      {
        code: Type.String({ examples: ["s.01"] }),
        name: Type.String({ examples: ["Harbour"] }),
        externalId: Text,
        externalId1: Text,
        externalId2: Text,
      },
    ),
  },
);

export const EntityInformation = fields(
  { entityType: Type.String({ examples: ["USER"] }), entityId: Type.Integer({ examples: [9001] }) },
  {},
);

export const TriggeringActivity = fields(
  {},
  {
    name: Type.String({ examples: ["TransactionAdd"] }),
    identifiers: KeyValues,
    enteredBy: EnteredBy,
    entityInformation: EntityInformation,
    additionalAttributes: KeyValues,
  },
);

export const ProgramDetails = fields(
  { id: Id },
  {
    name: Type.String({ examples: ["Rewards"] }),
    isDefault: Flag,
    pointsToCurrencyRatio: Type.Number({ examples: [0.01] }),
    tiers: Type.Array(
      fields(
        { tierNumber: Type.Integer({ examples: [1] }) },
        { tierName: Type.String({ examples: ["Silver"] }) },
      ),
    ),
  },
);

/** The customer whom an event is about. */
export const whom = { customerIdentifiers: CustomerIdentifiers };
/** What set it off. */
export const why = { triggeringActivity: TriggeringActivity };
export const entity = { entityInformation: EntityInformation };
export const program = { loyaltyProgramId: Id, loyaltyProgramDetails: ProgramDetails };
/** What most events of a program begin with. */
export const ofProgram = { ...entity, ...why, ...program };

export type PayloadShape = TObject;
