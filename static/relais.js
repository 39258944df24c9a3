/* Comfort only: every path works without this file. */
"use strict";

// One effect per click: a second press on a form that is being sent is ignored, until the page is shown again. Where a file
// comes in answer, the page stays: it may be asked for again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-file")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// What is being typed is kept even when one leaves the page before the pause that saves it.
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (form) dirty.add(form);
});
document.addEventListener("submit", (event) => dirty.delete(event.target));
document.addEventListener("htmx:beforeRequest", (event) => dirty.delete(event.target.closest("form[data-keep]")));
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) dirty.add(form);
  });
}
addEventListener("pagehide", () => {
  for (const form of dirty) {
    const data = new FormData(form);
    data.set("brouillon", "oui");
    navigator.sendBeacon(form.dataset.keep, data);
  }
});

// A text to copy can be selected without a button; with one, it is quicker.
document.querySelectorAll("button[data-copy]").forEach((button) => {
  const text = document.getElementById(button.dataset.copy);
  const said = document.getElementById(`${button.dataset.copy}-copie`);
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Texte copié.";
    } catch {
      text.select();
      said.textContent = "Texte sélectionné : le copier avec Ctrl + C.";
    }
  });
});

// An act done in its line: the focus goes where one reads on and comes back on closing; what could not be sent stays.
const here = (event) => event.target.closest?.(".task-here");
function closeHere(panel) {
  const opener = document.querySelector(`[hx-target="#${panel.id}"]`);
  panel.replaceChildren();
  opener?.focus();
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) closeHere(here(event));
});
document.addEventListener("keydown", (event) => {
  const panel = event.key === "Escape" && here(event);
  if (panel && !panel.querySelector("form[data-typed]")) closeHere(panel);
});
document.addEventListener("input", (event) => {
  if (here(event)) event.target.form.dataset.typed = "yes";
});
document.addEventListener("htmx:beforeRequest", (event) => {
  event.target.closest("details.menu")?.removeAttribute("open");
});
document.addEventListener("htmx:afterSettle", () => {
  const next = document.querySelector("[data-focus]");
  if (!next) return;
  delete next.dataset.focus;
  (next.closest(".here")?.querySelector(".error-summary") ?? next).focus();
});
function failed(event) {
  const panel = here(event);
  const link = event.target.closest?.("a[hx-get]");
  if (link) location.assign(link.href); // the page says what is wrong
  if (panel) panel.querySelector(".here-failed").hidden = false;
}
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) document.addEventListener(failure, failed);
document.addEventListener("htmx:beforeSwap", (event) => {
  // Signed out meanwhile: the answer is the sign-in page, which has no place in a line.
  if (!event.detail.xhr.responseURL.includes("/connexion/")) return;
  event.detail.shouldSwap = false;
  failed(event);
});

// A menu closes on Escape, giving the focus back, and on a click elsewhere.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});

// A table wider than its place scrolls: by keyboard too, in every browser.
const widths = new ResizeObserver((entries) => {
  for (const { target: box } of entries) {
    if (box.scrollWidth <= box.clientWidth || box.hasAttribute("tabindex")) continue;
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", box.querySelector("caption")?.textContent ?? "Tableau");
  }
});
const watchWidths = () => document.querySelectorAll(".table-box").forEach((box) => widths.observe(box));
watchWidths();
document.addEventListener("htmx:afterSettle", watchWidths);

// What is folded on screen is printed in full.
addEventListener("beforeprint", () => {
  document.querySelectorAll("main details:not([open])").forEach((fold) => {
    fold.open = true;
    fold.dataset.folded = "yes";
  });
});
addEventListener("afterprint", () => {
  document.querySelectorAll("main details[data-folded]").forEach((fold) => {
    fold.open = false;
    delete fold.dataset.folded;
  });
});

// Of colleagues, those who could take all that is ticked; whoever was chosen already stays, and the page says why not.
document.querySelectorAll("form[data-takers]").forEach((form) => {
  const offer = () => {
    const ticked = [...form.querySelectorAll("input[data-takers]:checked")].map((box) => box.dataset.takers.split(" "));
    for (const option of form.elements.to?.options ?? []) {
      const takes = !option.value || option.selected || ticked.every((takers) => takers.includes(option.value));
      option.disabled = !takes;
    }
  };
  form.addEventListener("change", offer);
  offer();
});

// A long list is narrowed by what is typed above it, accents aside; what is chosen stays, and the only one left is chosen.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
document.querySelectorAll("select[data-narrow]").forEach((select) => {
  const box = Object.assign(document.createElement("input"), {
    type: "search",
    className: "form-control narrow",
    placeholder: select.dataset.narrow,
    autocomplete: "off",
  });
  box.setAttribute("aria-label", select.dataset.narrow);
  const said = document.createElement("p");
  said.className = "small muted narrow";
  said.setAttribute("role", "status");
  select.before(box, said);
  box.addEventListener("input", () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    const options = [...select.options].filter((option) => option.value);
    const found = options.filter((option) => words.every((word) => plain(option.text).includes(word)));
    for (const option of options) option.hidden = option.disabled = !found.includes(option) && !option.selected;
    for (const group of select.querySelectorAll("optgroup")) {
      group.hidden = [...group.children].every((option) => option.hidden);
    }
    if (words.length && found.length === 1) {
      found[0].selected = true;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    said.textContent = !words.length ? "" : found.length ? found.map((option) => option.text).slice(0, 5).join(" · ")
      : "Rien ne correspond : effacer une partie du mot.";
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    select.focus();
  });
});

// A button that prints exists only where a script can press it.
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

// After a refusal, the list of what to correct comes first; after a question, the question.
document.querySelector(".error-summary, .to-confirm")?.focus();

// How much room is left in a long text, once most of it is used. Nothing is cut: what is too long is refused with its words.
const countRoom = (event) => {
  const text = event.target;
  const most = Number(text.dataset?.most);
  if (!most) return;
  let said = text.nextElementSibling;
  if (!said?.matches(".room-left")) {
    if (text.value.length < most * 0.8) return;
    said = document.createElement("p");
    said.className = "room-left small muted";
    said.setAttribute("role", "status");
    text.after(said);
  }
  const left = most - text.value.length;
  const several = Math.abs(left) > 1 ? "s" : "";
  said.textContent = left < 0 ? `${-left} caractère${several} de trop` : `${left} caractère${several} restant${several}`;
};
document.addEventListener("input", countRoom);
document.addEventListener("focusin", countRoom);
