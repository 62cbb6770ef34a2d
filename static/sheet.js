// The quick-update sheet: Enter goes down, a block from Excel fills cells, figures are checked beside the
// cell. The sheet is a plain form without this file; what a figure means is decided by the portal alone.
"use strict";

for (const form of document.querySelectorAll("form[data-sheet]")) {
  const columns = ["q", "s", "tt", "mc"];
  const groups = [...form.querySelectorAll("[data-group]")];
  const boxes = (root, column) => [...root.querySelectorAll(`[data-col="${column}"]`)];
  const rowOf = (box) => box.closest("tr, fieldset");
  const saying = (box) => document.getElementById(`${box.id}_error`);
  let leaving = false;

  for (const hint of document.querySelectorAll("[data-when-ready]")) hint.hidden = false;

  // ---- what has been touched, what may be sent ----

  const changed = (box) =>
    box.type === "checkbox" ? box.checked !== box.defaultChecked
      : box.tagName === "SELECT"
        ? [...box.options].some((option) => option.selected !== option.defaultSelected) &&
          !(box.selectedIndex === 0 && ![...box.options].some((option) => option.defaultSelected))
        : box.type !== "hidden" && box.value !== box.defaultValue;
  const drafted = new Set(groups.filter((group) => group.matches(".edited, .bad")));
  const touched = (group) =>
    drafted.has(group) || [...group.querySelectorAll("input, select, textarea")].some(changed);
  const wrong = (group) => group.querySelector("[aria-invalid=true]") !== null;
  const dirty = () => [...form.elements].some((box) => box.name && box.type !== "submit" && changed(box));

  const sends = form.querySelector("[data-sends]");
  const tally = form.querySelector("[data-tally]");
  const count = () => {
    if (!sends) return;
    let ready = 0, bad = 0;
    for (const group of groups) {
      const edited = touched(group), faulty = edited && wrong(group);
      group.classList.toggle("edited", edited && !faulty);
      group.classList.toggle("bad", faulty);
      if (faulty) bad += 1; else if (edited) ready += 1;
    }
    sends.textContent = form.dataset.send.replace("{n}", ready);
    sends.disabled = ready === 0;
    const [readyTold, ...rest] = tally.querySelectorAll("b");
    readyTold.textContent = `${ready} dòng`;
    rest.at(-1).textContent = `${groups.length - ready - bad} dòng`;
    tally.dataset.bad = bad;
  };

  // ---- what is wrong with a figure, beside it ----

  const say = (box, text, { warning = false } = {}) => {
    const place = saying(box);
    if (!place) return;
    const holder = place.closest("tr") || place;
    place.textContent = text;
    holder.hidden = !text;
    holder.classList.toggle("msg--warn", warning);
    box.toggleAttribute("aria-invalid", Boolean(text) && !warning);
    if (text && !warning) box.setAttribute("aria-invalid", "true");
    if (text) box.setAttribute("aria-describedby", place.id); else box.removeAttribute("aria-describedby");
  };

  const check = async (box) => {
    const typed = box.value.trim();
    if (!typed) { say(box, ""); count(); return; }
    const asked = new URLSearchParams({ "chi-tieu": box.dataset.indicator, so: typed });
    let answer;
    try {
      const response = await fetch(`${form.dataset.read}?${asked}`, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      answer = await response.json();
    } catch { return; }  // The portal checks again when the form arrives.
    if (box.value.trim() !== typed) return;
    if (answer.text) box.value = answer.text;
    say(box, answer.error || answer.warning, { warning: !answer.error });
    count();
  };

  // ---- "Giữ nguyên" and the boxes it stands for ----

  const partner = (box, column) => boxes(rowOf(box), column)[0];
  const keep = (tick) => {
    const figure = partner(tick, "s"), word = partner(tick, "q");
    if (!figure) return;
    figure.value = tick.checked ? tick.dataset.figure : "";
    word.value = tick.checked ? tick.dataset.qualifier : "exact";
    say(figure, "");
  };
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.dataset.col === "g") keep(box);
    if (box.dataset.col === "s") check(box);
    count();
  });
  form.addEventListener("input", (event) => {
    const box = event.target;
    if (box.dataset.col === "s" || box.dataset.col === "q") {
      const tick = partner(box, "g");
      if (tick?.checked) tick.checked = false;
    }
    count();
  });
  form.querySelector("[name=giu-het]")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const group of groups.filter((one) => !touched(one)))
      for (const tick of boxes(group, "g")) { tick.checked = true; keep(tick); }
    count();
    sends?.focus();
  });

  // ---- keys ----

  const down = (box, by) => {
    const all = boxes(form, box.dataset.col);
    const next = all[all.indexOf(box) + by];
    next?.focus();
    next?.select?.();
  };
  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=luu]"));
    } else if (event.key === "Enter" && box.dataset.col && box.closest("table")) {
      event.preventDefault();
      down(box, event.shiftKey ? -1 : 1);
    }
  });

  // ---- a block from Excel ----

  const choose = (select, text) => {
    const wanted = text.trim().toLocaleLowerCase("vi");
    const found = [...select.options].find((option) => option.text.trim().toLocaleLowerCase("vi") === wanted);
    if (found) select.value = found.value;
  };
  const fill = (box, text) => {
    if (!box) return;
    if (box.tagName === "SELECT") choose(box, text);
    else box.value = text.trim();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  form.addEventListener("paste", (event) => {
    const box = event.target;
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n+$/, "");
    if (!box.dataset.col || !box.closest("table") || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const rows = boxes(form, box.dataset.col).slice(boxes(form, box.dataset.col).indexOf(box)).map(rowOf);
    const first = columns.indexOf(box.dataset.col);
    text.split("\n").forEach((line, down) => {
      line.split("\t").forEach((cell, along) => {
        if (rows[down]) fill(boxes(rows[down], columns[first + along])[0], cell);
      });
    });
  });

  // ---- leaving ----

  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("beforeunload", (event) => { if (!leaving && dirty()) event.preventDefault(); });
  addEventListener("pageshow", () => { leaving = false; });
  count();
}

document.getElementById("loi")?.focus();
