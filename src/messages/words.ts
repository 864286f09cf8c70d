import type { Language } from "./language.ts";

/** What every letter says, whatever it is about. `{…}` are places for values. */
export interface LetterWords {
  readonly greeting: string;
  readonly greetingWithoutName: string;
  readonly customerNumber: string;
  readonly why: string;
}

export const LETTER_WORDS: Readonly<Record<Language, LetterWords>> = {
  en: {
    greeting: "Hello {name},",
    greetingWithoutName: "Hello,",
    customerNumber: "Customer number",
    why: "You get this message because you are a member at {brand}.",
  },
  de: {
    greeting: "Guten Tag {name},",
    greetingWithoutName: "Guten Tag,",
    customerNumber: "Kundennummer",
    why: "Sie erhalten diese Nachricht, weil Sie bei {brand} Mitglied sind.",
  },
  fr: {
    greeting: "Bonjour {name},",
    greetingWithoutName: "Bonjour,",
    customerNumber: "Numéro de client",
    why: "Vous recevez ce message car vous êtes membre chez {brand}.",
  },
  es: {
    greeting: "Hola, {name}:",
    greetingWithoutName: "Hola:",
    customerNumber: "Número de cliente",
    why: "Recibe este mensaje porque es miembro de {brand}.",
  },
  it: {
    greeting: "Buongiorno {name},",
    greetingWithoutName: "Buongiorno,",
    customerNumber: "Numero cliente",
    why: "Riceve questo messaggio perché è iscritto a {brand}.",
  },
  pt: {
    greeting: "Olá {name},",
    greetingWithoutName: "Olá,",
    customerNumber: "Número do cliente",
    why: "Recebe esta mensagem porque é membro de {brand}.",
  },
  nl: {
    greeting: "Beste {name},",
    greetingWithoutName: "Beste klant,",
    customerNumber: "Klantnummer",
    why: "U ontvangt dit bericht omdat u lid bent bij {brand}.",
  },
};
