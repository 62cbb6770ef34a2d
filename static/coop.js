// Small comforts; every page is complete without this file.
"use strict";

// "/" puts the cursor in the search box, unless something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const box = document.getElementById("find-q");
  if (!box || box.offsetParent === null) return;
  event.preventDefault();
  box.focus();
});

// Paper shows what is folded: open every disclosure while printing, then as it was.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});

// Today is the default: leave it out of shared addresses.
document.querySelector(".asof form")?.addEventListener("submit", (event) => {
  for (const input of event.target.querySelectorAll("input[type=text]")) {
    if (input.value.trim() === "" || input.value === input.dataset.today) input.disabled = true;
  }
});

// A message to paste elsewhere: the button comes with the script, the text is there without it.
for (const box of document.querySelectorAll("[data-copy]")) {
  const button = box.querySelector("button");
  const text = box.querySelector("textarea, input");
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.select();
    try { await navigator.clipboard.writeText(text.value); } catch { document.execCommand("copy"); }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 4000);
  });
}

// One press, one request: a form that is under way is not sent again.
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.underWay) { event.preventDefault(); return; }
  form.dataset.underWay = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-under-way]")) delete form.dataset.underWay;
});
