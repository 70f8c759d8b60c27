// Copyright: (c) 2026, Keyturn
// SPDX-License-Identifier: GPL-3.0-or-later
// Finding, sorting, and opening what a link leads to. The page is whole without it.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const overview = all("#overview tbody tr");

  // Finding: an integration is shown, or not, wherever it stands.
  const bar = document.querySelector(".filter");
  const [text, owner, environment, needs] = ["text", "owner", "environment", "needs"].map((name) => document.getElementById(`f-${name}`));
  const said = bar.querySelector("[role=status]");
  const parts = new Map();
  for (const element of all("[data-i]")) {
    const key = element.dataset.i;
    parts.set(key, [...(parts.get(key) || []), element]);
  }
  const words = new Map();
  const wordsOf = (key) => {
    if (!words.has(key)) words.set(key, parts.get(key).map((element) => element.textContent).join(" ").toLowerCase());
    return words.get(key);
  };
  const find = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of overview) {
      const fits = (!wanted || wordsOf(row.dataset.i).includes(wanted))
        && (!owner.value || row.dataset.owner === owner.value)
        && (!environment.value || row.dataset.environment === environment.value)
        && (!needs.checked || "needs" in row.dataset);
      shown += fits;
      for (const element of parts.get(row.dataset.i)) element.hidden = !fits;
    }
    said.textContent = `${shown} of ${overview.length} integrations shown`;
  };
  let later;
  bar.addEventListener("input", () => { clearTimeout(later); later = setTimeout(find, 120); });
  bar.hidden = false;
  find();

  // Sorting: numbers and times by their value, all else by what is read.
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const exact = cell.querySelector("data, time");
    const raw = exact ? exact.value ?? exact.dateTime : cell.textContent.trim();
    return raw !== "" && Number.isFinite(Number(raw)) ? Number(raw) : raw;
  };
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const compared = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return order.compare(a, b);
  };
  const sort = (heading) => {
    const table = heading.closest("table");
    const up = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of all("th[aria-sort]", table)) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, heading.cellIndex), row]);
    rows.sort((a, b) => (up ? compared(a[0], b[0]) : compared(b[0], a[0])));
    table.tBodies[0].append(...rows.map((pair) => pair[1]));
  };
  const equip = (table) => {
    for (const heading of all("thead th", table)) {
      if (heading.querySelector("button")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
    }
  };
  // Hundreds of tables are in parts that nobody may ever open.
  for (const table of all("table.sortable")) if (!table.closest("details.one:not([open])")) equip(table);
  document.addEventListener("toggle", (event) => all("table.sortable", event.target).forEach(equip), true);
  document.addEventListener("click", (event) => {
    const heading = event.target.closest("thead button")?.parentElement;
    if (heading) sort(heading);
  });

  // What a link leads to is opened; on paper everything is.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.matches("details.one")) target.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });
})();
