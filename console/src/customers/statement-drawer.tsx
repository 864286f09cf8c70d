import { Button, Drawer, FocusTrap, Group, Menu, Select, Skeleton, Stack } from "@mantine/core";
import { IconChevronDown, IconDownload, IconFileText, IconMail } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useOrganisation } from "../shell/organisation.ts";
import { useFormat } from "../ui/format-context.tsx";
import { monthsBack } from "../ui/months.ts";
import { tell, tellError } from "../ui/notify.ts";
import { ErrorState } from "../ui/states.tsx";
import { customerQuery, statementPageQuery } from "./queries.ts";

const route = getRouteApi("/$org/members/$memberId/loyalty");

const IN_MENU = 6;
const MOST_MONTHS = 120;

/** Months that a statement can be of, newest first: from the one in which the member registered to this one. */
const useMonths = (): string[] => {
  const { api } = useOrganisation();
  const { memberId } = route.useParams();
  const format = useFormat();
  const { data } = useQuery(customerQuery(api, memberId));
  const current = format.dayOf(new Date()).slice(0, 7);
  const first = data === undefined ? current : format.dayOf(data.registeredAt).slice(0, 7);
  return monthsBack(current, MOST_MONTHS).filter((month) => month >= first || month === current);
};

/** Opens the statement of a month. */
export const StatementMenu = () => {
  const months = useMonths();
  const navigate = route.useNavigate();
  const format = useFormat();
  const open = (statement: string) =>
    void navigate({ search: (previous) => ({ ...previous, statement }), resetScroll: false });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconFileText size={16} stroke={1.5} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Statement
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {months.slice(0, IN_MENU).map((month) => (
          <Menu.Item key={month} onClick={() => open(month)}>
            {format.chartDay(month)}
          </Menu.Item>
        ))}
        {months.length > IN_MENU && <Menu.Item onClick={() => open(months[IN_MENU]!)}>Earlier…</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
};

/** A member's month as they get it, with the month to choose and the files to save. */
export const StatementDrawer = ({ month }: { month: string }) => {
  const { api, may } = useOrganisation();
  const { memberId } = route.useParams();
  const navigate = route.useNavigate();
  const format = useFormat();
  const months = useMonths();
  const { data, error, refetch } = useQuery(statementPageQuery(api, memberId, month));
  const save = useMutation({
    mutationFn: (kind: "pdf" | "html") =>
      api.download(
        "/api/customers/{id}/statement",
        { id: memberId },
        `statement-${memberId}-${month}.${kind}`,
        { month, format: kind },
      ),
    onError: tellError,
  });
  const mail = useMutation({
    mutationFn: () =>
      api.post("/api/customers/{id}/statement/mail", { params: { id: memberId }, body: { month } }),
    onSuccess: ({ email }) =>
      tell(`The statement goes to ${email}. The mailbox in Activity shows what becomes of it.`),
    onError: tellError,
  });
  const go = (statement: string | undefined) =>
    void navigate({
      search: (previous) => ({ ...previous, statement }),
      resetScroll: false,
      replace: statement !== undefined,
    });
  const download = (kind: "pdf" | "html") => (
    <Button
      variant={kind === "pdf" ? "filled" : "default"}
      loading={save.isPending && save.variables === kind}
      disabled={data === undefined}
      leftSection={<IconDownload size={16} stroke={1.5} aria-hidden />}
      onClick={() => save.mutate(kind)}
    >
      {kind === "pdf" ? "PDF" : "HTML"}
    </Button>
  );
  return (
    <Drawer
      opened
      onClose={() => go(undefined)}
      size={860}
      padding="lg"
      title="Statement"
      closeButtonProps={{ "aria-label": "Close" }}
      transitionProps={{ duration: 120 }}
      styles={{
        title: { fontWeight: 600, fontSize: 18 },
        content: { display: "flex", flexDirection: "column" },
        body: { flex: 1, display: "flex", flexDirection: "column", minHeight: 0 },
      }}
    >
      <FocusTrap.InitialFocus />
      <Stack gap="md" style={{ flex: 1, minHeight: 0 }}>
        <Group justify="space-between" align="flex-end">
          <Select
            label="Month"
            w={170}
            data={[...new Set([...months, month])].map((value) => ({ value, label: format.chartDay(value) }))}
            value={month}
            onChange={(value) => value !== null && go(value)}
            allowDeselect={false}
          />
          <Group gap="xs">
            {may("Points:write") && (
              <Button
                variant="default"
                loading={mail.isPending}
                disabled={data === undefined}
                leftSection={<IconMail size={16} stroke={1.5} aria-hidden />}
                onClick={() => mail.mutate()}
              >
                E-mail
              </Button>
            )}
            {download("html")}
            {download("pdf")}
          </Group>
        </Group>
        {error !== null && data === undefined ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <Skeleton style={{ flex: 1, minHeight: 420 }} radius="md" />
        ) : (
          // The page is the server's own, but a member's name is in it: it may neither run nor load anything.
          <iframe
            title={`Statement of ${format.chartDay(month)}`}
            sandbox=""
            srcDoc={data}
            style={{
              flex: 1,
              minHeight: 420,
              width: "100%",
              border: "1px solid var(--fealty-line)",
              borderRadius: "var(--mantine-radius-md)",
              background: "#fff",
            }}
          />
        )}
      </Stack>
    </Drawer>
  );
};
