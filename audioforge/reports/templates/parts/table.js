// Tables with the class "sortable": a click on a column's button sorts by the cells' data-value, or by their text.
function cellValue(row, column) {
  const cell = row.cells[column], value = cell.dataset.value ?? cell.textContent.trim();
  return value === "" ? null : isNaN(value) ? value.toLowerCase() : Number(value);
}
function compareValues(left, right) {
  if (left === null || right === null) return (left === null) - (right === null);
  return typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right));
}
function markSorted(head, chosen, ascending) {
  for (const own of head.querySelectorAll("th")) own.removeAttribute("aria-sort");
  chosen.setAttribute("aria-sort", ascending ? "ascending" : "descending");
}
for (const table of document.querySelectorAll("table.sortable")) {
  table.tHead.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    const head = button.closest("th"), ascending = head.getAttribute("aria-sort") === "descending";
    const rows = [...table.tBodies[0].rows], column = head.cellIndex;
    rows.sort((left, right) => {
      const [a, b] = [cellValue(left, column), cellValue(right, column)];
      if (a === null || b === null) return compareValues(a, b);
      return ascending ? compareValues(a, b) : compareValues(b, a);
    });
    markSorted(table.tHead, head, ascending);
    table.tBodies[0].append(...rows);
  });
}
