// Choosing several rows of the queue at once; without this file each box is ticked by itself.
"use strict";

const many = document.getElementById("nhieu");
if (many) {
  const all = many.querySelector("[data-all]");
  const confirms = many.querySelector("[data-confirms]");
  const chosen = many.querySelector("[data-chosen]");
  const ticks = [...document.querySelectorAll("input[name=chon]")];
  const clear = ticks.filter((tick) => tick.hasAttribute("data-clear"));

  for (const hidden of many.querySelectorAll("[data-when-ready]")) hidden.hidden = false;
  all.disabled = clear.length === 0;

  const count = () => {
    const picked = ticks.filter((tick) => tick.checked);
    const ready = picked.filter((tick) => tick.hasAttribute("data-clear")).length;
    chosen.textContent = picked.length;
    confirms.textContent = many.dataset.many.replace("{n}", ready);
    confirms.disabled = ready === 0 || ready !== picked.length;
    all.checked = clear.length > 0 && clear.every((tick) => tick.checked);
  };
  all.addEventListener("change", () => {
    for (const tick of clear) tick.checked = all.checked;
    count();
  });
  for (const tick of ticks) tick.addEventListener("change", count);
  addEventListener("pageshow", count);
  count();
}
