import type { Webhook } from "../api/types.ts";

/** What the server shows in place of a header's value, and takes as "as it was". */
export const MASK = "********";

/** Sources of which every identifier can be told. */
export const SOURCES = [
  "INSTORE",
  "ECOMMERCE",
  "WEBSITE",
  "MOBILE_APP",
  "WEB_ENGAGE",
  "WECHAT",
  "LINE",
  "FACEBOOK",
  "MARTJACK",
  "TMALL",
  "TAOBAO",
  "JD",
  "MAPP_SDK",
];

export interface HeaderValue {
  /** Tells rows apart while they are typed. */
  key: string;
  name: string;
  value: string;
}

export interface WebhookValues {
  name: string;
  webHookUrl: string;
  methodType: "POST" | "PUT";
  active: boolean;
  maxAllowedConnections: number | string;
  eventNames: string[];
  headers: HeaderValue[];
  customerIdentifiersToBeEnriched: string[];
  tillDetailsEnrichmentEnabled: boolean;
  storeDetailsEnrichmentEnabled: boolean;
  awardedReferenceEnrichmentEnabled: boolean;
  availablePointsBalanceEnrichmentEnabled: boolean;
}

let made = 0;
export const newHeader = (name = "", value = ""): HeaderValue => ({ key: `h${++made}`, name, value });

export const webhookValues = (webhook: Webhook | null): WebhookValues => ({
  name: webhook?.name ?? "",
  webHookUrl: webhook?.webHookUrl ?? "",
  methodType: webhook?.methodType ?? "POST",
  active: webhook?.active ?? true,
  maxAllowedConnections: webhook?.maxAllowedConnections ?? 5,
  eventNames: webhook?.eventNames ?? [],
  headers: Object.entries(webhook?.webHookHeaders ?? {}).map(([name, value]) => newHeader(name, value)),
  customerIdentifiersToBeEnriched: webhook?.customerIdentifiersToBeEnriched ?? ["INSTORE"],
  tillDetailsEnrichmentEnabled: webhook?.tillDetailsEnrichmentEnabled ?? true,
  storeDetailsEnrichmentEnabled: webhook?.storeDetailsEnrichmentEnabled ?? true,
  awardedReferenceEnrichmentEnabled: webhook?.awardedReferenceEnrichmentEnabled ?? false,
  availablePointsBalanceEnrichmentEnabled: webhook?.availablePointsBalanceEnrichmentEnabled ?? false,
});

/** What to send. Rows of headers that were left empty say nothing; the limit that nobody sees here stays as it was. */
export const webhookBody = ({ headers, ...values }: WebhookValues, webhook: Webhook | null) => ({
  ...values,
  name: values.name.trim(),
  webHookUrl: values.webHookUrl.trim(),
  webHookType: "HTTP",
  webHookHeaders: Object.fromEntries(
    headers.filter(({ name }) => name.trim() !== "").map(({ name, value }) => [name.trim(), value]),
  ),
  ...(webhook === null || webhook.slaInSeconds === null ? {} : { slaInSeconds: webhook.slaInSeconds }),
});
