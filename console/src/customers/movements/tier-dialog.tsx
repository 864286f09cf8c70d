import {
  Alert,
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { newRequestKey } from "../../api/client.ts";
import { refresh } from "../../api/query.ts";
import type { Membership } from "../../api/types.ts";
import { programQuery } from "../../loyalty/queries.ts";
import { useOrganisation } from "../../shell/organisation.ts";
import { DateTime } from "../../ui/amounts.tsx";
import { CheckedForm } from "../../ui/checked-form.tsx";
import { placeError, required } from "../../ui/form-errors.ts";
import { tell } from "../../ui/notify.ts";

const ACTIONS = [
  { value: "UPGRADE", label: "Move up" },
  { value: "DOWNGRADE", label: "Move down" },
  { value: "RENEWAL", label: "Renew" },
  { value: "EXTEND_CURRENT_TIER_EXPIRY_DATE", label: "Move its end" },
];
const VALIDITIES = [
  { value: "AS_PER_TIER_STRATEGY", label: "As the program says" },
  { value: "CURRENT_TIER_EXPIRY_DATE", label: "To the end of the tier there is" },
  { value: "FIXED_DURATION", label: "For some days" },
  { value: "SPECIFIC_DATE", label: "To a day" },
];

interface Values {
  action: string;
  toTier: string;
  validity: string;
  days: number | string;
  date: string;
  reassess: boolean;
  reason: string;
}

const moves = ({ action }: Pick<Values, "action">): boolean => action === "UPGRADE" || action === "DOWNGRADE";

/** What would come of it, as the server tells it. */
interface Seen {
  readonly from: { readonly name: string };
  readonly to: { readonly name: string };
  readonly expiresAt: string | null;
  readonly reassess: boolean;
  readonly requestKey: string;
}

/** Moves a tier by hand in two steps: a form, then what it would come to; only the second is confirmed. */
export const TierDialog = ({
  memberId,
  membership,
  onClose,
}: {
  memberId: string;
  membership: Membership;
  onClose: () => void;
}) => {
  const { form, tiers, seen, busy, failure, look, act, back } = useTierDialog(memberId, membership, onClose);
  const { values } = form;
  return (
    <Modal
      opened
      onClose={onClose}
      title="Change tier"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack gap="md">
        {failure !== null && (
          <Alert color="clay" role="alert" variant="light">
            {failure}
          </Alert>
        )}
        {seen === null ? (
          <CheckedForm onSubmit={form.onSubmit(() => void look())}>
            <Stack gap="md">
              <Select
                label="What"
                data={ACTIONS}
                allowDeselect={false}
                data-autofocus
                {...form.getInputProps("action")}
              />
              {moves(values) && (
                <Select
                  label="To tier"
                  required
                  data={tiers
                    .filter(({ number }) =>
                      values.action === "UPGRADE"
                        ? number > membership.tier.number
                        : number < membership.tier.number,
                    )
                    .map(({ name }) => name)}
                  {...form.getInputProps("toTier")}
                />
              )}
              <Select
                label="It lasts"
                data={VALIDITIES}
                allowDeselect={false}
                {...form.getInputProps("validity")}
              />
              {values.validity === "FIXED_DURATION" && (
                <NumberInput
                  label="Days"
                  required
                  min={1}
                  allowDecimal={false}
                  {...form.getInputProps("days")}
                />
              )}
              {values.validity === "SPECIFIC_DATE" && (
                <TextInput type="date" label="Last day" required {...form.getInputProps("date")} />
              )}
              <Checkbox
                label="Let the next activity look at the tier anew"
                description="Otherwise it stands until it ends; purchases may still raise it"
                {...form.getInputProps("reassess", { type: "checkbox" })}
              />
              <Textarea
                label="Reason"
                description="Kept in the tier history with your name"
                required
                autosize
                minRows={2}
                maxLength={255}
                {...form.getInputProps("reason")}
              />
              <Group justify="flex-end" gap="xs">
                <Button variant="default" onClick={onClose}>
                  Cancel
                </Button>
                <Button type="submit" loading={busy}>
                  Preview
                </Button>
              </Group>
            </Stack>
          </CheckedForm>
        ) : (
          <>
            <Text>
              {seen.from.name === seen.to.name
                ? `Stays ${seen.to.name}`
                : `${seen.from.name} → ${seen.to.name}`}
              {seen.expiresAt === null ? (
                ", without an end"
              ) : (
                <>
                  , until <DateTime value={seen.expiresAt} show="date" />
                </>
              )}
              . {seen.reassess && "The next activity looks at it anew."}
            </Text>
            <Group justify="flex-end" gap="xs">
              <Button variant="default" disabled={busy} onClick={back}>
                Back
              </Button>
              <Button loading={busy} onClick={() => void act(seen)} data-autofocus>
                Change tier
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
};

const useTierDialog = (memberId: string, membership: Membership, onClose: () => void) => {
  const { api } = useOrganisation();
  const queryClient = useQueryClient();
  const { data: program } = useQuery(programQuery(api, String(membership.programId)));
  const form = useForm<Values>({
    initialValues: {
      action: membership.nextTier === null ? "DOWNGRADE" : "UPGRADE",
      toTier: membership.nextTier?.name ?? "",
      validity: "AS_PER_TIER_STRATEGY",
      days: "",
      date: "",
      reassess: false,
      reason: "",
    },
    validate: {
      toTier: (value, values) => (moves(values) && !value ? "Choose the tier" : null),
      days: (value, values) =>
        values.validity === "FIXED_DURATION" && !Number(value) ? "Enter how many" : null,
      date: (value, values) => (values.validity === "SPECIFIC_DATE" && !value ? "Choose the last day" : null),
      reason: required("Say why"),
    },
  });
  const [seen, setSeen] = useState<Seen | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const params = { id: memberId };
  const body = () => {
    const { action, toTier, validity, days, date, reassess, reason } = form.values;
    return {
      programId: membership.programId,
      action: action as "UPGRADE",
      validity: validity as "SPECIFIC_DATE",
      reassess,
      reason: reason.trim(),
      ...(moves(form.values) ? { toTier } : {}),
      ...(validity === "FIXED_DURATION" ? { days: Number(days) } : {}),
      ...(validity === "SPECIFIC_DATE" ? { date } : {}),
    };
  };
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      const placed = placeError(error, Object.keys(form.values));
      if (placed.general === null) setSeen(null);
      form.setErrors(placed.fields);
      setFailure(placed.general);
    } finally {
      setBusy(false);
    }
  };
  return {
    form,
    tiers: program?.definition?.tiers ?? [],
    seen,
    busy,
    failure,
    look: () =>
      attempt(async () => {
        const preview = await api.post("/api/customers/{id}/tier-adjustments/preview", {
          params,
          body: body(),
        });
        setSeen({ ...preview, requestKey: newRequestKey() });
      }),
    act: ({ requestKey }: Seen) =>
      attempt(async () => {
        await api.post("/api/customers/{id}/tier-adjustments", { params, body: body(), requestKey });
        await refresh(queryClient, api, `/customers/${memberId}`);
        tell("The tier was changed.");
        onClose();
      }),
    back: () => {
      setFailure(null);
      setSeen(null);
    },
  };
};
