'use strict';
// The page of Relay.Fast. Everything that mail or peers had a hand in is put into the page as text, never as markup.

const byId = id => document.getElementById(id);
const series = ['accepted', 'delivered', 'deferred', 'bounced', 'rejected'];
let span = 'hour';
let latest = null;
let canChange = false;
let next = null;
let searches = 0;

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

function shape(name, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(text, act, className) {
  const made = element('button', className || 'small', text);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
}

function cell(name, value, className) {
  const made = element('td', className, value);
  made.dataset.name = name;
  return made;
}

function count(number) {
  if (number >= 1e6) return (number / 1e6).toFixed(1) + ' M';
  if (number >= 1e4) return (number / 1e3).toFixed(1) + ' k';
  return number.toLocaleString('en');
}

function rate(number) {
  return number >= 100 ? Math.round(number).toLocaleString('en') : number >= 10 ? number.toFixed(1) : number.toFixed(number ? 2 : 0);
}

function octets(number) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (number >= 1024 && unit < units.length - 1) { number /= 1024; unit++; }
  return (unit && number < 10 ? number.toFixed(1) : Math.round(number)) + ' ' + units[unit];
}

function age(seconds) {
  if (!seconds) return '–';
  if (seconds < 60) return Math.round(seconds) + ' s';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min';
  if (seconds < 86400) return Math.floor(seconds / 3600) + ' h ' + Math.floor(seconds % 3600 / 60) + ' min';
  return Math.floor(seconds / 86400) + ' d ' + Math.floor(seconds % 86400 / 3600) + ' h';
}

function clock(text) {
  const date = new Date(text);
  const time = date.toLocaleTimeString('en-GB');
  return date.toDateString() === new Date().toDateString() ? time
    : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' }) + ' ' + time;
}

function say(text) {
  const toast = byId('toast');
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { toast.hidden = true; }, 4000);
}

async function get(path) {
  const answer = await fetch(path, { cache: 'no-store' });
  if (!answer.ok) throw new Error((await answer.text()).trim() || answer.statusText);
  return answer.json();
}

const token = () => sessionStorage.getItem('token');

async function act(path, done) {
  const answer = await fetch(path, { method: 'POST', headers: { Authorization: 'Bearer ' + token() } });
  if (answer.status === 401) {
    sessionStorage.removeItem('token');
    showAdmin();
  }
  if (!answer.ok) {
    say((await answer.text()).trim());
    return;
  }
  say(typeof done === 'function' ? done(await answer.json()) : done);
  refresh();
  search();
}

function confirmThen(title, text, ok, then) {
  const dialog = byId('confirm-dialog');
  byId('confirm-title').textContent = title;
  byId('confirm-text').textContent = text;
  byId('confirm-ok').textContent = ok;
  dialog.returnValue = '';
  dialog.onclose = () => { if (dialog.returnValue === 'ok') then(); };
  dialog.showModal();
}

function showAdmin() {
  const unlocked = canChange && token() !== null;
  byId('unlock').hidden = !canChange;
  byId('unlock').textContent = unlocked ? 'Lock' : 'Unlock';
  byId('flush-all').hidden = !unlocked;
  document.body.dataset.admin = unlocked ? 'yes' : 'no';
}

// Throughput: one line per series over equal spans of time, in events per second; drawn in the plot's own pixels.
function plot() {
  const holder = byId('plot');
  const width = Math.max(240, holder.clientWidth), height = width < 560 ? 176 : 240;
  const left = 40, right = 8, bottom = 22, top = 8;
  const perPoint = span === 'hour' ? 60 : 1;
  const data = latest.throughput[span];
  const rates = Object.fromEntries(series.map(name => [name, data[name].map(n => n / perPoint)]));
  const points = rates.accepted.length;
  const ceiling = niceCeiling(Math.max(...series.flatMap(name => rates[name])));
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, height, role: 'img' });
  svg.append(shape('title', {}, `Events per second over the last ${span}`));
  const x = i => left + (width - left - right) * i / (points - 1);
  const y = v => height - bottom - (height - bottom - top) * v / ceiling;
  for (let i = 0; i <= 4; i++) {
    const value = ceiling * i / 4;
    svg.append(shape('line', { class: 'grid', x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      shape('text', { class: 'axis', x: left - 7, y: y(value) + 4, 'text-anchor': 'end' }, shortNumber(value)));
    const ago = Math.round(points * (4 - i) / 4);
    svg.append(shape('text', { class: 'axis', x: x((points - 1) * i / 4), y: height - 5,
      'text-anchor': ['start', 'middle', 'middle', 'middle', 'end'][i] },
    ago === 0 ? 'now' : `-${ago} ${span === 'hour' ? 'min' : 's'}`));
  }
  const line = values => values.map((v, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join('');
  svg.append(shape('path', { class: 'area accepted', d: `${line(rates.accepted)}L${x(points - 1)} ${y(0)}L${x(0)} ${y(0)}Z` }));
  for (const name of [...series].reverse()) {
    if (name === 'accepted' || rates[name].some(v => v > 0)) svg.append(shape('path', { class: name, d: line(rates[name]) }));
  }
  holder.replaceChildren(svg);
  byId('legend').replaceChildren(...series.map(name => {
    const mark = shape('svg', { viewBox: '0 0 22 12', class: name });
    mark.append(shape('line', { x1: 1, x2: 21, y1: 6, y2: 6 }));
    const sum = data[name].reduce((a, b) => a + b, 0);
    return element('li', '', mark, name + ' ', element('b', '', count(sum)));
  }));
}

function shortNumber(value) {
  return value >= 1000 ? (value / 1000).toFixed(value % 1000 ? 1 : 0) + ' k' : String(+value.toPrecision(3));
}

function niceCeiling(peak) {
  if (peak <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(peak));
  return [1, 2, 4, 5, 8, 10].map(step => step * power).find(step => step >= peak) || 10 * power;
}

function destinations() {
  const most = Math.max(1, ...latest.destinations.map(d => d.messages));
  byId('destinations').tBodies[0].replaceChildren(...latest.destinations.map(d => {
    const bar = element('div', 'bar');
    bar.style.width = Math.max(2, 100 * d.messages / most) + '%';
    const state = d.blockedBy ? element('span', 'pill warm', d.blockedBy === 'backoff' ? 'paused' : d.blockedBy)
      : d.active ? element('span', 'pill good', 'sending') : element('span', 'pill', d.deferred ? 'waiting' : 'idle');
    if (d.blockedUntil) state.title = 'until ' + clock(d.blockedUntil);
    const acts = element('td', 'acts', button('Show', () => { byId('text').value = domainOf(d.name); search(); }));
    if (canChange && token()) {
      acts.append(button('Attempt now', () => act('/api/flush?destination=' + encodeURIComponent(d.name),
        answer => `${answer.count} messages are attempted now`)));
    }
    return element('tr', '', cell('Destination', element('div', '', element('span', '', d.name), bar)),
      cell('Messages', count(d.messages), 'n'), cell('Deferred', count(d.deferred), 'n'),
      cell('Connections', count(d.connections), 'n'), cell('Oldest', age(d.oldestAge), 'n'), cell('State', state),
      cell('Last reply', d.reply, 'reply'), acts);
  }));
  byId('no-destinations').hidden = latest.destinations.length > 0;
  byId('destinations').hidden = latest.destinations.length === 0;
  byId('destination-count').textContent = latest.destinationCount > latest.destinations.length
    ? `${latest.destinations.length} of ${count(latest.destinationCount)}` : '';
}

const domainOf = name => name.replace(/^[a-z]+:/, '').replace(/:\d+$/, '').replace(/[\[\]]/g, '');

function throttles() {
  byId('throttles').tBodies[0].replaceChildren(...latest.throttles.map(t => element('tr', '',
    cell('Limit', t.name), cell('Now', t.now === undefined ? '–' : String(t.now), 'n'),
    cell('Limit', t.limit ? count(t.limit) : 'off', 'n'), cell('Times in force', t.hits === undefined ? '–' : count(t.hits), 'n'))));
}

async function refresh() {
  try {
    latest = await get('/api/summary');
  } catch (error) {
    byId('state').textContent = 'no answer';
    byId('state').className = 'pill bad';
    return;
  }
  canChange = latest.canChange;
  const q = latest.queue;
  document.title = `${latest.hostname} · ${count(q.messages)} queued`;
  byId('hostname').textContent = latest.hostname;
  byId('about').textContent = `Relay.Fast ${latest.version} · up ${age(latest.uptime)} · ${count(q.accepted)} accepted · queue ${octets(q.octetsOnDisk)}`;
  const ready = latest.notReady.length === 0;
  byId('state').textContent = ready ? 'taking mail' : 'not ready';
  byId('state').className = ready ? 'pill good' : 'pill bad';
  byId('trouble').hidden = ready;
  byId('trouble').textContent = latest.notReady.join(' · ');
  for (const name of ['accepted', 'delivered', 'deferred']) {
    byId('rate-' + name).textContent = rate(latest.throughput.now[name][0] / latest.throughput.nowSeconds);
  }
  byId('queued').textContent = count(q.messages);
  byId('queue-states').textContent = ['active', 'deferred', 'held', 'quarantined'].filter(s => q[s]).map(s => `${count(q[s])} ${s}`).join(', ');
  byId('oldest').textContent = age(q.oldestAge);
  byId('sessions').textContent = count(q.sessions);
  byId('connections').textContent = `${count(q.connections)} outbound`;
  showAdmin();
  plot();
  destinations();
  throttles();
}

function messageRow(m) {
  const acts = element('td', 'acts', button('Trace', () => trace(m.id)));
  if (canChange && token()) {
    const path = name => `/api/${name}?id=${encodeURIComponent(m.id)}`;
    if (m.state === 'held' || m.state === 'quarantined') {
      acts.append(button('Release', () => act(path('release'), `${m.id} is released`)));
    } else {
      if (m.state === 'deferred') acts.append(button('Attempt', () => act(path('attempt'), `${m.id} is attempted now`)));
      acts.append(button('Hold', () => act(path('hold'), `${m.id} is held`)));
    }
    acts.append(button('Delete', () => confirmThen('Delete this message?',
      `${m.id} is removed for good; neither its sender nor its recipients are told.`, 'Delete',
      () => act(path('delete'), `${m.id} is deleted`))));
  }
  const state = element('span', 'pill' + (m.state === 'held' || m.state === 'quarantined' ? ' warm' : m.state === 'active' ? ' good' : ''), m.state);
  const to = m.to === undefined ? '' : `<${m.to}>` + (m.unfinished > 1 ? ` and ${m.unfinished - 1} more` : '');
  const id = button(m.id, () => trace(m.id), 'link id');
  return element('tr', '', cell('Queue id', id), cell('Received', clock(m.received), 'time'),
    cell('Size', m.size === undefined ? '' : octets(m.size), 'n'), cell('From', m.from === undefined ? '' : `<${m.from}>`),
    cell('To', to), cell('State', state), cell('Last reply', m.reply || m.holdReason || '', 'reply'), acts);
}

async function search(after) {
  const mine = ++searches;
  const wanted = new URLSearchParams({ text: byId('text').value, state: byId('wanted-state').value });
  if (typeof after === 'string') wanted.set('after', after);
  try {
    const answer = await get('/api/queue?' + wanted);
    if (mine !== searches) return; // somebody asked for something else meanwhile
    const rows = answer.rows.map(messageRow);
    const body = byId('messages').tBodies[0];
    if (typeof after === 'string') body.append(...rows); else body.replaceChildren(...rows);
    next = answer.next || null;
    byId('more').hidden = next === null;
    byId('no-messages').hidden = body.rows.length > 0 || next !== null;
    byId('messages').hidden = body.rows.length === 0;
  } catch (error) {
    say(error.message);
  }
}

async function trace(text) {
  byId('trace-text').value = text;
  try {
    const events = await get('/api/trace?' + new URLSearchParams({ text }));
    let last = null;
    byId('trace').replaceChildren(...events.map(e => {
      const peer = e.relay || e.client;
      const words = [e.from === undefined ? null : `from <${e.from}>`, e.to === undefined ? null : `to <${e.to}>`,
        peer ? `${e.relay ? 'at' : 'by'} ${peer}` : null, e.delay === undefined ? null : `after ${e.delay} s`].filter(w => w);
      const head = e.id && e.id !== last ? element('div', 'id', e.id) : null;
      last = e.id || last;
      return element('li', e.event, head, element('time', '', clock(e.time)), element('b', '', e.event), ' ' + words.join(', '),
        e.reply || e.text ? element('q', '', e.reply || e.text) : null);
    }));
    byId('no-trace').hidden = events.length > 0;
    byId('no-trace').textContent = 'Nothing is remembered of it.';
    byId('trace').scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  } catch (error) {
    say(error.message);
  }
}

byId('search').addEventListener('submit', event => { event.preventDefault(); search(); });
byId('wanted-state').addEventListener('change', () => search());
byId('more').addEventListener('click', () => search(next));
byId('trace-form').addEventListener('submit', event => { event.preventDefault(); trace(byId('trace-text').value); });
byId('flush-all').addEventListener('click', () => confirmThen('Attempt all deferred mail now?',
  'Destinations that are paused are tried again, too.', 'Attempt',
  () => act('/api/flush', answer => `${answer.count} messages are attempted now`)));
byId('unlock').addEventListener('click', () => {
  if (token() !== null) {
    sessionStorage.removeItem('token');
    refresh().then(() => search());
    return;
  }
  const dialog = byId('token-dialog');
  dialog.returnValue = '';
  dialog.onclose = () => {
    if (dialog.returnValue === 'ok' && byId('token').value) sessionStorage.setItem('token', byId('token').value);
    byId('token').value = '';
    refresh().then(() => search());
  };
  dialog.showModal();
});
for (const tab of document.querySelectorAll('[data-span]')) {
  tab.addEventListener('click', () => {
    span = tab.dataset.span;
    for (const each of document.querySelectorAll('[data-span]')) each.setAttribute('aria-pressed', each === tab);
    if (latest) plot();
  });
}
for (const id of ['destinations', 'messages']) byId(id).classList.add('rows');
addEventListener('resize', () => { if (latest) plot(); });

refresh().then(() => search()).finally(() => document.body.dataset.loaded = 'yes');
setInterval(() => { if (!document.hidden) refresh(); }, 2000);
