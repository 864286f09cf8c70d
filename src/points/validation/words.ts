import type { Language } from "#messages";

/** What the letter that tells a one-time code says. `{…}` are places for values. */
export interface CodeWords {
  readonly subject: string;
  readonly intro: string;
  readonly validUntil: string;
  readonly caution: string;
}

export const CODE_WORDS: Readonly<Record<Language, CodeWords>> = {
  en: {
    subject: "Your code for using points at {brand}",
    intro: "This is your code for using {points} points at {brand}. Please say it at the till:",
    validUntil: "It can be used once, until {time}.",
    caution:
      "If you did not want to use points just now, ignore this message and tell the code to nobody. Nobody from {brand} will ever call or write to you to ask for it.",
  },
  de: {
    subject: "Ihr Code zum Einlösen von Punkten bei {brand}",
    intro:
      "Dies ist Ihr Code, um bei {brand} {points} Punkte zu verwenden. Bitte nennen Sie ihn an der Kasse:",
    validUntil: "Er gilt einmal, bis {time}.",
    caution:
      "Wenn Sie gerade keine Punkte verwenden wollten, ignorieren Sie diese Nachricht und nennen Sie den Code niemandem. Niemand von {brand} wird Sie anrufen oder Ihnen schreiben, um danach zu fragen.",
  },
  fr: {
    subject: "Votre code pour utiliser des points chez {brand}",
    intro: "Voici votre code pour utiliser {points} points chez {brand}. Indiquez-le à la caisse :",
    validUntil: "Il est valable une seule fois, jusqu’au {time}.",
    caution:
      "Si vous ne vouliez pas utiliser de points à l’instant, ignorez ce message et ne communiquez ce code à personne. Personne de {brand} ne vous appellera ni ne vous écrira pour vous le demander.",
  },
  es: {
    subject: "Su código para usar puntos en {brand}",
    intro: "Este es su código para usar {points} puntos en {brand}. Indíquelo en la caja:",
    validUntil: "Sirve una sola vez, hasta el {time}.",
    caution:
      "Si no quería usar puntos en este momento, ignore este mensaje y no le diga el código a nadie. Nadie de {brand} le llamará ni le escribirá para pedírselo.",
  },
  it: {
    subject: "Il Suo codice per usare i punti da {brand}",
    intro: "Questo è il Suo codice per usare {points} punti da {brand}. Lo comunichi alla cassa:",
    validUntil: "Vale una sola volta, fino al {time}.",
    caution:
      "Se in questo momento non voleva usare punti, ignori questo messaggio e non comunichi il codice a nessuno. Nessuno di {brand} La chiamerà o Le scriverà per chiederlo.",
  },
  pt: {
    subject: "O seu código para usar pontos em {brand}",
    intro: "Este é o seu código para usar {points} pontos em {brand}. Indique-o na caixa:",
    validUntil: "Serve uma única vez, até {time}.",
    caution:
      "Se não queria usar pontos neste momento, ignore esta mensagem e não diga o código a ninguém. Ninguém de {brand} lhe telefonará ou escreverá a pedi-lo.",
  },
  nl: {
    subject: "Uw code om punten te gebruiken bij {brand}",
    intro: "Dit is uw code om {points} punten te gebruiken bij {brand}. Noem hem aan de kassa:",
    validUntil: "Hij geldt één keer, tot {time}.",
    caution:
      "Wilde u nu geen punten gebruiken? Negeer dan dit bericht en geef de code aan niemand. Niemand van {brand} zal u bellen of schrijven om ernaar te vragen.",
  },
};
