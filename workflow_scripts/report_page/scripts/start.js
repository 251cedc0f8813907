"use strict";
// The page can be read and the choice changed before the plotting library, the largest part of the page, is there: as a
// file of its own (a blob) the browser compiles it beside the page.
tables.open().then(() => {
  choice.start();
  document.documentElement.classList.add("ready");
  const library = document.createElement("script");
  library.src = URL.createObjectURL(new Blob([document.getElementById("plotly").textContent], { type: "text/javascript" }));
  library.addEventListener("load", () => {
    figures.start();
    document.documentElement.classList.add("figures");
  });
  document.head.append(library);
});
