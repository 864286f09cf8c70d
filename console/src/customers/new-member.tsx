import { Card } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { refresh } from "../api/query.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { ButtonLink, TextLink } from "../ui/links.tsx";
import { tell, tellWarning } from "../ui/notify.ts";
import { Page } from "../ui/page.tsx";
import { MemberForm } from "./member-form.tsx";
import { EMPTY_MEMBER } from "./member-values.ts";

/** Registers a member by hand. */
export const NewMember = () => {
  const { api, organisation } = useOrganisation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const save = async (values: Record<string, unknown>) => {
    const { id, warnings } = await api.post("/api/customers", { body: values });
    tell("The member was added.");
    for (const { message } of warnings) tellWarning(message);
    await refresh(queryClient, api, "/customers");
    await navigate({
      to: "/$org/members/$memberId",
      params: { org: organisation.code.toLowerCase(), memberId: String(id) },
    });
  };
  return (
    <Page
      title="Add a member"
      description="A mobile number, an e-mail address or an external id makes the member known at the till."
      width={720}
      trail={[
        <TextLink key="members" from="/$org" to="/$org/members" size="sm">
          Members
        </TextLink>,
      ]}
    >
      <Card>
        <MemberForm
          draftKey={`${organisation.id}:new-member`}
          initial={EMPTY_MEMBER}
          action="Add member"
          withIdentifiers
          onSave={save}
          footer={
            <ButtonLink from="/$org" to="/$org/members" variant="subtle" color="gray">
              Cancel
            </ButtonLink>
          }
        />
      </Card>
    </Page>
  );
};
