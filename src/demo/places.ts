import { hash } from "./people.ts";

export interface DemoStore {
  readonly code: string;
  readonly name: string;
  readonly concept: string;
  readonly zone: string;
  readonly address: string;
  readonly tills: number;
}

export const CONCEPTS = [
  { code: "grocerymart", name: "GroceryMart", description: "Food and household" },
  { code: "techstore", name: "TechStore", description: "Electronics" },
  { code: "fashionstores", name: "FashionStores", description: "Clothes and gifts" },
] as const;

export const ZONES = [
  { code: "north", name: "North" },
  { code: "midlands", name: "Midlands" },
  { code: "south", name: "South" },
  { code: "london", name: "London" },
] as const;

const store = (
  code: string,
  name: string,
  concept: string,
  zone: string,
  address: string,
  tills: number,
): DemoStore => ({ code, name, concept, zone, address, tills });

export const STORES: readonly DemoStore[] = [
  store("gm-leeds", "GroceryMart Leeds Headrow", "grocerymart", "north", "The Headrow, Leeds", 2),
  store(
    "gm-newcastle",
    "GroceryMart Newcastle Quayside",
    "grocerymart",
    "north",
    "Quayside, Newcastle upon Tyne",
    1,
  ),
  store(
    "gm-birmingham",
    "GroceryMart Birmingham New Street",
    "grocerymart",
    "midlands",
    "New Street, Birmingham",
    2,
  ),
  store("gm-bristol", "GroceryMart Bristol Harbourside", "grocerymart", "south", "Harbourside, Bristol", 1),
  store("gm-camden", "GroceryMart Camden Lock", "grocerymart", "london", "Camden Lock, London", 2),
  store("ts-manchester", "TechStore Manchester Deansgate", "techstore", "north", "Deansgate, Manchester", 2),
  store(
    "ts-nottingham",
    "TechStore Nottingham Old Market",
    "techstore",
    "midlands",
    "Old Market Square, Nottingham",
    1,
  ),
  store("ts-brighton", "TechStore Brighton Lanes", "techstore", "south", "The Lanes, Brighton", 1),
  store("ts-holborn", "TechStore London Holborn", "techstore", "london", "High Holborn, London", 2),
  store("fs-york", "FashionStores York Stonegate", "fashionstores", "north", "Stonegate, York", 1),
  store("fs-bath", "FashionStores Bath Milsom Street", "fashionstores", "south", "Milsom Street, Bath", 1),
  store(
    "fs-oxford-circus",
    "FashionStores Oxford Circus",
    "fashionstores",
    "london",
    "Oxford Circus, London",
    2,
  ),
];

/** Codes of tills are unique over all organisations, so they begin with the organisation's. */
export const tillCode = (storeCode: string, number: number): string => `abc.${storeCode}.${number}`;

/** One purchase in so many happens away from home. */
const AWAY = 6;

/** The till of an invoice: mostly of the customer's home store, sometimes of a second one; anonymous invoices fall anywhere. */
export const tillOf = (customerNumber: string | null, invoiceNumber: string): string => {
  const byInvoice = hash(`invoice ${invoiceNumber}`);
  let place = byInvoice;
  if (customerNumber !== null) {
    const away = byInvoice % AWAY === 0;
    place = hash(`${away ? "second" : "home"} ${customerNumber}`);
  }
  const chosen = STORES[place % STORES.length]!;
  return tillCode(chosen.code, 1 + ((byInvoice >>> 8) % chosen.tills));
};
