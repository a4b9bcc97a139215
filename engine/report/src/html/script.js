"use strict";
(() => {
  const form = document.getElementById("filter");
  const table = document.getElementById("list");
  if (!form || !table) return;
  const rows = [...table.tBodies[0].rows];
  const status = document.getElementById("shown");
  const search = document.getElementById("search");
  const kinds = [...form.querySelectorAll("input[name=kind]")];
  // Reading a row's text is slow, so each is read once, when it is first searched.
  const texts = new Array(rows.length);
  const text = (i) => (texts[i] ??= (rows[i].textContent + " " + rows[i].dataset.maps).toLowerCase());
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(kinds.filter((k) => k.checked).map((k) => k.value));
    let shown = 0;
    rows.forEach((row, i) => {
      const show = wanted.has(row.dataset.kind) && words.every((w) => text(i).includes(w));
      if (row.hidden === show) row.hidden = !show;
      if (show) shown += 1;
    });
    status.textContent = `${shown} of ${rows.length} shown`;
  };
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  kinds.forEach((k) => k.addEventListener("change", apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply));
  document.querySelectorAll("a[data-find]").forEach((link) =>
    link.addEventListener("click", () => {
      search.value = link.dataset.find;
      apply();
    }),
  );
  // Paper has no way to open what is closed.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((d) => (d.open = true));
  });
  addEventListener("afterprint", () => closed.forEach((d) => (d.open = false)));
  form.hidden = false;
  apply();
})();
