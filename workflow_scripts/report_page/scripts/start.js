"use strict";
tables.open().then(() => {
  figures.start();
  choice.start();
  document.documentElement.classList.add("ready");
});
