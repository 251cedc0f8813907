"use strict";
// One choice of dataset, model, layer, emotion and protocol for the whole page. It lies in the address, behind the place:
// #layers&dataset=speech&model=hubert-base&layer=9
const choice = {
  now: {},
  followers: [],

  // Those who draw: called with the choice, now and after every change.
  follow(follower) {
    this.followers.push(follower);
  },

  options(name, now = this.now) {
    if (name === "layer") return facts.layers[now.model] || [""];
    return facts.choices[name];
  },

  // A full choice: what is not wanted, or not possible, stays or becomes the study's own choice.
  full(wanted) {
    const made = {};
    for (const name of ["dataset", "model", "layer", "emotion", "protocol"]) {
      const possible = this.options(name, made);
      const own =
        name === "layer"
          ? facts.best_layer[nearest(made.dataset, "curves").dataset]?.[made.model]
          : facts.default[name];
      made[name] = [wanted[name], own].find((one) => possible.includes(one)) ?? possible[0] ?? "";
    }
    return made;
  },

  read() {
    const [place, ...parts] = location.hash.slice(1).split("&");
    return { place: decoded(place), wanted: Object.fromEntries(new URLSearchParams(parts.join("&"))) };
  },

  write(place) {
    const parts = new URLSearchParams(Object.entries(this.now).filter(([, value]) => value !== ""));
    history.replaceState(null, "", `#${place}&${parts}`);
  },

  set(wanted, place) {
    // another dataset or model has another best layer, unless a layer is asked for
    const moved = ["dataset", "model"].some((name) => name in wanted && wanted[name] !== this.now[name]);
    this.now = this.full({ ...this.now, ...(moved ? { layer: undefined } : {}), ...wanted });
    this.write(place ?? this.read().place);
    this.show();
    for (const follower of this.followers) follower(this.now);
  },

  show() {
    for (const select of document.querySelectorAll("#choice select")) {
      const possible = this.options(select.name);
      select.replaceChildren(...possible.map((value) => new Option(facts.called[value] ?? value, value)));
      select.value = this.now[select.name];
      select.closest("label").hidden = possible.length < 2;
    }
    const said = [
      this.now.dataset,
      this.now.model,
      facts.acoustics.includes(this.now.model) ? "" : `layer ${this.now.layer}`,
      this.now.emotion,
      this.now.protocol,
    ];
    document.querySelector("#choice .said").textContent = said.filter(Boolean).join(" · ");
    // what is of another dataset, model or emotion than the chosen ones
    const shown = [this.now.dataset, ...["curves", "told"].map((table) => nearest(this.now.dataset, table).dataset)];
    for (const part of document.querySelectorAll("[data-of-dataset]"))
      part.hidden = !part.dataset.ofDataset.split(" ").some((name) => shown.includes(name)) && reachable(part);
    for (const part of document.querySelectorAll("[data-of-model]"))
      part.hidden = part.dataset.ofModel !== this.now.model;
  },

  start() {
    for (const select of document.querySelectorAll("#choice select"))
      select.addEventListener("change", () => this.set({ [select.name]: select.value }));
    const bar = document.getElementById("choice");
    bar.querySelector("button").addEventListener("click", (event) => {
      event.currentTarget.setAttribute("aria-expanded", bar.classList.toggle("open"));
    });
    addEventListener("hashchange", () => this.arrive());
    // without scripts such a link leads to its section; here also to the choice that shows the finding
    for (const link of document.querySelectorAll("a[data-choice]"))
      link.addEventListener("click", (event) => {
        event.preventDefault();
        history.pushState(null, "", `${link.getAttribute("href")}&${link.dataset.choice}`);
        this.arrive();
      });
    this.arrive();
  },

  arrive() {
    const { place, wanted } = this.read();
    this.set(wanted, place);
    const target = document.getElementById(place);
    if (target) {
      for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
      target.scrollIntoView();
    }
  },
};

// A place as it was written; of a malformed address, as it stands there.
function decoded(place) {
  try {
    return decodeURIComponent(place);
  } catch {
    return place;
  }
}

// Whether the part has a sibling for some choice; a part of datasets that cannot be chosen stays.
function reachable(part) {
  return part.dataset.ofDataset.split(" ").some((name) => facts.choices.dataset.includes(name));
}
