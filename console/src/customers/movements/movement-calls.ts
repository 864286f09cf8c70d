import type { ApiClient, Params, PathOf } from "../../api/client.ts";
import type { MovementPreview } from "../../api/types.ts";

/** Asks what a movement would come to, and does it, once per key. */
export interface MovementCalls {
  readonly preview: (body: object) => Promise<MovementPreview>;
  readonly confirm: (body: object, requestKey: string) => Promise<unknown>;
}

/** Paths that move points and, with `/preview` behind them, say what that would come to. */
type MovementPath = {
  [P in PathOf<"post">]: `${P}/preview` extends PathOf<"post"> ? P : never;
}[PathOf<"post">];

/** The two calls of a movement, which differ by the end of their path. */
export const callsOf = (api: ApiClient, path: MovementPath, params: Params): MovementCalls => ({
  preview: (body) =>
    api.post(`${path}/preview` as "/api/customers/{id}/redemptions/preview", { params, body }),
  confirm: (body, requestKey) => api.post(path, { params, body, requestKey }),
});
