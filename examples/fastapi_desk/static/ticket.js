// A ticket's page: what happens to it is shown as it happens; answers go to the API.
"use strict";

const { ticket, place } = document.body.dataset;
const words = JSON.parse(document.body.dataset.words);
const state = document.getElementById("state");
const form = document.getElementById("answer");
const problem = document.getElementById("problem");
let source = null, from = place, loading = null;

function say(kind) {
  state.textContent = words[kind];
  state.className = `state ${kind}`;
}

function onOwnClock(part) {
  for (const time of part.querySelectorAll("time")) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang);
  }
}

async function load() {
  const answer = await fetch(location.href);
  if (!answer.ok) throw new Error("no page");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("live").replaceWith(document.adoptNode(page.getElementById("live")));
  onOwnClock(document.getElementById("live"));
  from = page.body.dataset.place;
}

function changed() {
  clearTimeout(loading); // a command makes several events: one look is enough
  loading = setTimeout(() => load().then(() => say("changed"), () => say("lost")), 100);
}

function follow() {
  source?.close();
  source = new EventSource(`/api/feed/stream?ticket=${encodeURIComponent(ticket)}&after=${encodeURIComponent(from)}`);
  source.onopen = () => say("live");
  source.addEventListener("desk", changed);
  source.onerror = () => {
    say("lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => load().then(follow, follow), 2000);
  };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const verb = event.submitter.value;
  const text = document.getElementById("words");
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("-");
  const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
  // A resolution is meant for what is on the screen; words are good whatever has happened.
  if (verb === "resolve") headers["If-Match"] = `"${document.getElementById("live").dataset.version}"`;
  const body = JSON.stringify(verb === "resolve" ? {} : { body: text.value });
  problem.textContent = "";
  try {
    const answer = await fetch(`/api/tickets/${encodeURIComponent(ticket)}/${verb}`, { method: "POST", headers, body });
    if (answer.ok) {
      if (verb !== "resolve") text.value = "";
      problem.textContent = words.sent;
      await load();
    } else {
      const said = await answer.json();
      problem.textContent = `${said.title ?? ""} ${said.detail ?? ""}`;
    }
  } catch {
    problem.textContent = words.lost;
  }
});

onOwnClock(document);
follow();
