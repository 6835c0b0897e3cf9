"""The question of examples/02-saas-lifecycle as of one instant, in SQL.

A peer offers a table `call` of one row a line with the columns

    kind      identify, track or page          usr    userId
    name      the event's name, '' of identify ts     epoch milliseconds
    mid       messageId, 24 bytes              path, campaign
    two       1 if properties.step is the number 2
    has_plan  1 if the call names traits.plan  plan   its text, or ''

and the SQL below gives (segment, usr), which must be what `seg members` says. Timestamps of the
workload have 13 digits and its messageIds 20 bytes, so the newest plan is a greatest text.
"""

import re

DAY = 86_400_000

SEGMENTS = {
    "high_intent": "views48 >= 3 and case_study = 1",
    "activation_stalled": "started = 1 and skipped_two = 1 and completed = 0",
    "power_user": "login_days >= 7 and invited > 0",
    "churn_risk": "last_login is not null and last_login <= {at} - 7 * {day} and ignored30 >= 1",
    "silent_cart":
        "last_cart is not null and last_any = last_cart and last_cart <= {at} - 3 * {day}",
    "hot_free": "points - unclicked >= 20 and plan = 'free'",
}

CALLS = """
calls as (
  select distinct kind, usr, name, ts, mid, path, campaign, two, has_plan, plan
  from call where ts <= {at}
),
mails as (
  select usr, ts, name,
         min(case when name = 'Email Link Clicked' then ts end)
             over (partition by usr order by ts range between current row and unbounded following)
             as clicked
  from calls where name in ('Email Opened', 'Email Link Clicked')
),
opens as (
  select usr, count(distinct ts) as unclicked from mails
  where name = 'Email Opened' and ts <= {at} - {day} and (clicked is null or clicked > ts + {day})
  group by usr
),
facts as (
  select usr,
    max(case when kind <> 'identify' then ts end) as last_any,
    max(case when name = 'Product Added' then ts end) as last_cart,
    max(case when name = 'Signed In' then ts end) as last_login,
    sum(case when name = 'Page Viewed' and path like '/pricing%' and ts > {at} - 2 * {day}
        then 1 else 0 end) as views48,
    max(case when name = 'Email Opened' and campaign = 'case_study' then 1 else 0 end)
        as case_study,
    max(case when name = 'Onboarding Started' then 1 else 0 end) as started,
    max(case when name = 'Onboarding Step Skipped' and two = 1 then 1 else 0 end) as skipped_two,
    max(case when name = 'Onboarding Completed' then 1 else 0 end) as completed,
    count(distinct case when name = 'Signed In' and ts > {at} - 10 * {day}
          then {floor_day} end) as login_days,
    sum(case when name = 'Teammate Invited' then 1 else 0 end) as invited,
    sum(case when name = 'Feature Launch Ignored' and ts > {at} - 30 * {day} then 1 else 0 end)
        as ignored30,
    sum(case when name = 'Page Viewed' and path like '/pricing%' then 5
             when name = 'Demo Replayed' then 4
             when name = 'Teammate Invited' then 6
             when name = 'Onboarding Step Skipped' then -3 else 0 end) as points,
    substr(max(case when has_plan = 1 then {newest_plan} else '' end), 34) as plan
  from calls group by usr
)"""


def question(at, floor_day, newest_plan):
    """SQL for an instant in milliseconds; the two expressions differ from dialect to dialect."""
    words = {"at": at, "day": DAY, "floor_day": floor_day, "newest_plan": newest_plan}
    arms = [f"select '{name}' as segment, usr from state where {where.format(**words)}"
            for name, where in SEGMENTS.items()]
    sql = (f"with {CALLS.format(**words)},\nstate as (select facts.*, coalesce(unclicked, 0) as "
           "unclicked from facts left join opens on facts.usr = opens.usr)\n"
           + "\nunion all ".join(arms))
    # Bounds as numbers: a product of days and milliseconds is too large for 32 bits.
    sql = re.sub(rf"{at} - (\d+) \* {DAY}", lambda found: str(at - int(found[1]) * DAY), sql)
    return sql.replace(f"{at} - {DAY}", str(at - DAY))
