import type { Organisation } from "#orgs";
import { formatIso, QUANTITY_SCALE, toDecimal } from "#platform";
import type { ReturnOfBill } from "./reads.ts";

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

/** What a v2 bill says of its returns; `canceled` is documented, the rest is ours. */
export const returnDetailsOf = (organisation: Organisation, returns: readonly ReturnOfBill[]) => ({
  canceled: returns.some(({ returnType }) => returnType === "CANCELLED"),
  ...(returns.length === 0
    ? {}
    : {
        returnedAmount: toDecimal(sum(returns.map(({ amount }) => amount)), organisation.moneyScale),
        returns: returns.map(({ id, returnType, billedAt, amount }) => ({
          id,
          returnType,
          amount: toDecimal(amount, organisation.moneyScale),
          billingTime: formatIso(billedAt.getTime(), organisation.clusterTimeZone),
        })),
      }),
});

/** What a v2 line says of what went back of it; `isAnonymous`: of an anonymous bill. */
export const returnedLineOf = (
  organisation: Organisation,
  returns: readonly ReturnOfBill[],
  lineNo: number,
  isAnonymous: boolean,
) => {
  const parts = returns.flatMap((item) =>
    item.lines
      .filter(({ parentLineNo }) => parentLineNo === lineNo)
      .map((part) => ({
        id: part.lineNo,
        returnBillId: item.id,
        qty: toDecimal(part.quantity, QUANTITY_SCALE),
        amount: toDecimal(part.amount, organisation.moneyScale),
      })),
  );
  const details =
    parts.length === 0
      ? {}
      : {
          returnedQty: sum(parts.map(({ qty }) => qty)),
          returnedAmount: sum(parts.map(({ amount }) => amount)),
        };
  return {
    returnDetails: details,
    returnLineItemsDtos: isAnonymous ? [] : parts,
    niReturnLineItemsDtos: isAnonymous ? parts : [],
    niReturn: isAnonymous && parts.length > 0,
  };
};
