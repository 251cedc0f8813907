"use strict";
// The clips behind the chosen cell of dataset, model, layer and emotion: players and spectrograms by links to files that
// lie beside the page.
const MISSING = "The spectrogram was not found: the page needs the folder clips of its study beside it.";
const clips = {
  // Fills an element with the clips of a choice.
  fill(place, now) {
    for (const player of place.querySelectorAll("audio")) player.pause();
    if (facts.clips.off) return place.replaceChildren(element("p", facts.clips.off));
    const { dataset, model, layer, emotion } = now;
    const rows = tables.rows("clips", { dataset, model, layer, emotion });
    const where = layer === "functionals" ? "by" : `at layer ${layer} of`;
    const title = element("h4", `${emotion} of ${dataset} ${where} ${called(model)}`);
    if (facts.synthetic.includes(dataset)) title.append(" ", element("span", "demonstration", { className: "mark" }));
    if (!rows.length) return place.replaceChildren(title, element("p", this.nothing(dataset, emotion)));
    const told = rows.some((row) => row.predicted);
    const groups = Object.entries(facts.clips.headings).flatMap(([kind, heading]) => {
      const own = rows.filter((row) => row.kind === kind),
        list = element("ul", "", { className: "clips" });
      list.append(...own.map((row) => this.item(row)));
      return [element("h5", heading), own.length ? list : element("p", this.none(kind, told), { className: "note" })];
    });
    place.replaceChildren(title, ...groups, element("p", facts.clips.prepared[dataset], { className: "note" }));
  },

  item(row) {
    const seconds = `${row.seconds.toFixed(1)} s`,
      item = element("li");
    const picture = element("img", "", {
      loading: "lazy",
      alt: `Spectrogram of ${row.clip_id}, ${seconds}`,
      src: row.picture,
    });
    const player = element("audio", "", { controls: true, preload: "none", src: row.audio, ariaLabel: row.clip_id });
    const said = [`speaker ${row.speaker}`, seconds];
    if (row.distance !== null) said.push(`distance ${row.distance.toFixed(2)}`);
    if (row.predicted)
      said.push(
        `${row.predicted === row.emotion ? "recognised" : `taken for ${row.predicted}`} (${perCent(row.probability)})`,
      );
    const note = element("span", said.join(", ").replaceAll(" %", "\u00a0%"), { className: "note" });
    player.addEventListener("play", () => {
      for (const other of document.querySelectorAll("audio")) if (other !== player) other.pause();
    });
    player.addEventListener(
      "error",
      () => {
        note.textContent = `The recording is not where it was: ${decodeURIComponent(row.audio)}`;
      },
      { once: true },
    );
    picture.addEventListener("error", () => picture.replaceWith(element("p", MISSING, { className: "note" })));
    item.append(picture, player, element("span", row.clip_id, { className: "name" }), note);
    return item;
  },

  none(kind, told) {
    if (kind !== "misclassified") return "None: the emotion has a single clip.";
    return told
      ? "None: the strict probe took all of them for what they are."
      : "Not known: there is no strict probe of this layer.";
  },

  nothing(dataset, emotion) {
    const there = facts.clips.datasets.includes(dataset);
    return there
      ? `There are no clips of ${emotion} in ${dataset}.`
      : `Clips are chosen from ${facts.clips.datasets.join(", ")}, not from ${dataset}.`;
  },
};

// A new element with a text and properties.
function element(tag, text = "", properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...properties });
}

for (const place of document.querySelectorAll(".clips-of-cell")) choice.follow((now) => clips.fill(place, now));
