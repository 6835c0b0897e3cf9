// The members as of an instant by json-rules-engine: facts of each user are folded from the lines,
// then the engine decides the six segments of each. The lines are in order of time.
//   NODE_PATH=FOLDER node rules.cjs EVENTS.jsonl T_MS     prints "segment\tuser" lines
const fs = require('fs');
const {Engine} = require('json-rules-engine');

const DAY = 86400000;
const [path, at] = [process.argv[2], Number(process.argv[3])];

const facts_of = new Map();

function no_facts() {
  return {
    now: 0, told: [], any: null, cart: null, login: null, ignored: null, clicked: null,
    case_study: false, started: false, skipped: false, completed: false, invited: false,
    views: [], login_days: new Map(), waiting: [], unclicked: 0, points: 0,
    plan: null, plan_at: 0, plan_by: '',
  };
}

/// Opens that wait for their click: those more than a day old at `now` have none.
function count_unclicked(f, now) {
  let old = 0;
  while (old < f.waiting.length && f.waiting[old] + DAY < now) ++old;
  f.unclicked += old;
  f.waiting.splice(0, old);
}

const on = {
  'Page Viewed'(f, now, properties) {
    if (!(properties.path ?? '').startsWith('/pricing')) return;
    f.points += 5;
    f.views.push(now);
    if (f.views.length > 3) f.views.shift();
  },
  'Demo Replayed'(f) { f.points += 4; },
  'Teammate Invited'(f) { f.points += 6; f.invited = true; },
  'Onboarding Started'(f) { f.started = true; },
  'Onboarding Completed'(f) { f.completed = true; },
  'Onboarding Step Skipped'(f, now, properties) {
    f.points -= 3;
    if (properties.step === 2) f.skipped = true;
  },
  'Email Opened'(f, now, properties) {
    if (properties.campaign === 'case_study') f.case_study = true;
    count_unclicked(f, now);
    if (f.clicked !== now && f.waiting.at(-1) !== now) f.waiting.push(now);
  },
  'Email Link Clicked'(f, now) { count_unclicked(f, now); f.waiting = []; f.clicked = now; },
  'Feature Launch Ignored'(f, now) { f.ignored = now; },
  'Product Added'(f, now) { f.cart = now; },
  'Signed In'(f, now) { f.login = now; f.login_days.set(Math.floor(now / DAY), now); },
};

function take(line) {
  const call = JSON.parse(line);
  const now = Date.parse(call.timestamp);
  if (now > at) return;
  let f = facts_of.get(call.userId);
  if (!f) facts_of.set(call.userId, f = no_facts());
  if (f.now !== now) [f.now, f.told] = [now, []];
  if (f.told.includes(call.messageId)) return;  // a copy
  f.told.push(call.messageId);
  if (call.type === 'identify') {
    if (!('plan' in (call.traits ?? {}))) return;
    // Of several at one instant the one with the greatest messageId is the newest.
    if (f.plan_at === now && f.plan_by > call.messageId) return;
    [f.plan, f.plan_at, f.plan_by] = [call.traits.plan ?? '', now, call.messageId];
    return;
  }
  f.any = now;
  on[call.type === 'page' ? 'Page Viewed' : call.event]?.(f, now, call.properties ?? {});
}

function read_all() {
  const file = fs.openSync(path, 'r');
  const block = Buffer.alloc(1 << 22);
  let rest = Buffer.alloc(0);
  for (let got; (got = fs.readSync(file, block)) > 0;) {
    const bytes = Buffer.concat([rest, block.subarray(0, got)]);
    const end = bytes.lastIndexOf(10) + 1;
    for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line) take(line);
    rest = bytes.subarray(end);
  }
}

function in_words(f) {
  return {
    views: f.views.filter(t => t > at - 2 * DAY).length, case_study: f.case_study,
    started: f.started, skipped: f.skipped, completed: f.completed, invited: f.invited,
    login_days: [...f.login_days.values()].filter(t => t > at - 10 * DAY).length,
    last_login: f.login ?? Infinity, last_ignored: f.ignored ?? -1,
    last_any: f.any ?? -1, last_cart: f.cart ?? Infinity,
    points: f.points - f.unclicked - f.waiting.filter(t => t <= at - DAY).length,
    plan: f.plan ?? '',
  };
}

const is = (fact, value) => ({fact, operator: 'equal', value});
const least = (fact, value) => ({fact, operator: 'greaterThanInclusive', value});
const most = (fact, value) => ({fact, operator: 'lessThanInclusive', value});

const SEGMENTS = {
  high_intent: [least('views', 3), is('case_study', true)],
  activation_stalled: [is('started', true), is('skipped', true), is('completed', false)],
  power_user: [least('login_days', 7), is('invited', true)],
  churn_risk: [most('last_login', at - 7 * DAY), least('last_ignored', at - 30 * DAY + 1)],
  silent_cart: [is('last_any', {fact: 'last_cart'}), most('last_cart', at - 3 * DAY)],
  hot_free: [least('points', 20), is('plan', 'free')],
};

async function main() {
  read_all();
  const engine = new Engine();
  for (const [type, all] of Object.entries(SEGMENTS)) {
    engine.addRule({conditions: {all}, event: {type}});
  }
  const out = [];
  for (const [user, f] of facts_of) {
    const {events} = await engine.run(in_words(f));
    for (const {type} of events) out.push(`${type}\t${user}`);
  }
  fs.writeSync(1, out.join('\n') + '\n');
}

main();
