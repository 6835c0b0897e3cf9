"""JSON lines into the table of question.py, in the words of each database."""

DUCK_LOAD = """
create table call as select
  coalesce("type", 'track') as kind, userId as usr,
  case when "type" = 'identify' then '' when "type" = 'page' then 'Page Viewed'
       else event end as name,
  epoch_ms("timestamp"::timestamp) as ts, messageId as mid,
  coalesce(properties->>'path', '') as path, coalesce(properties->>'campaign', '') as campaign,
  case when cast(properties->'step' as varchar) in ('2', '2.0') then 1 else 0 end as two,
  case when json_type(traits, '$.plan') is not null then 1 else 0 end as has_plan,
  coalesce(traits->>'plan', '') as plan
from read_json('{events}', format = 'newline_delimited', columns = {{
  type: 'VARCHAR', event: 'VARCHAR', userId: 'VARCHAR', "timestamp": 'VARCHAR',
  messageId: 'VARCHAR', properties: 'JSON', traits: 'JSON'}})"""

COLUMNS = ("type String, event String, userId String, timestamp String, messageId String, "
           "properties String, traits String")

CLICK_LOAD = """
create table call engine = MergeTree order by (usr, ts) as select
  if(type = '', 'track', type) as kind, userId as usr,
  multiIf(type = 'identify', '', type = 'page', 'Page Viewed', event) as name,
  toUnixTimestamp64Milli(parseDateTime64BestEffort(timestamp, 3, 'UTC')) as ts, messageId as mid,
  JSONExtractString(properties, 'path') as path,
  JSONExtractString(properties, 'campaign') as campaign,
  JSONExtractRaw(properties, 'step') in ('2', '2.0') as two,
  JSONHas(traits, 'plan') as has_plan, JSONExtractString(traits, 'plan') as plan
from file('{events}', JSONEachRow, '{columns}')"""

SQLITE_LOAD = """
.bail on
create table line(text);
.mode ascii
.separator "\\037" "\\n"
.import '{events}' line
create table call as select
  coalesce(text ->> '$.type', 'track') as kind, text ->> '$.userId' as usr,
  case text ->> '$.type' when 'identify' then '' when 'page' then 'Page Viewed'
       else text ->> '$.event' end as name,
  cast(strftime('%s', text ->> '$.timestamp') as integer) * 1000
      + cast(substr(text ->> '$.timestamp', 21, 3) as integer) as ts,
  text ->> '$.messageId' as mid, coalesce(text ->> '$.properties.path', '') as path,
  coalesce(text ->> '$.properties.campaign', '') as campaign,
  case when json_type(text, '$.properties.step') in ('integer', 'real')
        and text ->> '$.properties.step' = 2 then 1 else 0 end as two,
  json_type(text, '$.traits.plan') is not null as has_plan,
  coalesce(text ->> '$.traits.plan', '') as plan
from line;
.mode list
.separator "\\t" "\\n"
{question};
"""

# The lines have no byte 1 or 2, so as CSV with these each is one field as it stands.
POSTGRES_LOAD = """
create unlogged table line(text jsonb);
\\copy line from '{events}' with (format csv, quote e'\\x01', delimiter e'\\x02')
create unlogged table call as select
  coalesce(text ->> 'type', 'track') as kind, text ->> 'userId' as usr,
  case text ->> 'type' when 'identify' then '' when 'page' then 'Page Viewed'
       else text ->> 'event' end as name,
  (extract(epoch from (text ->> 'timestamp')::timestamptz) * 1000)::bigint as ts,
  text ->> 'messageId' as mid, coalesce(text -> 'properties' ->> 'path', '') as path,
  coalesce(text -> 'properties' ->> 'campaign', '') as campaign,
  case when text -> 'properties' -> 'step' = '2' then 1 else 0 end as two,
  case when text -> 'traits' ? 'plan' then 1 else 0 end as has_plan,
  coalesce(text -> 'traits' ->> 'plan', '') as plan
from line;
analyze call;
{question};
"""
