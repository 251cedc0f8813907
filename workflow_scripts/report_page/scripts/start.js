"use strict";
// The page can be read and the choice changed before the plotting library, the largest part of the page, is there: as a
// file of its own (a blob) the browser compiles it beside the page.
async function start() {
  await tables.open();
  choice.start();
  document.documentElement.classList.add("ready");
  const library = document.createElement("script");
  library.src = URL.createObjectURL(
    new Blob([document.getElementById("plotly").textContent], { type: "text/javascript" }),
  );
  await new Promise((loaded, failed) => {
    library.onload = loaded;
    library.onerror = () => failed(new Error("The plotting library cannot be loaded."));
    document.head.append(library);
  });
  figures.start();
  document.documentElement.classList.add("figures");
}

// Where this browser cannot do it, the page is as it is without scripts: printed figures, and all datasets.
start().catch((error) => {
  console.error(error);
  document.documentElement.classList.remove("js", "ready");
  for (const part of document.querySelectorAll("[data-of-dataset], [data-of-model]")) part.hidden = false;
});
