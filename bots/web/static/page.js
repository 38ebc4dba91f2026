// What the page does beyond links and forms; without it everything still works, a page at a time.
"use strict";
document.documentElement.classList.add("js");
const find = (selector, from = document) => from.querySelector(selector);
const form = find(".composer");
const sheet = find("#sheet");
const wide = matchMedia("(min-width: 68rem)");

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.submit();
});

// Teams' cards, drawn by Microsoft's own library where `make preview` installed it; otherwise their plain HTML stays.
const ink = (color) => ({ default: color, subtle: "var(--soft)" });
const colors = { foregroundColors: { default: ink("var(--ink)"), accent: ink("var(--accent)") }, borderColor: "var(--line)" };
const LOOK = {
  fontFamily: "inherit",
  fontSizes: { small: 13, default: 15, medium: 16, large: 18, extraLarge: 22 },
  spacing: { small: 6, default: 8, medium: 16, padding: 0 },
  containerStyles: { default: { ...colors, backgroundColor: "transparent" }, accent: { ...colors, backgroundColor: "var(--wash)" } },
  actions: { maxActions: 6, buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left", showCard: { actionMode: "inline" } },
};
let drawer = null;

function loadDrawer(address) {
  drawer ??= new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => loaded(globalThis.AdaptiveCards);
    script.onerror = () => failed(new Error("the library for cards did not load"));
    document.head.append(script);
  });
  return drawer;
}

async function drawCards(from) {
  const address = find("[data-drawer]", from)?.dataset.drawer;
  const holders = from.querySelectorAll("[data-card]");
  if (!address || !holders.length) return;
  try {
    const { AdaptiveCard, HostConfig, OpenUrlAction } = await loadDrawer(address);
    for (const holder of holders) {
      const card = new AdaptiveCard();
      card.hostConfig = new HostConfig(LOOK);
      card.onExecuteAction = (action) => {
        if (action instanceof OpenUrlAction && /^https?:/.test(action.url)) open(action.url, "_blank", "noopener,noreferrer");
      };
      card.parse(JSON.parse(holder.dataset.card));
      holder.replaceChildren(card.render());
      holder.classList.add("drawn");
    }
  } catch (error) {
    drawer = null;
    console.warn(error);
  }
}
drawCards(document);

if (form) {
  const field = form.elements.question;
  const picker = find(".picker", form);
  const turns = find("#turns");
  const say = (text) => { find("#status").textContent = text; };

  const showChosen = () => {
    const names = [...form.querySelectorAll("[name=place]:checked")].map((box) => box.getAttribute("aria-label"));
    find("[data-chosen]", form).textContent =
      names.length === 0 ? "Any state" : names.length < 3 ? names.join(", ") : `${names.length} jurisdictions`;
  };
  const choosePlaces = (boxes) => {
    form.querySelectorAll("[name=place]").forEach((box) => { box.checked = boxes.includes(box); });
    showChosen();
  };
  const closePicker = (focus) => {
    if (!picker.open) return;
    picker.open = false;
    if (focus) find("summary", picker).focus();
  };

  form.addEventListener("change", showChosen);
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closePicker(true);
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, a, summary");
    if (!event.target.closest(".picker") && !event.target.closest("[data-choose]")) closePicker(false);
    if (!target) return;
    if (target.matches("[data-example]")) { field.value = target.textContent; ask(); }
    if (target.matches("[data-clear]")) choosePlaces([]);
    if (target.matches("[data-close]")) closePicker(true);
    if (target.matches("[data-choose]")) choose(target);
    if (target.matches("[data-copy]")) copy(target, fetchText(target.dataset.copy));
    if (target.matches("[data-copy-table]")) copyTable(target);
    if (target.matches("a.mark[href^='#']")) { event.preventDefault(); openSource(target); }
    if (target.matches("[data-sheet]") && plainClick(event)) { event.preventDefault(); openSheet(fetchText(`${target.href}?part=1`), target.dataset.sheet, true); }
    if (target.matches("[data-close-sheet]")) sheet.close();
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.matches("details.source") && event.target.open) fill(event.target);
  }, true);
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
  showChosen();

  const plainClick = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);

  // A question that needed a state: keep its words, open the map.
  function choose(button) {
    const asked = button.closest(".turn").querySelector(".asked-text");
    if (!field.value && asked) field.value = asked.lastChild.textContent;
    picker.open = true;
    find("[name=place]", picker).focus();
  }

  async function ask() {
    if (!field.value.trim() || form.dataset.busy) return;
    const body = new URLSearchParams(new FormData(form));
    const question = field.value;
    const chosen = [...form.querySelectorAll("[name=place]:checked")];
    form.dataset.busy = "1";
    find(".send", form).disabled = true;
    document.body.classList.add("asked");
    closePicker(false);
    say("Looking it up.");
    let turn = null;
    let ended = false;
    const heard = {
      begin({ html }) {
        turns.insertAdjacentHTML("beforeend", html);
        turn = turns.lastElementChild;
        turn.setAttribute("aria-busy", "true");
        find("[data-slot=prose]", turn).innerHTML = '<p class="waiting">Looking it up …</p>';
        turn.scrollIntoView({ block: "start" });
      },
      progress({ text }) { find(".waiting", turn).textContent = text; say(text); },
      part({ slot, html }) {
        if (slot === "sources") return placeSources(turn, html);
        const first = !find(".title", turn);
        if (slot === "prose") find(".waiting", turn).insertAdjacentHTML("beforebegin", html);
        else find(`[data-slot=${slot}]`, turn).insertAdjacentHTML("beforeend", html);
        if (!first) return;
        find(".waiting", turn).textContent = "Checking the rest …";
        find(".title", turn).focus({ preventScroll: true });
        field.value = ""; // the next question may be written while this one is answered
        field.placeholder = "Ask a follow-up, or something new";
        choosePlaces([]);
      },
      done({ text }) {
        ended = true;
        find(".waiting", turn)?.remove();
        say(text);
      },
    };
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/event-stream" } });
      if (!response.ok || !response.body) throw new Error(String(response.status));
      for await (const { name, data } of events(response.body)) heard[name]?.(data);
      if (!ended) throw new Error("the answer ended early");
    } catch (error) {
      if (!field.value) {
        field.value = question;
        choosePlaces(chosen);
      }
      const text = "The line to Reggi broke. Your question is still in the box: please ask again.";
      find(".waiting", turn ?? document)?.remove();
      (turn ? find("[data-slot=prose]", turn) : turns).insertAdjacentHTML("beforeend", `<p class="note">${text}</p>`);
      say(text);
      console.error(error);
    } finally {
      turn?.removeAttribute("aria-busy");
      delete form.dataset.busy;
      find(".send", form).disabled = false;
    }
  }

  // Sources come with the sentences that rest on them; the list keeps the order of its marks, and what is open stays open.
  function placeSources(turn, html) {
    const list = find("[data-slot=sources]", turn);
    const come = document.createElement("template");
    come.innerHTML = html;
    for (const item of [...come.content.children]) {
      const next = [...list.children].find((one) => one.dataset.mark.localeCompare(item.dataset.mark, "en", { numeric: true }) > 0);
      list.insertBefore(item, next ?? null);
    }
    find(".count", list.parentElement).textContent = list.children.length;
  }

  // Server-sent events of a POST, which EventSource cannot make.
  async function* events(stream) {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const whole = (rest + value).split("\n\n");
      rest = whole.pop();
      for (const one of whole) {
        const lines = Object.fromEntries(one.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
        yield { name: lines.event, data: JSON.parse(lines.data) };
      }
    }
  }

  async function fetchText(address) {
    const response = await fetch(address);
    if (!response.ok) throw new Error((await response.text()) || String(response.status));
    return response.text();
  }

  // The section itself, fetched when its source is opened first.
  async function fill(source, said) {
    const inside = find(".inside", source);
    if (source.dataset.part) {
      const address = source.dataset.part;
      delete source.dataset.part;
      try { inside.innerHTML = await fetchText(address); } catch (error) { source.dataset.part = address; console.error(error); }
    }
    if (said) highlight(inside, said);
  }

  function highlight(inside, said) {
    for (const item of inside.querySelectorAll("li")) {
      const text = item.firstChild?.textContent.trim() ?? "";
      item.classList.toggle("quoted", text.length > 20 && (said.includes(text) || text.includes(said)));
    }
  }

  function openSource(mark) {
    const entry = document.getElementById(mark.hash.slice(1));
    if (!entry) return;
    const source = find("details", entry);
    const said = mark.parentElement.querySelector(".said")?.textContent.trim() ?? "";
    document.querySelectorAll(".mark.open").forEach((one) => one.classList.remove("open"));
    mark.classList.add("open");
    if (!wide.matches) {
      const filled = fill(source, said).then(() => find(".inside", source).innerHTML);
      openSheet(filled, `Source ${mark.textContent}`, false);
      return;
    }
    for (const other of source.closest("ol").querySelectorAll("details[open]")) if (other !== source) other.open = false;
    source.open = true;
    fill(source, said).then(() => {
      source.closest(".sources").scrollTop = entry.offsetTop - 8;
      find("summary", source).focus({ preventScroll: true });
    });
  }
  // Back from a source to the sentence it was opened from.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.(".sources")) find(".mark.open")?.focus();
  });

  async function openSheet(html, name, large) {
    const inside = find(".inside", sheet);
    try { inside.innerHTML = await html; } catch (error) { inside.textContent = error.message; }
    drawCards(inside);
    sheet.setAttribute("aria-label", name);
    sheet.classList.toggle("wide", large);
    sheet.showModal();
    inside.focus();
    sheet.scrollTop = 0;
  }

  async function copy(button, text) {
    const was = button.textContent;
    try { await navigator.clipboard.writeText(await text); button.textContent = "Copied"; say("Copied."); } catch (error) { button.textContent = "Could not copy"; console.error(error); }
    setTimeout(() => { button.textContent = was; }, 1600);
  }

  // With tabs, as spreadsheets take it.
  function copyTable(button) {
    const rows = [...button.closest(".prose").querySelectorAll("table tr")];
    const text = rows.map((row) => [...row.children].map((cell) => cell.innerText.replace(/\s+/g, " ").trim()).join("\t")).join("\n");
    copy(button, text);
  }
}
