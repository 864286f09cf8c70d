import { Avatar, Badge, Box, Breadcrumbs, Card, Group, Skeleton, Text, Title, Tooltip } from "@mantine/core";
import { IconAt, IconDeviceMobile, IconId } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ComponentType } from "react";
import type { Customer } from "../api/types.ts";
import { useOrganisation } from "../shell/organisation.ts";
import { DateTime } from "../ui/amounts.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { initialsOf } from "../ui/format.ts";
import { TextLink } from "../ui/links.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { MemberActions } from "./member-actions.tsx";
import { BalanceFact, ExpiringFact, PurchasesFact, TierFact } from "./member-facts.tsx";
import classes from "./member-header.module.css";
import {
  distinctIdentifiers,
  identifierName,
  identifierText,
  memberName,
  plainWords,
  statusTone,
} from "./names.ts";
import { balancesQuery, membershipsQuery } from "./queries.ts";

/** Who it is: names, identifiers, tier, points, and where and when they registered. */
export const MemberHeader = ({
  customer,
  memberId,
}: {
  customer: Customer | undefined;
  memberId: string;
}) => {
  const { api } = useOrganisation();
  const memberships = useQuery(membershipsQuery(api, memberId));
  const balances = useQuery(balancesQuery(api, memberId));
  return (
    <Box>
      <Breadcrumbs separator="/" mb="sm" fz="sm" separatorMargin={6}>
        <TextLink from="/$org" to="/$org/members" size="sm">
          Members
        </TextLink>
        <Text c="dimmed" size="sm">
          {customer ? memberName(customer) : "…"}
        </Text>
      </Breadcrumbs>
      <Card padding={0}>
        {customer ? <Identity customer={customer} /> : <IdentitySkeleton />}
        <div className={classes.facts}>
          <BalanceFact balances={balances.data?.items} error={balances.error} />
          <TierFact memberships={memberships.data?.items} error={memberships.error} />
          <ExpiringFact balances={balances.data?.items} />
          <PurchasesFact memberships={memberships.data?.items} />
        </div>
      </Card>
    </Box>
  );
};

const Identity = ({ customer }: { customer: Customer }) => {
  const name = memberName(customer);
  const { registeredAt, registeredStore, registeredTill } = customer;
  return (
    <Group p="lg" gap="lg" align="flex-start" wrap="nowrap">
      <Avatar size={56} color="pine" visibleFrom="xs" aria-hidden>
        {initialsOf(name)}
      </Avatar>
      <Box miw={0} style={{ flex: 1 }}>
        <Group gap="xs">
          <Title order={1}>{name}</Title>
          <StatusBadge tone={statusTone(customer.status)}>{plainWords(customer.status)}</StatusBadge>
          {customer.isDemo && (
            <Tooltip label="Made up by a generator for the demonstration">
              <Badge color="gray">Demo</Badge>
            </Tooltip>
          )}
        </Group>
        <Identifiers customer={customer} />
        <Text c="dimmed" size="sm" mt={6}>
          Registered <DateTime value={registeredAt} show="date" />
          {registeredStore && <> at {registeredStore.name}</>}
          {registeredTill && <> ({registeredTill.name || registeredTill.code})</>}
          {" · "}
          {plainWords(customer.loyaltyType)} · id {customer.id}
        </Text>
      </Box>
      <MemberActions customer={customer} />
    </Group>
  );
};

const ICONS: Record<string, ComponentType<{ size: number; stroke: number }>> = {
  mobile: IconDeviceMobile,
  email: IconAt,
};

const Identifiers = ({ customer }: { customer: Customer }) => (
  <Group gap="2px 20px" mt={6}>
    {distinctIdentifiers(customer.identifiers).map(({ type, value, sources }) => {
      const Icon = ICONS[type.toLowerCase()] ?? IconId;
      return (
        <Group key={`${type}:${value}`} gap={6} wrap="nowrap" maw="100%">
          <Tooltip label={`${identifierName(type)}, from ${sources.join(", ")}`}>
            <Box c="dimmed" lh={0} role="img" aria-label={identifierName(type)}>
              <Icon size={16} stroke={1.6} />
            </Box>
          </Tooltip>
          <CopyText
            value={identifierText(type, value)}
            label={identifierName(type).toLowerCase()}
            size="sm"
          />
        </Group>
      );
    })}
  </Group>
);

const IdentitySkeleton = () => (
  <Group p="lg" gap="lg" align="flex-start" wrap="nowrap">
    <Skeleton circle h={56} visibleFrom="xs" />
    <Box style={{ flex: 1 }}>
      <Skeleton h={24} w={220} mt={3} />
      <Skeleton h={14} w={340} maw="100%" mt={12} />
      <Skeleton h={14} w={280} maw="100%" mt={10} />
    </Box>
  </Group>
);
