// Suggestions under a search box while one types (ARIA APG: editable combobox with list autocomplete).
// Without this file the box searches as it always does.
"use strict";

const WAIT_MS = 150;
const SHORTEST = 2;

function offerSuggestions(box) {
  const words = box.dataset;
  const list = document.createElement("ul");
  const told = document.createElement("span");
  let rows = [];
  let active = -1;
  let timer = 0;
  let request = null;

  list.id = `${box.id}-suggest`;
  list.className = "suggest";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.suggestLabel);
  list.hidden = true;
  told.className = "vh";
  told.setAttribute("role", "status");
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", list.id);
  box.after(list, told);

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    active = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function activate(place) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const option = list.children[active];
    if (!option) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  function show(found) {
    rows = found;
    active = -1;
    box.removeAttribute("aria-activedescendant");
    list.replaceChildren(...rows.map((row, place) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      for (const [kind, text] of [["b", row.label], ["span", row.hint], ["small", row.kind]]) {
        if (!text) continue;
        const part = document.createElement(kind);
        part.textContent = text;
        option.append(part, " ");
      }
      return option;
    }));
    list.hidden = rows.length === 0;
    box.setAttribute("aria-expanded", String(rows.length > 0));
    told.textContent = rows.length ? `${rows.length} ${words.suggestCount}` : words.suggestNone;
  }

  async function ask() {
    request?.abort();
    const typed = box.value.trim();
    if (typed.length < SHORTEST) {
      told.textContent = "";
      close();
      return;
    }
    request = new AbortController();
    const address = new URL(words.suggest, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { signal: request.signal });
      if (answer.ok && document.activeElement === box) show((await answer.json()).suggestions);
      else close();
    } catch (error) {
      // A newer question, or no network: the box still searches.
      if (error.name !== "AbortError") close();
    }
  }

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    // While a Vietnamese keyboard is still composing a letter, its marks are on their way.
    if (!event.isComposing) timer = setTimeout(ask, WAIT_MS);
  });
  box.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        ask();
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const last = rows.length - 1;
      // One place before the first is the box itself.
      const next = active + step;
      activate(next > last ? -1 : next < -1 ? last : next);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(rows[active].url);
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (place >= 0) location.assign(rows[place].url);
  });
}

for (const box of document.querySelectorAll("input[data-suggest]")) offerSuggestions(box);
