(() => {
  const body = document.getElementById("samples");
  const key = document.getElementById("sort-key"), row = document.getElementById("sort-row"), down = document.getElementById("sort-down");
  if (!body || !key) return;
  const scores = (cell) => Object.fromEntries(cell.dataset.scores.split(";").filter(Boolean).map((s) => s.split("=")));
  const value = (line) => {
    if (!key.value) return Number(line.dataset.seed);
    const cell = [...line.children].find((c) => c.dataset.row === row.value);
    const text = cell ? scores(cell)[key.value] : "";
    return text ? Number(text) : NaN; // a score that does not apply goes last
  };
  const sort = () => {
    const sign = down.checked ? -1 : 1;
    const lines = [...body.children].map((line) => [value(line), Number(line.dataset.seed), line]);
    lines.sort((a, b) => isNaN(a[0]) - isNaN(b[0]) || sign * (a[0] - b[0]) || a[1] - b[1]);
    body.append(...lines.map((l) => l[2]));
    for (const span of body.querySelectorAll(".scores span")) span.style.display = span.dataset.key === key.value ? "inline" : "none";
  };
  for (const control of [key, row, down]) control.addEventListener("change", sort);
})();
