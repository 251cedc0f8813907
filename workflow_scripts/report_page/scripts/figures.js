"use strict";
// Live figures. A chart is charts.NAME = (choice) => ({data, layout, rows, says, note}) or {none: "why there is nothing"}.
// data, layout: of plotly. rows: objects, what the figure shows, for its "data" file. says: what is seen, in a sentence with
// its numbers and n, which stands below the figure and is its text for those who do not see it. note: what the reader must know, such as another protocol than the chosen one. click: (point) => a choice to go to.
const charts = {};
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

const figures = {
  config: { responsive: true, displayModeBar: false, displaylogo: false },
  seen: new Set(),

  layout(own) {
    const quiet = { gridcolor: "#ececec", zeroline: false, automargin: true, fixedrange: true };
    const { xaxis, yaxis, ...rest } = own;
    const titled = ({ title, ...axis } = {}) =>
      title ? { ...axis, title: { font: { size: 13 }, standoff: 8, ...title } } : axis;
    return {
      font: { family: FONT, size: 13, color: "#1c1c1c" },
      margin: { l: 52, r: 12, t: 28, b: 44 },
      paper_bgcolor: "#fff",
      plot_bgcolor: "#fff",
      hovermode: "closest",
      dragmode: false,
      hoverlabel: { bgcolor: "#fff", bordercolor: "#666", font: { size: 12, color: "#1c1c1c" }, align: "left" },
      legend: { orientation: "h", y: -0.2, x: 0, font: { size: 12 } },
      ...rest,
      xaxis: { ...quiet, ...titled(xaxis) },
      yaxis: { ...quiet, ...titled(yaxis) },
      ...Object.fromEntries(
        Object.entries(rest)
          .filter(([key]) => /^[xy]axis\d+$/.test(key))
          .map(([key, axis]) => [key, { ...quiet, ...titled(axis) }]),
      ),
    };
  },

  draw(figure) {
    if (!(figure.dataset.chart in charts)) {
      figure.hidden = true;
      return;
    }
    const place = figure.querySelector(".chart"),
      made = charts[figure.dataset.chart](choice.now, place.clientWidth || 800);
    const note = figure.querySelector(".chart-note");
    figure.classList.toggle("empty", "none" in made);
    note.textContent = made.none ?? made.note ?? "";
    figure.querySelector(".says").textContent = made.says ?? "";
    if (made.none) {
      Plotly.purge(place);
      place.removeAttribute("aria-label");
      return;
    }
    place.setAttribute("aria-label", made.says);
    if (made.height) place.style.height = `${made.height}px`;
    figure.made = made;
    if (synthetic(made.rows)) {
      made.layout.title = {
        text: place.clientWidth < 500 ? facts.demonstration.split(":")[0] : facts.demonstration,
        xref: "container",
        yref: "container",
        x: 1,
        y: 1,
        xanchor: "right",
        yanchor: "top",
        pad: { t: 4, r: 12 },
        automargin: false,
        font: { size: 10, color: "#9A0019" },
      };
    }
    Plotly.react(place, made.data, this.layout(made.layout), this.config).then(() => {
      place.removeAllListeners?.("plotly_click");
      if (made.click)
        place.on("plotly_click", (event) => {
          const wanted = made.click(event.points[0]);
          if (wanted) choice.set(wanted.choice ?? wanted, undefined);
          if (wanted?.place) document.getElementById(wanted.place)?.scrollIntoView({ behavior: "smooth" });
        });
    });
  },

  // Drawn when they come near the window, and again after a change of choice.
  start() {
    const all = [...document.querySelectorAll("figure[data-chart]")];
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          target.near = isIntersecting;
          if (isIntersecting && target.stale !== false) {
            target.stale = false;
            this.draw(target);
          }
        }
      },
      { rootMargin: "600px 0px" },
    );
    choice.follow(() => {
      for (const figure of all) {
        figure.stale = true;
        if (figure.near && figure.offsetParent) {
          figure.stale = false;
          this.draw(figure);
        }
      }
    });
    for (const figure of all) {
      watcher.observe(figure);
      figure
        .querySelector("button.data")
        ?.addEventListener("click", () => save(`${name(figure)}.csv`, csv(figure.made.rows)));
      figure.querySelector("button.image")?.addEventListener("click", () => {
        const place = figure.querySelector(".chart");
        Plotly.downloadImage(place, {
          format: "svg",
          filename: name(figure),
          width: place.clientWidth,
          height: place.clientHeight,
        });
      });
    }
  },
};

// Whether what is drawn rests on synthetic audio; of rows that name no dataset, whether the chosen one does.
function synthetic(rows) {
  const columns = ["dataset", "source", "target", "first", "second"].filter((column) => column in (rows[0] ?? {}));
  const drawn = columns.length ? rows.flatMap((row) => columns.map((column) => row[column])) : [choice.now.dataset];
  return drawn.some((dataset) => facts.synthetic.includes(dataset));
}

function name(figure) {
  return [figure.dataset.chart, ...Object.values(choice.now)]
    .filter(Boolean)
    .join("_")
    .replaceAll(/[^\w.-]+/g, "-");
}

function csv(rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value) =>
    value === null || value === undefined
      ? ""
      : /[",\n]/.test(value)
        ? `"${String(value).replaceAll('"', '""')}"`
        : value;
  return (
    [columns, ...rows.map((row) => columns.map((column) => row[column]))]
      .map((line) => line.map(cell).join(","))
      .join("\n") + "\n"
  );
}

function save(file, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// --- words and looks that all charts share

const called = (model) => facts.called[model] ?? model;
const perCent = (value, digits = 0) => (value === null ? "–" : `${(100 * value).toFixed(digits)} %`);
const inBrackets = (low, high, say = (value) => (100 * value).toFixed(0)) =>
  low === null || high === null ? "" : ` [${say(low)}, ${say(high)}]`;
const look = (emotion) => facts.looks[emotion] ?? { colour: "#444", symbol: "circle" };
const layerWords = (layer) => (layer === "functionals" ? "acoustic features" : `layer ${layer}`);
const byLayer = (layer, model) => (layer === "functionals" ? `by ${model}` : `at layer ${layer} of ${model}`);
const dash = (dataset) => (facts.domain[dataset] === "song" ? "dash" : "solid");
const faint = (colour, share = 0.14) =>
  colour +
  Math.round(255 * share)
    .toString(16)
    .padStart(2, "0");
const modelColour = (model) => facts.model_colours[model] ?? "#767676";

// The protocol of those there are that comes nearest to the chosen one, and what to say if it is another.
function protocolOf(chosen, there) {
  if (there.includes(chosen)) return { protocol: chosen, note: "" };
  const published = there.find((one) => one !== "strict");
  const protocol = chosen !== "strict" && published ? published : there.includes("strict") ? "strict" : there[0];
  return { protocol, note: protocol ? `There is nothing of ${chosen} here: ${protocol} is shown.` : "" };
}

// The dataset itself if a table holds it, else one with the same recordings, else one of the same domain; what to say then.
function nearest(dataset, table, done = "") {
  const there = tables.words(table, "dataset"),
    same = tables.rows("distance_pairs", { dataset }).flatMap((row) => [row.first, row.second]);
  const found = there.includes(dataset)
    ? dataset
    : [...same, ...there].find((one) => there.includes(one) && facts.domain[one] === facts.domain[dataset]);
  return {
    dataset: found ?? dataset,
    note: !found || found === dataset ? "" : `${dataset} was not ${done}: ${found} is shown.`,
  };
}

// A chart that shows the nearest dataset where a table does not hold the chosen one.
const ofNearest = (table, done, chart) => (now, width) => {
  const { dataset, note } = nearest(now.dataset, table, done),
    made = chart({ ...now, dataset }, width);
  return made.none ? made : { ...made, note: [note, made.note].filter(Boolean).join(" ") };
};

// The other dataset of the pair, if the dataset has one.
function partner(dataset) {
  const pair = facts.pairs.find((one) => one.includes(dataset));
  return pair ? pair.find((one) => one !== dataset) : null;
}

// A band between two lines; `x` in order.
function band(x, low, high, colour, more = {}) {
  return {
    x: [...x, ...[...x].reverse()],
    y: [...high, ...[...low].reverse()],
    fill: "toself",
    fillcolor: faint(colour),
    line: { width: 0 },
    hoverinfo: "skip",
    showlegend: false,
    mode: "lines",
    type: "scatter",
    ...more,
  };
}

// A curve over layers and, where it is asked for, the band of its intervals. `x`: the places of the rows.
function curve(rows, x, colour, banded, more) {
  const places = x.filter((_, at) => rows[at].low !== null),
    bounded = rows.filter((row) => row.low !== null);
  const [low, high] = ["low", "high"].map((end) => bounded.map((row) => row[end]));
  const line = { x, y: rows.map((row) => row.value), mode: "lines+markers", type: "scatter", showlegend: false };
  return [
    ...(banded && bounded.length ? [band(places, low, high, colour)] : []),
    { ...line, hoverinfo: "text", ...more },
  ];
}

// A dotted line across all layers at one height, such as guessing.
function level(y, last, text = "") {
  return {
    x: [-0.4, last + 0.4],
    y: [y, y],
    mode: "lines",
    type: "scatter",
    showlegend: false,
    line: { color: "#767676", width: 1.2, dash: "dot" },
    hoverinfo: text ? "text" : "skip",
    text: [text, text],
  };
}

// The key where two datasets stand beside each other: the chosen one filled, the other open.
function keyOfDatasets(datasets, chosen, colour, symbol = "circle") {
  return (datasets.length > 1 ? datasets : []).map((dataset) => ({
    x: [null],
    y: [null],
    mode: "markers",
    type: "scatter",
    name: dataset,
    marker: { size: 10, symbol, color: dataset === chosen ? colour : "#fff", line: { color: colour, width: 2 } },
  }));
}

// Names at the ends of lines, moved apart so that they do not overlap. `ends`: {text, x, y, colour}; `range`: of the axis.
function endLabels(ends, range, height, size = 12) {
  const gap = ((size + 3) / Math.max(height, 1)) * (range[1] - range[0]);
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  let last = -Infinity;
  for (const end of sorted) {
    end.at = Math.max(end.y, last + gap);
    last = end.at;
  }
  const over = Math.max(0, last - range[1]);
  return sorted.map((end) => ({
    text: end.text,
    x: end.x,
    y: end.at - over,
    xref: end.xref ?? "x",
    yref: end.yref ?? "y",
    xanchor: "left",
    yanchor: "middle",
    xshift: 6,
    showarrow: false,
    font: { size, color: end.colour },
  }));
}
