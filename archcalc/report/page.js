"use strict";
document.documentElement.classList.add("js");
const head = document.querySelector("thead"), body = document.querySelector("tbody");
const search = document.querySelector("input"), all = document.querySelector(".tools button");
const rows = [...body.rows], layers = rows.filter(row => !row.classList.contains("block"));
const fold = row => row.querySelector("button"), level = row => Number(row.dataset.level);
const open = row => fold(row).getAttribute("aria-expanded") === "true";
let sorted = null;

function show() {
  const wanted = search.value.trim().toLowerCase();
  let closed = Infinity;
  for (const row of rows) {
    const block = row.classList.contains("block");
    if (wanted || sorted) { // a flat list
      row.hidden = block || !row.textContent.toLowerCase().includes(wanted);
      continue;
    }
    if (level(row) <= closed) closed = Infinity;
    row.hidden = closed < Infinity;
    if (block && !row.hidden && !open(row)) closed = level(row);
  }
}

function compare(column, down) {
  return (one, other) => {
    const [a, b] = [one.cells[column], other.cells[column]];
    const order = "value" in a.dataset && "value" in b.dataset
      ? Number(a.dataset.value) - Number(b.dataset.value)
      : a.textContent.localeCompare(b.textContent, undefined, { numeric: true });
    return down ? -order : order;
  };
}

head.addEventListener("click", event => {
  const cell = event.target.closest("th"), first = cell.classList.contains("left") ? "ascending" : "descending";
  const second = first === "ascending" ? "descending" : "ascending";
  const next = { [first]: second, [second]: "none" }[cell.getAttribute("aria-sort")] ?? first;
  for (const other of head.querySelectorAll("th")) other.setAttribute("aria-sort", "none");
  cell.setAttribute("aria-sort", next);
  sorted = next === "none" ? null : next;
  body.append(...(sorted ? [...layers].sort(compare(cell.cellIndex, next === "descending")) : rows));
  show();
});
head.addEventListener("keydown", event => {
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.target.click(); }
});
body.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button) return;
  button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
  show();
});
all.addEventListener("click", () => {
  const blocks = rows.filter(row => fold(row)), to = String(!blocks.every(open));
  for (const row of blocks) fold(row).setAttribute("aria-expanded", to);
  show();
});
search.addEventListener("input", show);
all.hidden = rows.length === layers.length;
show();
