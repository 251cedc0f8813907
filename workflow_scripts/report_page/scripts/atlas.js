"use strict";
// The atlas: of every acoustic category, what each layer encodes, and what the dimensions that tell an emotion encode of it.
const ATLAS = {
  "r2-all": {
    title: "Absolute: what the layer encodes",
    unit: "R² from all dimensions, within emotion",
    short: "R² from all dimensions",
    axis: "coloraxis",
    colours: ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"],
  },
  gain: {
    title: "Added by the emotion's dimensions",
    unit: "gain in R² over random dimensions, within emotion",
    short: "gain in R² over random ones",
    axis: "coloraxis2",
    colours: [
      "#053061",
      "#2166ac",
      "#4393c3",
      "#92c5de",
      "#d1e5f0",
      "#f7f7f7",
      "#fddbc7",
      "#f4a582",
      "#d6604d",
      "#b2182b",
      "#67001f",
    ],
  },
};
const NOT_CLAIMED = "#d9d9d9",
  HEAD = 5.6,
  LINE = 16; // rows of cells that a title with its colours takes; pixels of a row

// Where the panels lie, in rows of cells downwards and in layers to the right; `places`: {what, category, dataset, x, y}.
function atlasPanels(categories, datasets, emotions, layers, width) {
  const narrow = width < 700,
    left = narrow ? 80 : 88,
    room = narrow ? 0 : 22,
    places = [],
    heads = [];
  const columns = narrow ? [[]] : Object.keys(ATLAS).flatMap((what) => datasets.map((dataset) => [what, dataset]));
  const wide = (width - left - 14 - room * (columns.length - 1)) / columns.length,
    gap = (room * layers.length) / wide;
  const step = emotions.length + (narrow ? 3 : 2);
  let y = HEAD;
  if (narrow) {
    for (const what of Object.keys(ATLAS)) {
      heads.push({ what, x: 0, y: y - HEAD, across: 1 });
      for (const category of categories)
        for (const dataset of datasets) {
          places.push({ what, category, dataset, x: 0, y });
          y += step;
        }
      y += HEAD;
    }
  } else {
    for (const [at, [what]] of columns.entries())
      if (at % datasets.length === 0)
        heads.push({ what, x: at * (layers.length + gap), y: 0, across: datasets.length });
    for (const category of categories) {
      for (const [at, [what, dataset]] of columns.entries())
        places.push({ what, category, dataset, x: at * (layers.length + gap), y });
      y += step;
    }
  }
  return { narrow, left, places, heads, gap, across: columns.length * (layers.length + gap) - gap };
}

charts.atlas = ofNearest("told", "explained", (now, width) => {
  if (facts.acoustics.includes(now.model))
    return {
      none: `The dimensions of ${now.model} are acoustic features, which predict themselves: choose a network.`,
    };
  const datasets = explanation.beside(now.dataset),
    rows = tables.rows("atlas", { model: now.model, dataset: datasets });
  if (!rows.length) return { none: `No layer of ${now.model} is explained on ${now.dataset}.` };
  const cell = explanation.cell(now),
    { layer: layerShown, emotion: emotionShown } = cell.of ?? now;
  const layers = facts.layers[now.model].filter((layer) => rows.some((row) => row.layer === layer)),
    categories = tables.words("atlas", "category");
  const emotions = facts.choices.emotion.filter((emotion) => rows.some((row) => row.emotion === emotion));
  const most = Object.fromEntries(tables.rows("atlas_scales").map((row) => [row.what, row.most]));
  const { narrow, left, places, heads, gap, across } = atlasPanels(categories, datasets, emotions, layers, width);
  const cells = new Map(
      rows.map((row) => [[row.what, row.category, row.dataset, row.emotion, row.layer].join("|"), row]),
    ),
    data = [],
    shapes = [],
    texts = [],
    dots = [];
  const chosen = [layers.indexOf(layerShown), emotions.indexOf(emotionShown)];
  const hover = (row) =>
    row &&
    `${row.emotion} in ${row.dataset}, layer ${row.layer}: ${row.category}, ${row.n_features} features<br>` +
      (row.what === "gain"
        ? `gain ${explanation.gained(row)}, corrected ${explanation.p(row.p_adjusted)}`
        : `R² ${explanation.number(row.value)}${inBrackets(row.low, row.high, explanation.number)}`) +
      `<br>${row.significant ? "" : "not claimed; "}${row.peak ? "highest layer; " : ""}${sizes(row)}, strict`;
  for (const { what, category, dataset, x, y } of places) {
    const grid = emotions.map((emotion) =>
      layers.map((layer) => cells.get([what, category, dataset, emotion, layer].join("|"))),
    );
    const values = (clear) =>
      grid.map((line) => line.map((row) => (row && Boolean(row.significant) === clear ? row.value : null)));
    const shared = {
      type: "heatmap",
      x0: x,
      dx: 1,
      y0: y,
      dy: 1,
      xgap: 1,
      ygap: 1,
      hoverongaps: false,
      hoverinfo: "text",
      text: grid.map((line) => line.map(hover)),
      customdata: grid.map((line) => line.map((row) => row && [row.dataset, row.layer, row.emotion])),
    };
    const { axis: coloraxis } = ATLAS[what];
    data.push({ ...shared, z: values(true), coloraxis });
    data.push({
      ...shared,
      z: values(false),
      ...(what === "gain"
        ? { coloraxis, opacity: 0.32 }
        : {
            zmin: 0,
            zmax: 1,
            colorscale: [
              [0, NOT_CLAIMED],
              [1, NOT_CLAIMED],
            ],
            showscale: false,
          }),
    });
    if (what === "gain")
      grid.forEach((line, down) =>
        line.forEach((row, right) => {
          if (row?.significant) dots.push([x + right, y + down]);
        }),
      );
    const box = { type: "rect", x0: x - 0.5, x1: x + layers.length - 0.5, y0: y - 0.5, y1: y + emotions.length - 0.5 };
    shapes.push({ ...box, line: { color: "#c4c4c4", width: 1 }, layer: "below" });
    if (chosen[0] >= 0)
      shapes.push({ ...box, x0: x + chosen[0] - 0.5, x1: x + chosen[0] + 0.5, line: { color: "#1c1c1c", width: 0.7 } });
    if (chosen.every((at) => at >= 0))
      shapes.push({
        ...box,
        x0: x + chosen[0] - 0.5,
        x1: x + chosen[0] + 0.5,
        y0: y + chosen[1] - 0.5,
        y1: y + chosen[1] + 0.5,
        line: { color: "#1c1c1c", width: dataset === now.dataset ? 3 : 1.6 },
      });
    if (narrow || category === categories[0])
      texts.push([x - 0.5, y - 1.1, dataset === now.dataset ? `<b>${dataset}</b>` : dataset, "middle right"]);
    if (narrow || category === categories.at(-1)) {
      const step = Math.ceil(
        layers.length / Math.max(2, Math.floor((width - left) / (narrow ? 1 : 2 * datasets.length) / 26)),
      );
      layers.forEach((layer, at) => {
        if (at % step === 0)
          texts.push([x + at, y + emotions.length + 0.1, layer === "final" ? "fin." : layer, "middle center"]);
      });
    }
  }
  for (const [size, position] of [
    [11, "middle center"],
    [13, "middle right"],
  ]) {
    const own = texts.filter((text) => text[3] === position);
    data.push({
      type: "scatter",
      mode: "text",
      x: own.map((text) => text[0]),
      y: own.map((text) => text[1]),
      text: own.map((text) => text[2]),
      textposition: position,
      textfont: { size },
      hoverinfo: "skip",
      showlegend: false,
      cliponaxis: false,
    });
  }
  data.push({
    type: "scatter",
    mode: "markers",
    x: dots.map((dot) => dot[0]),
    y: dots.map((dot) => dot[1]),
    marker: { size: 3.5, color: "#1c1c1c" },
    hoverinfo: "skip",
    showlegend: false,
  });
  const names = new Map(); // what stands at the left, by height
  for (const { category, y } of places) {
    names.set(y - 1.1, `<b>${category}</b>`);
    emotions.forEach((emotion, at) => names.set(y + at, emotion === emotionShown ? `<b>${emotion}</b>` : emotion));
  }
  // a scale is shown though no value of it is claimed
  for (const { axis: coloraxis } of Object.values(ATLAS))
    data.push({
      type: "scatter",
      mode: "markers",
      x: [0],
      y: [0],
      opacity: 0,
      marker: { color: [0], coloraxis },
      hoverinfo: "skip",
      showlegend: false,
    });
  const bottom = Math.max(...places.map((place) => place.y)) + emotions.length + 0.8,
    height = LINE * (bottom + 0.8) + 60,
    per = (y) => 1 - (y + 0.8) / (bottom + 0.8);
  const bar = (what) => {
    const head = heads.find((one) => one.what === what);
    const share = (head.across * layers.length + (head.across - 1) * gap) / across;
    return {
      orientation: "h",
      x: head.x / across,
      xanchor: "left",
      len: narrow ? 1 : share * 0.92,
      thickness: 9,
      y: per(head.y + 1.9),
      yanchor: "top",
      outlinewidth: 0,
      nticks: 5,
      tickfont: { size: 11 },
      title: { text: "", font: { size: 11 } },
      xpad: 0,
      ypad: 0,
    };
  };
  const scale = (what) => ATLAS[what].colours.map((colour, at, all) => [at / (all.length - 1), colour]);
  const mine = rows.filter((row) => row.layer === layerShown && row.emotion === emotionShown),
    best = (dataset, what) =>
      mine
        .filter((row) => row.dataset === dataset && row.what === what && row.significant)
        .sort((a, b) => b.value - a.value)[0];
  const told = datasets
    .filter((dataset) => mine.some((row) => row.dataset === dataset))
    .map((dataset) => {
      const [known, added] = [best(dataset, "r2-all"), best(dataset, "gain")];
      return (
        `in ${dataset} ${known ? `${known.category} is encoded best (R² ${explanation.number(known.value)}${inBrackets(known.low, known.high, explanation.number)})` : "no category is clearly encoded"}, ` +
        (added
          ? `the dimensions that tell it add ${added.category} most (${explanation.gained(added)})`
          : "the dimensions that tell it add nothing that can be claimed") +
        `; ${sizes(mine.find((row) => row.dataset === dataset))}`
      );
    });
  return {
    data,
    rows,
    height,
    note: cell.none ?? cell.note,
    says: told.length
      ? `${emotionShown} at layer ${layerShown} of ${called(now.model)}: ${told.join("; ")}.`
      : `Acoustic categories in the layers of ${called(now.model)}.`,
    layout: {
      coloraxis: { cmin: 0, cmax: most["r2-all"], colorscale: scale("r2-all"), colorbar: bar("r2-all") },
      coloraxis2: { cmin: -most.gain, cmax: most.gain, colorscale: scale("gain"), colorbar: bar("gain") },
      xaxis: {
        range: [-0.5, across - 0.5],
        showticklabels: false,
        showgrid: false,
        automargin: false,
        ticks: "",
        title: { text: "layer", standoff: 2 },
      },
      yaxis: {
        range: [bottom, -0.8],
        showgrid: false,
        automargin: false,
        ticks: "outside",
        ticklen: 5,
        tickcolor: "#fff",
        tickvals: [...names.keys()],
        ticktext: [...names.values()],
        tickfont: { size: 11.5 },
      },
      margin: { l: left, r: 14, t: 30, b: 30 },
      shapes,
      annotations: heads.flatMap(({ what, x, y }) => [
        {
          x: x - 0.5,
          y: y,
          xanchor: "left",
          yanchor: "middle",
          text: `<b>${ATLAS[what].title}</b>`,
          showarrow: false,
          font: { size: 13.5 },
        },
        {
          x: x - 0.5,
          y: y + 1.1,
          xanchor: "left",
          yanchor: "middle",
          text: narrow ? ATLAS[what].short : ATLAS[what].unit,
          showarrow: false,
          font: { size: 11.5, color: "#4a4a4a" },
        },
      ]),
    },
    click: (point) =>
      point.customdata && {
        choice: { dataset: point.customdata[0], layer: point.customdata[1], emotion: point.customdata[2] },
        place: "cell",
      },
  };
});

// Of the chosen emotion: the layer at which each network predicts a category best, and the layers whose interval reaches that value.
charts.atlas_peaks = ofNearest("told", "explained", (now, width) => {
  const datasets = explanation.beside(now.dataset),
    cell = explanation.cell(now),
    emotion = cell.of?.emotion ?? now.emotion;
  const rows = tables
    .rows("atlas", { what: "r2-all", emotion, dataset: datasets })
    .filter((row) => !facts.acoustics.includes(row.model));
  const models = facts.choices.model.filter(
    (model) => new Set(rows.filter((row) => row.model === model).map((row) => row.layer)).size > 1,
  );
  if (!models.length)
    return { none: `No network is explained at more than one layer for ${emotion}: there is no peak to look for.` };
  const categories = tables.words("atlas", "category"),
    { place, axis, last } = layerAxis(models),
    names = new Map(),
    data = [],
    peaks = [];
  let height = 0;
  for (const category of categories) {
    names.set(height++, `<b>${category}</b>`);
    for (const model of models) {
      names.set(height, model === now.model ? `<b>${model}</b>` : model);
      for (const [at, dataset] of datasets.entries()) {
        const own = rows.filter((row) => row.model === model && row.dataset === dataset && row.category === category),
          peak = own.find((row) => row.peak);
        const y = height + (datasets.length < 2 ? 0 : at ? 0.2 : -0.2),
          colour = modelColour(model);
        if (!peak) continue;
        const reaching = facts.layers[model]
          .map((layer) => own.find((row) => row.layer === layer))
          .filter(Boolean)
          .map((row) => (row.high >= peak.value ? place(row.layer, row.model) : null));
        data.push({
          x: reaching,
          y: reaching.map(() => y),
          mode: "lines+markers",
          type: "scatter",
          hoverinfo: "skip",
          showlegend: false,
          line: { color: faint(colour, 0.45), width: 3 },
          marker: { size: 3, color: faint(colour, 0.45) },
        });
        peaks.push({ row: peak, y, colour, filled: dataset === now.dataset });
      }
      height++;
    }
  }
  data.push({
    x: peaks.map(({ row }) => place(row.layer, row.model)),
    y: peaks.map(({ y }) => y),
    mode: "markers",
    type: "scatter",
    showlegend: false,
    hoverinfo: "text",
    customdata: peaks.map(({ row }) => [row.dataset, row.model, row.layer]),
    marker: {
      size: 10,
      color: peaks.map(({ colour, filled }) => (filled ? colour : "#fff")),
      line: { color: peaks.map(({ colour }) => colour), width: 2 },
    },
    text: peaks.map(
      ({ row }) =>
        `${row.category}: ${called(row.model)}, ${row.dataset}<br>highest at layer ${row.layer}: R² ${explanation.number(row.value)}${inBrackets(row.low, row.high, explanation.number)}<br>${emotion}, ${sizes(row)}, strict`,
    ),
  });
  data.push(...keyOfDatasets(datasets, now.dataset, "#444"));
  const mine = peaks
    .filter(({ row }) => row.model === now.model && row.dataset === now.dataset)
    .map(({ row }) => `${row.category} at layer ${row.layer} (R² ${explanation.number(row.value)})`);
  return {
    data,
    rows: peaks.map(({ row }) => row),
    height: 96 + 20 * height,
    note: cell.none ?? cell.note,
    says: cell.none
      ? `Peaks of the categories for ${emotion}.`
      : `${emotion} in ${now.dataset}: ` +
        (mine.length
          ? `${called(now.model)} encodes ${mine.join(", ")} best.`
          : `no layer of ${called(now.model)} clearly encodes a category.`),
    layout: {
      xaxis: { ...axis, range: [-0.6, last + 0.6] },
      yaxis: {
        tickvals: [...names.keys()],
        ticktext: [...names.values()],
        range: [height - 0.4, -0.6],
        tickfont: { size: width < 500 ? 9.5 : 12 },
        showgrid: false,
      },
      legend: legendAbove(96 + 20 * height),
      margin: { l: 90, r: 12, t: 52, b: 44 },
    },
    click: (point) =>
      point.customdata && {
        choice: { dataset: point.customdata[0], model: point.customdata[1], layer: point.customdata[2] },
        place: "cell",
      },
  };
});
