// The board: the queue as the server has it, counting down on this clock. Texts are set as text, never as markup.
"use strict";

const words = JSON.parse(document.body.dataset.words);
const list = document.getElementById("queue");
const state = document.getElementById("state");
const told = document.getElementById("told");
const items = new Map(); // id of a ticket -> its item in the list
let rows = {}, order = [], source = null;

const word = (name) => words[name] ?? name;

function say(kind) {
  state.textContent = word(kind);
  state.className = `state ${kind}`;
}

function field(item, name, label) {
  const part = document.createElement("span");
  part.className = name;
  const hidden = document.createElement("span");
  hidden.className = "unseen";
  hidden.textContent = `${word(label)}: `;
  const text = document.createElement(name === "subject" ? "a" : "span");
  part.append(hidden, text);
  item.append(part);
  return text;
}

function made(id) {
  const item = document.createElement("li");
  item.className = "ticket";
  item.parts = {
    due: field(item, "due", "due"), class: field(item, "class", "class"), subject: field(item, "subject", "subject"),
    person: field(item, "person", "from"), agent: field(item, "agent", "agent"), status: field(item, "status", "status"),
  };
  item.parts.subject.href = `/tickets/${encodeURIComponent(id)}?lang=${document.documentElement.lang}`;
  return item;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text; // what is the same is not written again
}

function counted(ms) {
  const all = Math.floor(Math.abs(ms) / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const clock = `${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return all >= 3600 ? `${Math.floor(all / 3600)}:${clock}` : clock;
}

function count() {
  for (const [id, item] of items) {
    const row = rows[id];
    const left = row.due === null ? null : row.due - Date.now();
    const late = row.breached || (left !== null && left <= 0);
    let text = left === null ? word("paused") : counted(left);
    if (late) text = left !== null && left <= 0 ? `${word("overdue")} ${text}` : `${text} · ${word("overdue")}`;
    setText(item.parts.due, text);
    item.classList.toggle("late", late);
    item.classList.toggle("soon", !late && left !== null && left < 600000);
  }
}

function draw() {
  const focused = document.activeElement;
  for (const [id, item] of items) {
    if (!order.includes(id)) {
      const inside = item.contains(focused);
      item.remove();
      items.delete(id);
      if (inside) list.focus();
    }
  }
  order.forEach((id, place) => {
    const row = rows[id];
    if (!items.has(id)) items.set(id, made(id));
    const item = items.get(id);
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
    setText(item.parts.class, `${word(row.class)} ${row.level}`);
    setText(item.parts.subject, row.subject ?? word("erased"));
    setText(item.parts.person, row.person);
    setText(item.parts.agent, row.agent ?? word("nobody"));
    setText(item.parts.status, word(row.status));
  });
  if (list.contains(focused) && document.activeElement !== focused) focused.focus();
  document.getElementById("count").textContent = `(${order.length} ${word("waiting")})`;
  document.getElementById("nothing").hidden = order.length > 0;
  count();
}

function take(change) {
  const before = new Set(order);
  rows = { ...rows, ...change.rows };
  if (change.order.some((id) => !(id in rows))) return begin(); // one that came into view untouched
  order = change.order;
  rows = Object.fromEntries(order.map((id) => [id, rows[id]]));
  const fresh = order.filter((id) => !before.has(id));
  if (fresh.length) told.textContent = `${word("new_ticket")}: ${fresh.map((id) => rows[id].subject ?? "").join(", ")}`;
  else if (before.size > order.length) told.textContent = word("gone");
  draw();
}

// First what is there, with its place; then what follows. A connection that is lost comes again by itself with the last place;
// one that is answered with an error does not, so everything begins anew.
async function begin() {
  source?.close();
  try {
    const answer = await fetch("/board/rows");
    const whole = answer.ok ? await answer.json() : {};
    if (!whole.place) throw new Error("no board");
    rows = whole.rows;
    order = whole.order;
    draw();
    source = new EventSource(`/board/stream?after=${encodeURIComponent(whole.place)}`);
    source.onopen = () => say("live");
    source.addEventListener("board", (event) => take(JSON.parse(event.data)));
    source.onerror = () => {
      say("lost");
      if (source.readyState === EventSource.CLOSED) setTimeout(begin, 2000);
    };
  } catch {
    say("lost");
    setTimeout(begin, 2000);
  }
}

list.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const links = [...list.querySelectorAll("a")];
  const next = links[links.indexOf(document.activeElement) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});

setInterval(count, 1000);
begin();
