import { defineErrors } from "#platform";

/** Documented numbers where the dialect has one; ours from 70200 up. */
export const errors = defineErrors("identity", {
  no_credentials: {
    number: 401,
    http: 401,
    message: "The call carries no credentials; send Basic credentials of a till or an access token.",
  },
  bad_credentials: { number: 401, http: 401, message: "The credentials are wrong." },
  bad_token: {
    number: 401,
    http: 401,
    message: "The access token is not valid or has expired; generate another.",
  },
  token_refused: {
    number: 401,
    http: 401,
    message: "Failed to generate OAuth token: the key or the secret is wrong.",
  },
  locked: {
    number: 429,
    http: 429,
    message: "Too many failed sign-ins; try again in {retryAfterSeconds} seconds.",
  },
  busy: { number: 4001, http: 503, message: "Authorisation status is unavailable; try again in a moment." },
  denied: { number: 4000, http: 403, message: "Not authorized. Access is denied!" },
  foreign_page: {
    number: 70201,
    http: 403,
    message: "The call came from another site; changes are taken from the console itself only.",
  },
  not_signed_in: { number: 401, http: 401, message: "Sign in first: the session is missing or has ended." },
  no_organisation: {
    number: 1064,
    http: 400,
    message: "Name the organisation in the header X-CAP-API-AUTH-ORG-ID.",
  },
  foreign_organisation: { number: 1064, http: 403, message: "You do not work for organisation {id}." },
  lookup_type_missing: {
    number: 1061,
    http: 400,
    message: "X-CAP-API-ATTRIBUTION-LOOKUP-TYPE header required with X-CAP-API-ATTRIBUTION-LOOKUP header.",
  },
  bad_attribution: { number: 400, http: 400, message: "{message}" },
  inactive_till: { number: 401, http: 401, message: "The till {code} is not active." },
  unknown_till: { number: 3227, http: 404, message: "Till {id} does not exist." },
  unknown_client: { number: 70202, http: 404, message: "There is no API client {id}." },
  unknown_user: { number: 70203, http: 404, message: "There is no user {id}." },
  already_member: {
    number: 70204,
    http: 409,
    message: "email: {email} already works for this organisation.",
  },
  owner_only: { number: 4000, http: 403, message: "Only an owner may make, change or remove owners." },
  last_owner: { number: 70205, http: 409, message: "An organisation keeps at least one active owner." },
  shared_user: {
    number: 70206,
    http: 409,
    message: "{field}: this person also works for another organisation and changes it there alone.",
  },
  invalid: { number: 400, http: 400, message: "{message}" },
});
