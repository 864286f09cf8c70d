export {
  addAmounts,
  formatDecimal,
  MAX_AMOUNT,
  type Millipoints,
  type Milliquantity,
  type Money,
  moneyScale,
  multiplyRatio,
  POINTS_SCALE,
  parseDecimal,
  QUANTITY_SCALE,
  type Rounding,
  toDecimal,
} from "./amounts.ts";
export { readBackup, writeBackup } from "./backup.ts";
export { type Batcher, createBatcher, type Outcome } from "./batcher.ts";
export { type Check, checkParties, type Finding, findings, MAX_FINDINGS } from "./checks.ts";
export { type Clock, fixedClock, systemClock } from "./clock.ts";
export { CSV_MARK, type CsvCell, type CsvDecimal, csvRows } from "./csv-text.ts";
export { createDb, type Db, type DbOptions, isDatabaseGone, StaleRead, type Tx } from "./db.ts";
export { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
export {
  type Envelope,
  envelopeFor,
  failureBody,
  failures,
  Issue,
  issue,
  OwnFailure,
  V1Failure,
  V2Failure,
  V2List,
  V3Failure,
} from "./envelopes.ts";
export { AppError, assert, defineErrors, type ErrorDetails } from "./errors.ts";
export { createHttp, type HttpOptions, type Server } from "./http.ts";
export { createIds, type Ids, type NextId } from "./ids.ts";
export { inTurn } from "./in-turn.ts";
export { createJobs, type Jobs, migrateJobs } from "./jobs.ts";
export { createLog, type Logger } from "./log.ts";
export { createMailer, type Mail, type MailAttachment, type Mailer, type MailPatience } from "./mail.ts";
export { MailFailure } from "./mail-failure.ts";
export { isMailAddress, type MailSettings, type MailVariables, parseMailSettings } from "./mail-settings.ts";
export { migrate } from "./migrate.ts";
export { decodeCursor, encodeCursor, isCursorTime } from "./paging.ts";
export { requestKeyOf } from "./request-key.ts";
export { rawSql, type Sql, sql } from "./sql.ts";
export { StartupError } from "./startup-error.ts";
export {
  endOfDayAfterMonths,
  formatIso,
  formatLedger,
  formatPlain,
  type Instant,
  isZone,
  type LocalTime,
  lastSecondOfDay,
  localDate,
  localTime,
  parseDateTime,
  startOfDay,
  zoneOffset,
} from "./time.ts";
export { type Body, isObject, isStorable } from "./values.ts";
