import multipart from "@fastify/multipart";
import type { FastifyRequest } from "fastify";
import type { TSchema } from "typebox";
import { Check, Errors } from "typebox/value";
import type { Server } from "#platform";
import { errors } from "./errors.ts";
import type { Dataflows } from "./service.ts";

/** What a call with a file brought: the stored file and its text parts. */
export interface Received {
  readonly path: string;
  readonly fileName: string;
  readonly texts: Readonly<Record<string, string>>;
}

const MAX_FILE_BYTES = 4096 * 1024 * 1024;
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_TEXTS = 10;
const UNREADABLE = /^(Multipart: |Malformed |Unexpected end of |Unsupported content type)/;

/** Lets routes added to `server` take multipart bodies. */
export const acceptFiles = async (server: Server): Promise<void> => {
  await server.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      fileSize: MAX_FILE_BYTES,
      files: 1,
      fields: MAX_TEXTS,
      fieldSize: MAX_TEXT_BYTES,
      parts: MAX_TEXTS + 1,
    },
  });
};

/**
 * Reads a multipart call to its end, the file straight to disk, whatever the order of its parts.
 * Errors: dataflows.no_file, bad_part, upload_too_large, disk_full.
 */
const receive = async (request: FastifyRequest, dataflows: Dataflows): Promise<Received> => {
  if (!request.isMultipart()) throw errors.no_file({ field: "file" });
  let path: string | null = null;
  let fileName = "";
  const texts: Record<string, string> = {};
  try {
    for await (const part of request.parts()) {
      if (part.type === "file") {
        if (part.fieldname !== "file" || path !== null) {
          part.file.resume();
          throw errors.bad_part({ field: part.fieldname.slice(0, 60), expected: "left out" });
        }
        path = await dataflows.receive(part.file);
        fileName = part.filename;
      } else if (part.valueTruncated) {
        throw errors.bad_part({ field: part.fieldname.slice(0, 60), expected: "shorter than 256 KB" });
      } else if (typeof part.value === "string") texts[part.fieldname] = part.value;
    }
    if (path === null) throw errors.no_file({ field: "file" });
    return { path, fileName, texts };
  } catch (error) {
    if (path !== null) await dataflows.dropUpload(path);
    // The parser of forms throws plain errors for what it cannot read.
    if (error instanceof Error && UNREADABLE.test(error.message))
      throw errors.bad_part({ field: "The body", expected: "a complete multipart form with its boundary" });
    throw error;
  }
};

/** A text part as JSON; undefined when it is absent or empty. Errors: dataflows.bad_part. */
export const jsonPart = (texts: Received["texts"], field: string): unknown => {
  const text = texts[field];
  if (text === undefined || text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw errors.bad_part({ field, expected: "JSON" });
  }
};

/** A part that does not fit its shape is refused like a body that does not. Errors: dataflows.invalid. */
export const checked = <T>(shape: TSchema, value: unknown, field: string): T => {
  if (Check(shape, value)) return value as T;
  const first = Errors(shape, value)[0];
  const where = `${field}${(first?.instancePath ?? "").replaceAll("/", ".")}`;
  throw errors.invalid({ field: where, message: `${where}: ${first?.message ?? "is not acceptable"}.` });
};

/** Takes a call's file and works with it; whatever happens after it arrived, it does not stay behind unless it is kept. */
export const withFile = async <T>(
  request: FastifyRequest,
  dataflows: Dataflows,
  work: (received: Received) => Promise<{ readonly answer: T; readonly keeps: boolean }>,
): Promise<T> => {
  const received = await receive(request, dataflows);
  let keeps = false;
  try {
    const done = await work(received);
    keeps = done.keeps;
    return done.answer;
  } finally {
    if (!keeps) await dataflows.dropUpload(received.path);
  }
};
