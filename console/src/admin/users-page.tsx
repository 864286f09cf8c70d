import { Button, Card, PasswordInput, Select, Switch, Text, TextInput, UnstyledButton } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import type { Role, User } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { type Column, DataTable } from "../ui/data-table.tsx";
import { required } from "../ui/form-errors.ts";
import { ListFooter } from "../ui/list-footer.tsx";
import { tell } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { EmptyState } from "../ui/states.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { usePaging } from "../ui/use-paging.ts";
import { FormDrawer } from "./form-drawer.tsx";
import { PAGE_SIZE, usersQuery } from "./queries.ts";
import { useSave } from "./use-save.ts";

const route = getRouteApi("/$org/admin/users");

const ROLES: { value: Role; label: string; text: string }[] = [
  { value: "care_agent", label: "Care agent", text: "Looks members up, corrects their data and points" },
  { value: "marketer", label: "Marketer", text: "Edits programs, imports files, reads everything" },
  { value: "admin", label: "Admin", text: "Everything, except what concerns owners" },
  { value: "owner", label: "Owner", text: "Everything, and decides on other owners" },
];

const columnsOf = (open: (id: number) => void): Column<User>[] => [
  {
    header: "Name",
    leads: true,
    cell: ({ id, name, email }) => (
      <UnstyledButton className="row-link" fw={500} onClick={() => open(id)}>
        {name || email}
      </UnstyledButton>
    ),
  },
  { header: "E-mail", cell: ({ email }) => email },
  { header: "Role", cell: ({ role }) => ROLES.find(({ value }) => value === role)?.label ?? role },
  { header: "Since", wideOnly: true, cell: ({ createdAt }) => <DateTime value={createdAt} show="date" /> },
  {
    header: "State",
    cell: ({ isActive }) => (
      <StatusBadge tone={isActive ? "good" : "quiet"}>{isActive ? "Active" : "Inactive"}</StatusBadge>
    ),
  },
];

/** People who use this console. */
export const UsersPage = () => {
  const { api, may } = useOrganisation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...usersQuery(api, search.after),
    placeholderData: keepPreviousData,
  });
  const paging = usePaging(search);
  const edited = data?.items.find(({ id }) => id === search.edit);
  const close = () =>
    void navigate({ search: (previous) => ({ ...previous, add: undefined, edit: undefined }) });
  return (
    <Page
      title="Users"
      description="People who may use this console, and what each may do."
      actions={
        may("User:write") && (
          <Button
            leftSection={<IconPlus size={16} stroke={1.6} aria-hidden />}
            onClick={() => void navigate({ search: (previous) => ({ ...previous, add: "1" }) })}
          >
            Add a person
          </Button>
        )
      }
    >
      <Card padding={0}>
        <DataTable
          label="Users"
          columns={columnsOf((id) => void navigate({ search: (previous) => ({ ...previous, edit: id }) }))}
          rows={data?.items}
          rowKey={({ id }) => id}
          error={error}
          onRetry={() => void refetch()}
          stale={isPlaceholderData}
          skeletonRows={3}
          empty={<EmptyState icon={IconUsers} title="Nobody yet" />}
        />
        <ListFooter list={data} paging={search} pageSize={PAGE_SIZE} {...paging} />
      </Card>
      {(search.add !== undefined || edited !== undefined) && (
        <UserForm key={edited?.id ?? "new"} user={edited ?? null} onClose={close} />
      )}
    </Page>
  );
};

interface UserValues {
  name: string;
  email: string;
  password: string;
  role: Role;
  isActive: boolean;
}

/** What to send of a change: only what differs, and a password only when one was typed. */
const changeOf = (values: UserValues, user: User): Partial<UserValues> => ({
  ...(values.name === user.name ? {} : { name: values.name }),
  ...(values.role === user.role ? {} : { role: values.role }),
  ...(values.isActive === user.isActive ? {} : { isActive: values.isActive }),
  ...(values.password === "" ? {} : { password: values.password }),
});

const UserForm = ({ user, onClose }: { user: User | null; onClose: () => void }) => {
  const { api, may } = useOrganisation();
  const form = useForm<UserValues>({
    initialValues: {
      name: user?.name ?? "",
      email: user?.email ?? "",
      password: "",
      role: user?.role ?? "care_agent",
      isActive: user?.isActive ?? true,
    },
    validate: {
      name: required("Enter a name"),
      email: required("Enter an e-mail address"),
      ...(user === null ? { password: required("Enter a password of at least 8 characters") } : {}),
    },
  });
  const { save, busy, failure } = useSave(
    form,
    ["name", "email", "password", "role", "isActive"],
    ["/users"],
  );
  const submit = async (values: UserValues) => {
    const { isActive: _, ...added } = values;
    const done = await save(() =>
      user === null
        ? api.post("/api/users", { body: added })
        : api.put("/api/users/{id}", { params: { id: user.id }, body: changeOf(values, user) }),
    );
    if (done === undefined) return;
    tell(user === null ? "The person was added." : "The person was changed.");
    onClose();
  };
  return (
    <FormDrawer
      title={user === null ? "Add a person" : user.name || user.email}
      action={user === null ? "Add" : "Save"}
      busy={busy}
      failure={failure}
      readOnly={!may("User:write")}
      isNew={user === null}
      onSubmit={form.onSubmit((values) => void submit(values))}
      onClose={onClose}
    >
      <UserFields form={form} user={user} />
    </FormDrawer>
  );
};

const UserFields = ({ form, user }: { form: UseFormReturnType<UserValues>; user: User | null }) => (
  <>
    <TextInput
      label="Name"
      required
      data-autofocus={user === null || undefined}
      {...form.getInputProps("name")}
    />
    <TextInput
      label="E-mail"
      description={user === null ? "What the person signs in with" : undefined}
      type="email"
      required
      disabled={user !== null}
      {...form.getInputProps("email")}
    />
    <Select
      label="Role"
      allowDeselect={false}
      data={ROLES.map(({ value, label }) => ({ value, label }))}
      description={ROLES.find(({ value }) => value === form.values.role)?.text}
      {...form.getInputProps("role")}
    />
    <PasswordInput
      label={user === null ? "Password" : "New password"}
      description={
        user === null ? "At least 8 characters" : "Empty to keep the present one; a new one ends all sessions"
      }
      autoComplete="new-password"
      required={user === null}
      {...form.getInputProps("password")}
    />
    {user !== null && (
      <>
        <Switch label="Active" {...form.getInputProps("isActive", { type: "checkbox" })} />
        {!form.values.isActive && user.isActive && (
          <Text size="sm" c="var(--fealty-loss)">
            All sessions of {user.name} end at once.
          </Text>
        )}
      </>
    )}
  </>
);
