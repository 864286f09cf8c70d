import { Group, TagsInput, Text, TextInput } from "@mantine/core";
import { EntityCodesPicker } from "../../admin/entity-codes-picker.tsx";
import type { Places, Scope } from "../../api/programs.ts";
import type { EntityType } from "../../api/types.ts";
import { FieldProblem } from "../fields.tsx";
import { withPart } from "../with-part.ts";
import { ifAny, withMoment } from "./scope.ts";
import styles from "./workflow.module.css";

const KINDS = {
  stores: { type: "STORE", label: "stores" },
  zones: { type: "ZONE", label: "zones" },
  concepts: { type: "CONCEPT", label: "concepts" },
} as const satisfies Record<string, { type: EntityType; label: string }>;
type Kind = keyof typeof KINDS;

/** Sources that the platform itself knows; others can be typed. */
const SOURCES = ["INSTORE", "ECOMMERCE", "WEB_ENGAGE", "WECHAT"];

/** Where and when a set runs: all that is given must hold. */
export const ScopeEditor = ({
  scope,
  problem,
  onChange,
}: {
  scope: Scope;
  /** About a field below the scope, such as `stores.include`. */
  problem: (name: string) => string | undefined;
  onChange: (scope: Scope | undefined) => void;
}) => {
  const change = (part: { [Key in keyof Scope]?: Scope[Key] | undefined }) =>
    onChange(ifAny(withPart(scope, part)));
  const changePlaces = (kind: Kind, part: Places) => {
    const places: Places = { ...scope[kind], ...part };
    const kept = withPart(places, {
      include: places.include?.length === 0 ? undefined : places.include,
      exclude: places.exclude?.length === 0 ? undefined : places.exclude,
    });
    change({ [kind]: ifAny(kept) });
  };
  const sourceProblem = scope.sources?.map((_, index) => problem(`sources[${index}]`)).find(Boolean);
  return (
    <fieldset className={styles.branch}>
      <legend className={styles.legend}>
        Only
        <Text span size="xs" c="dimmed" ml={8}>
          All that is given must hold; nothing given: everywhere and always
        </Text>
      </legend>
      <div className={styles.fields}>
        <Moment
          label="From"
          value={scope.from}
          onChange={(from) => change({ from })}
          error={problem("from")}
        />
        <Moment
          label="Until"
          help="a day counts to its end"
          value={scope.to}
          onChange={(to) => change({ to })}
          error={problem("to")}
        />
        {(Object.keys(KINDS) as Kind[]).map((kind) => (
          <div key={kind} className={styles.pair}>
            <EntityCodesPicker
              type={KINDS[kind].type}
              label={`In ${KINDS[kind].label}`}
              placeholder={scope[kind]?.include === undefined ? "All" : ""}
              value={scope[kind]?.include ?? []}
              onChange={(include) => changePlaces(kind, { include })}
              error={problem(`${kind}.include`) ?? problem(kind)}
            />
            <EntityCodesPicker
              type={KINDS[kind].type}
              label={`Not in ${KINDS[kind].label}`}
              placeholder={scope[kind]?.exclude === undefined ? "None left out" : ""}
              value={scope[kind]?.exclude ?? []}
              onChange={(exclude) => changePlaces(kind, { exclude })}
              error={problem(`${kind}.exclude`)}
            />
          </div>
        ))}
        <TagsInput
          label="For bills from the sources"
          placeholder={scope.sources === undefined ? "All" : ""}
          data={SOURCES}
          value={scope.sources ?? []}
          onChange={(sources) => change({ sources: sources.length === 0 ? undefined : sources })}
          error={problem("sources") ?? sourceProblem}
          clearable
        />
      </div>
      <FieldProblem>{problem("")}</FieldProblem>
    </fieldset>
  );
};

/** A day, with a time where one is wanted. */
const Moment = ({
  label,
  help,
  value,
  onChange,
  error,
}: {
  label: string;
  help?: string;
  value: string | undefined;
  onChange: (moment: string | undefined) => void;
  error: string | undefined;
}) => {
  const [day = "", time = ""] = (value ?? "").split("T");
  return (
    <Group gap="xs" align="flex-start" wrap="nowrap">
      <TextInput
        type="date"
        label={`${label} the day`}
        flex={1}
        miw={0}
        value={day}
        onChange={({ currentTarget }) => onChange(withMoment(currentTarget.value, time))}
        error={error}
        {...(help === undefined ? {} : { description: help, inputWrapperOrder: WRAPPED })}
      />
      <TextInput
        type="time"
        label="at"
        aria-label={`${label}, at the time`}
        w={110}
        value={time.slice(0, 5)}
        disabled={day === ""}
        onChange={({ currentTarget }) => onChange(withMoment(day, currentTarget.value))}
      />
    </Group>
  );
};

const WRAPPED: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];
