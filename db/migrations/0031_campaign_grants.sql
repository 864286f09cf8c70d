-- Which campaign points were given by, so that a customer and everybody merged into them get those of one campaign once; and by
-- which import, so that one with a budget knows what it gave.
alter table points.adjustments
  add column campaign text not null default '',
  add column import_id bigint;
comment on column points.adjustments.campaign is 'Of kind campaign: its name in lower case.';
comment on column points.adjustments.import_id is 'Run of dataflows that gave the points.';
create index adjustments_by_import on points.adjustments (org_id, import_id) where import_id is not null;
