"use strict";
// Tables sort by a click on a heading; the image link of a printed figure leads to the picture that is in the page;
// what is folded is open on paper.
for (const link of document.querySelectorAll("a.image")) {
  const picture = document.querySelector(link.getAttribute("href") + " img");
  if (picture) link.href = picture.src;
}
for (const button of document.querySelectorAll("button.sort")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th"),
      table = heading.closest("table"),
      body = table.tBodies[0];
    const place = heading.cellIndex,
      down = heading.getAttribute("aria-sort") === "ascending";
    const key = (row) => row.cells[place].dataset.key;
    const numeric = heading.classList.contains("number");
    const compare = (a, b) =>
      numeric
        ? parseFloat(key(a).replace("inf", "Infinity")) - parseFloat(key(b).replace("inf", "Infinity"))
        : key(a).localeCompare(key(b), "en", { numeric: true });
    const rows = [...body.rows].sort((a, b) => (down ? -1 : 1) * compare(a, b));
    body.append(...rows);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  });
}
const folded = [];
addEventListener("beforeprint", () => {
  folded.push(...document.querySelectorAll("details:not([open])"));
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of folded.splice(0)) one.open = false;
});
