import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errors } from "./errors.ts";

/** Where uploaded files wait: `<data>/imports`. All processes that do background work see the same folder. */
export const uploadsFolder = (directory: string): string => join(directory, "imports");

/**
 * Stores an upload; it bears its name only when it is whole. Answers its path.
 * Errors: dataflows.upload_too_large (the stream says it was cut), dataflows.disk_full.
 */
export const saveUpload = async (
  directory: string,
  stream: Readable & { readonly truncated?: boolean },
  mostMegabytes: number,
): Promise<string> => {
  const folder = uploadsFolder(directory);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.csv`);
  const part = `${path}.part`;
  try {
    await pipeline(stream, createWriteStream(part, { mode: 0o600, flush: true }));
    if (stream.truncated === true) throw errors.upload_too_large({ most: mostMegabytes, field: "file" });
    await rename(part, path);
    return path;
  } catch (error) {
    await rm(part, { force: true });
    const { code } = error as { code?: string };
    if (code === "ENOSPC" || code === "EDQUOT") throw errors.disk_full();
    throw error;
  }
};

/** Removes an upload; that it is gone already is fine. */
export const removeUpload = (path: string): Promise<void> => rm(path, { force: true });
