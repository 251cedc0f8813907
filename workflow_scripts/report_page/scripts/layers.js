"use strict";
// Which layers know the emotion?

const scoreWords = (row, what = "UAR") =>
  `${what} ${perCent(row.value, 1)}${inBrackets(row.low, row.high, (one) => (100 * one).toFixed(1))}`;
const sizes = (row) => `${row.n_speakers} speakers, ${row.n_clips} clips`;
const PER_CENT_AXIS = { tickformat: ".0%", rangemode: "tozero" };

// Places of layers on an axis that several models share: by the layer's number; `final` stands behind the last of its
// own model.
function layerAxis(models) {
  const numbers = [...new Set(models.flatMap((model) => facts.layers[model]))]
    .filter((layer) => /^\d+$/.test(layer))
    .map(Number)
    .sort((a, b) => a - b);
  const lastOf = (model) => Math.max(-1, ...facts.layers[model].filter((layer) => /^\d+$/.test(layer)).map(Number));
  const place = (layer, model = models[0]) =>
    /^\d+$/.test(layer) ? numbers.indexOf(+layer) : numbers.indexOf(lastOf(model)) + 1;
  const names = numbers.map(String),
    step = Math.ceil(numbers.length / 13);
  for (const model of models) for (const layer of facts.layers[model]) names[place(layer, model)] ??= layer;
  const shown = names.map((_, at) => at).filter((at) => at % step === 0 || at >= numbers.length);
  return {
    place,
    last: names.length - 1,
    axis: {
      title: { text: "layer" },
      tickvals: shown,
      ticktext: shown.map((at) => names[at]),
      range: [-0.4, names.length - 0.6],
    },
  };
}

const chosenLayerLine = (at, yref = "paper") =>
  at < 0
    ? []
    : [
        {
          type: "line",
          x0: at,
          x1: at,
          yref,
          y0: 0,
          y1: 1,
          line: { color: "#bbb", width: 1, dash: "dot" },
          layer: "below",
        },
      ];

// The right margin for names at the ends of lines.
function endRoom(ends, size, width) {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `bold ${size}px ${FONT}`;
  return Math.min(
    width / 2,
    14 + Math.max(...ends.map((end) => pen.measureText(end.text.replaceAll(/<[^>]*>/g, "")).width)),
  );
}

charts.layer_curves = ofNearest("curves", "probed", (now, width) => {
  const there = tables.words("curves", "protocol", { dataset: now.dataset });
  const { protocol, note } = protocolOf(now.protocol, there);
  const rows = tables.rows("curves", { dataset: now.dataset, protocol, headline: 1 });
  if (!rows.length) return { none: `No layers of ${now.dataset} were probed.` };
  const models = [...new Set(rows.map((row) => row.model))];
  const networks = models.filter((model) => !facts.acoustics.includes(model));
  const { place, axis, last } = layerAxis(networks),
    data = [],
    ends = [],
    height = 430,
    size = width < 500 ? 10 : 12;
  for (const model of networks) {
    const own = rows.filter((row) => row.model === model),
      chosen = model === now.model;
    const x = own.map((row) => place(row.layer, row.model)),
      colour = modelColour(model);
    data.push(
      ...curve(own, x, colour, chosen, {
        customdata: own.map((row) => [model, row.layer]),
        line: { color: colour, width: chosen ? 3 : 1.3, dash: dash(now.dataset) },
        marker: { size: own.map((row) => (chosen ? 8 : 5) + (row.best ? 4 : 0)), color: colour },
        opacity: chosen ? 1 : 0.75,
        text: own.map(
          (row) =>
            `${called(model)}, layer ${row.layer}<br>${scoreWords(row)}, ${row.kind}<br>${sizes(row)}, ${protocol}` +
            (row.best ? "<br>the highest layer" : row.among_best ? "<br>not distinguishable from the highest" : ""),
        ),
      }),
    );
    ends.push({ text: chosen ? `<b>${model}</b>` : model, x: x.at(-1), y: own.at(-1).value, colour });
  }
  const levels = [["guessing", rows[0].chance, `guessing: ${perCent(rows[0].chance, 1)}`, null]];
  for (const row of rows.filter((one) => facts.acoustics.includes(one.model)))
    levels.push([row.model, row.value, `${row.model}: ${scoreWords(row)}, ${sizes(row)}`, row]);
  for (const [text, y, hover] of levels) {
    data.push(level(y, last, hover));
    ends.push({ text, x: last, y, colour: "#5c5c5c" });
  }
  const top = Math.max(...rows.map((row) => (row.model === now.model ? (row.high ?? row.value) : row.value))) * 1.04;
  const mine = rows.filter((row) => row.model === now.model && row.best)[0],
    acoustic = facts.acoustics.includes(now.model);
  return {
    data,
    rows,
    height,
    note,
    says:
      `Scores of every layer on ${now.dataset}, ${protocol}.` +
      (mine
        ? ` ${called(now.model)} ${acoustic ? "reaches" : `is highest at layer ${mine.layer}:`} ${scoreWords(mine)}, ${sizes(mine)}.`
        : ""),
    layout: {
      xaxis: axis,
      yaxis: { title: { text: `UAR on ${now.dataset}` }, ...PER_CENT_AXIS, range: [0, top] },
      margin: { l: 52, r: endRoom(ends, size, width), t: 28, b: 44 },
      shapes: chosenLayerLine(place(now.layer, now.model)),
      annotations: endLabels(ends, [0, top], height - 72, size).map((label) => ({ ...label, x: last + 0.4 })),
    },
    click: (point) => point.customdata && { model: point.customdata[0], layer: point.customdata[1] },
  };
});

// The chosen network on both datasets of the pair.
charts.both_domains = ofNearest("curves", "probed", (now, width) => {
  const other = partner(now.dataset);
  if (!other) return { none: `${now.dataset} is not part of a pair of datasets.` };
  const { protocol, note } = protocolOf(
    now.protocol,
    tables.words("curves", "protocol", { dataset: now.dataset, model: now.model }),
  );
  const rows = tables.rows("curves", { dataset: [now.dataset, other], model: now.model, protocol, headline: 1 });
  if (facts.acoustics.includes(now.model)) return { none: `${now.model} has no layers.` };
  if (rows.length < 2) return { none: `${now.model} was not probed on ${now.dataset} and ${other}.` };
  const { place, axis, last } = layerAxis([now.model]),
    data = [],
    ends = [],
    height = 330,
    colour = modelColour(now.model);
  for (const dataset of [now.dataset, other]) {
    const own = rows.filter((row) => row.dataset === dataset);
    if (!own.length) continue;
    const x = own.map((row) => place(row.layer, row.model));
    data.push(
      ...curve(own, x, colour, true, {
        line: { color: colour, width: 2.5, dash: dash(dataset) },
        marker: { size: 7, color: dataset === now.dataset ? colour : "#fff", line: { color: colour, width: 2 } },
        customdata: own.map((row) => row.layer),
        text: own.map(
          (row) => `${dataset}, layer ${row.layer}<br>${scoreWords(row)}, ${row.kind}<br>${sizes(row)}, ${protocol}`,
        ),
      }),
    );
    ends.push({ text: dataset, x: last, y: own.at(-1).value, colour });
  }
  const chance = rows[0].chance,
    top = Math.max(...rows.map((row) => row.high ?? row.value)) * 1.04;
  data.push(level(chance, last));
  ends.push({ text: "guessing", x: last, y: chance, colour: "#5c5c5c" });
  return {
    data,
    rows,
    height,
    note,
    says:
      `${called(now.model)} at layer ${now.layer}, ${protocol}: ` +
      rows
        .filter((row) => row.layer === now.layer)
        .map((row) => `${row.dataset} ${scoreWords(row)}, ${sizes(row)}`)
        .join("; ") +
      ".",
    layout: {
      xaxis: axis,
      yaxis: { title: { text: "UAR" }, ...PER_CENT_AXIS, range: [0, top] },
      shapes: chosenLayerLine(place(now.layer, now.model)),
      margin: { l: 52, r: Math.min(130, width * 0.28), t: 28, b: 44 },
      annotations: endLabels(ends, [0, top], height - 72).map((label) => ({ ...label, x: last + 0.4 })),
    },
    click: (point) => point.customdata && { layer: point.customdata },
  };
});

charts.recall_by_emotion = ofNearest("curves", "probed", (now, width) => {
  const { protocol, note } = protocolOf(
    now.protocol,
    tables.words("recalls", "protocol", { dataset: now.dataset, model: now.model }),
  );
  const rows = tables.rows("recalls", { dataset: now.dataset, model: now.model, protocol });
  if (!rows.length) return { none: `${now.model} was not probed on ${now.dataset}.` };
  const acoustic = facts.acoustics.includes(now.model);
  const { place, axis, last } = acoustic
    ? { place: () => 0, axis: { tickvals: [0], ticktext: [now.model], range: [-0.4, 0.4] }, last: 0 }
    : layerAxis([now.model]);
  const data = [],
    ends = [],
    height = 380;
  const emotions = [...new Set(rows.map((row) => row.emotion))].sort(
    (a, b) => (a === now.emotion) - (b === now.emotion),
  );
  for (const emotion of emotions) {
    const own = rows.filter((row) => row.emotion === emotion),
      chosen = emotion === now.emotion,
      { colour, symbol } = look(emotion);
    const x = own.map((row) => place(row.layer, row.model));
    data.push(
      ...curve(own, x, colour, chosen, {
        opacity: chosen ? 1 : 0.7,
        customdata: own.map((row) => [emotion, row.layer]),
        line: { color: colour, width: chosen ? 3 : 1.3, dash: dash(now.dataset) },
        marker: { symbol, color: colour, size: chosen ? 9 : 6 },
        text: own.map(
          (row) => `${emotion}, ${layerWords(row.layer)}<br>${scoreWords(row, "recall")}<br>${sizes(row)}, ${protocol}`,
        ),
      }),
    );
    ends.push({ text: chosen ? `<b>${emotion}</b>` : emotion, x: last, y: own.at(-1).value, colour });
  }
  const mine = rows.find((row) => row.emotion === now.emotion && row.layer === now.layer);
  return {
    data,
    rows,
    height,
    note,
    says:
      `Recall of each emotion of ${now.dataset} ${acoustic ? "by" : "at every layer of"} ${called(now.model)}, ${protocol}.` +
      (mine
        ? ` ${acoustic ? "" : `At layer ${now.layer}, `}${now.emotion}: ${scoreWords(mine, "recall")}, ${sizes(mine)}.`
        : ""),
    layout: {
      xaxis: axis,
      yaxis: { title: { text: "recall" }, ...PER_CENT_AXIS, range: [0, 1.02] },
      shapes: chosenLayerLine(acoustic ? -1 : place(now.layer, now.model)),
      margin: { l: 52, r: Math.min(110, width * 0.25), t: 28, b: 44 },
      annotations: endLabels(ends, [0, 1.02], height - 72).map((label) => ({ ...label, x: axis.range[1] })),
    },
    click: (point) => point.customdata && { emotion: point.customdata[0], layer: point.customdata[1] },
  };
});

charts.recall_by_speaker = ofNearest("curves", "probed", (now) => {
  const { protocol, note } = protocolOf(
    now.protocol,
    tables.words("speakers", "protocol", { dataset: now.dataset, model: now.model }),
  );
  const rows = tables
    .rows("speakers", { dataset: now.dataset, model: now.model, layer: now.layer, protocol })
    .sort((a, b) => a.value - b.value);
  if (!rows.length)
    return { none: `There are no scores of single speakers of ${now.dataset} ${byLayer(now.layer, now.model)}.` };
  const other = partner(now.dataset);
  const beside = other ? tables.rows("speakers", { dataset: other, model: now.model, layer: now.layer, protocol }) : [];
  const colour = modelColour(now.model),
    order = rows.map((row) => row.speaker);
  const dots = (own, dataset, filled) => ({
    x: own.map((row) => row.speaker),
    y: own.map((row) => row.value),
    mode: "markers",
    type: "scatter",
    name: dataset,
    hoverinfo: "text",
    marker: { size: 10, color: filled ? colour : "#fff", line: { color: colour, width: 2 } },
    text: own.map(
      (row) =>
        `speaker ${row.speaker}, ${dataset}<br>UAR ${perCent(row.value, 1)}, ${row.n_clips} clips<br>${layerWords(now.layer)}, ${protocol}`,
    ),
  });
  const data = [dots(rows, now.dataset, true)];
  if (beside.length)
    data.push(
      dots(
        beside.filter((row) => order.includes(row.speaker)),
        other,
        false,
      ),
    );
  return {
    data,
    rows: [...rows, ...beside],
    height: 330,
    note,
    says: `UAR of single speakers of ${now.dataset} ${byLayer(now.layer, called(now.model))}: from ${perCent(rows[0].value)} to ${perCent(rows.at(-1).value)} (${rows.length} speakers, ${protocol}).`,
    layout: {
      xaxis: {
        title: { text: `speaker, in order of ${now.dataset}` },
        type: "category",
        categoryorder: "array",
        categoryarray: order,
      },
      yaxis: { title: { text: "UAR" }, ...PER_CENT_AXIS, range: [0, 1.02] },
      showlegend: data.length > 1,
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      margin: { l: 52, r: 12, t: 62, b: 44 },
      shapes: [
        {
          type: "line",
          xref: "paper",
          x0: 0,
          x1: 1,
          y0: rows[0].chance,
          y1: rows[0].chance,
          line: { color: "#767676", dash: "dot", width: 1.2 },
        },
      ],
    },
  };
});

charts.confusion = ofNearest("curves", "probed", (now, width) => {
  const of = { dataset: now.dataset, model: now.model, layer: now.layer };
  const { protocol, note } = protocolOf(now.protocol, tables.words("confusions", "protocol", of));
  const rows = tables.rows("confusions", { ...of, protocol });
  if (!rows.length) return { none: `There are no predictions ${byLayer(now.layer, now.model)} on ${now.dataset}.` };
  const emotions = [...new Set(rows.map((row) => row.true))];
  const cell = (truth, predicted) => rows.find((row) => row.true === truth && row.predicted === predicted);
  const z = emotions.map((truth) => emotions.map((predicted) => cell(truth, predicted)?.share ?? null));
  const wrong = rows.filter((row) => row.true !== row.predicted).sort((a, b) => b.share - a.share);
  const worst = wrong.filter((row) => row.share && row.share === wrong[0].share).slice(0, 3); // several where they are equal
  const small = width < 500;
  return {
    rows,
    note,
    height: small ? 380 : 440,
    data: [
      {
        type: "heatmap",
        x: emotions,
        y: emotions,
        z,
        zmin: 0,
        zmax: 1,
        colorscale: [
          [0, "#f7fbff"],
          [0.5, "#6baed6"],
          [1, "#08306b"],
        ],
        xgap: 2,
        ygap: 2,
        showscale: false,
        hoverinfo: "text",
        text: emotions.map((truth) =>
          emotions.map((predicted) => {
            const one = cell(truth, predicted);
            return one
              ? `${truth}, taken for ${predicted}:<br>${one.count} clips, ${perCent(one.share)} of ${truth}<br>${layerWords(now.layer)}, ${protocol}`
              : "";
          }),
        ),
      },
    ],
    says:
      `Confusions on ${now.dataset} ${byLayer(now.layer, called(now.model))}, ${protocol}.` +
      (worst.length
        ? ` Most often ${worst.map((row) => `${row.true} is taken for ${row.predicted} (${perCent(row.share)})`).join(", ")}.`
        : ""),
    layout: {
      xaxis: { title: { text: "predicted" }, side: "bottom", showgrid: false, tickangle: small ? -40 : 0 },
      yaxis: { title: { text: "true emotion" }, autorange: "reversed", showgrid: false },
      margin: { l: 80, r: 12, t: 28, b: small ? 70 : 50 },
      annotations: emotions.flatMap((truth, row) =>
        emotions.map((predicted, column) => ({
          x: predicted,
          y: truth,
          text: z[row][column] === null ? "" : (100 * z[row][column]).toFixed(0),
          showarrow: false,
          font: { size: small ? 10 : 13, color: z[row][column] > 0.45 ? "#fff" : "#1c1c1c" },
        })),
      ),
    },
    click: (point) => ({ emotion: point.y }),
  };
});

// Trained on one dataset, tested on the other, beside trained and tested on the same.
charts.cross_domain = ofNearest("curves", "probed", (now, width) => {
  const other = partner(now.dataset);
  if (!other || !tables.has("crossed"))
    return { none: `Nothing was trained on another dataset and tested on ${now.dataset}.` };
  const { protocol, note } = protocolOf(now.protocol, tables.words("crossed", "protocol", { dataset: now.dataset }));
  const rows = tables.rows("crossed", { dataset: [now.dataset, other], source: [now.dataset, other], protocol });
  if (!rows.length) return { none: `Nothing was trained on ${other} and tested on ${now.dataset}.` };
  const models = [...new Set(rows.map((row) => row.model))],
    ways = [
      [now.dataset, now.dataset],
      [other, now.dataset],
      [other, other],
      [now.dataset, other],
    ];
  const names = ways.map(([source, target]) => (source === target ? `${source} alone` : `${source} → ${target}`));
  const data = [],
    step = 0.6 / Math.max(models.length, 1);
  models.forEach((model, index) => {
    for (const form of [...new Set(rows.map((row) => row.speaker_normalisation))]) {
      const own = ways
        .map(([source, target], at) => ({
          at,
          row: rows.find(
            (one) =>
              one.model === model &&
              one.source === source &&
              one.dataset === target &&
              one.speaker_normalisation === form,
          ),
        }))
        .filter((one) => one.row);
      const colour = modelColour(model),
        open = !own.some(({ row }) => row.headline);
      data.push({
        x: own.map(({ at }) => at + (index - (models.length - 1) / 2) * step + (open ? step / 3 : 0)),
        y: own.map(({ row }) => row.value),
        mode: "markers",
        type: "scatter",
        name: open ? `${model}, ${form}` : model,
        error_y: {
          type: "data",
          symmetric: false,
          array: own.map(({ row }) => (row.high === null ? 0 : row.high - row.value)),
          arrayminus: own.map(({ row }) => (row.low === null ? 0 : row.value - row.low)),
          color: colour,
          thickness: 1.2,
          width: 0,
        },
        marker: {
          size: model === now.model ? 11 : 7,
          color: open ? "#fff" : colour,
          line: { color: colour, width: 2 },
        },
        hoverinfo: "text",
        customdata: own.map(({ row }) => row.model),
        text: own.map(
          ({ row, at }) =>
            `${called(model)}: ${names[at]}<br>${scoreWords(row)}<br>${sizes(row)}, ${protocol}<br>speaker normalisation: ${form}, ${layerWords(row.layer)}`,
        ),
      });
    }
  });
  const high = Math.max(...rows.map((row) => row.high ?? row.value)),
    mine = rows.filter((row) => row.model === now.model && row.headline);
  const way = (row) => (row.source === row.dataset ? `${row.dataset} alone` : `${row.source} to ${row.dataset}`);
  return {
    data,
    rows,
    note,
    height: 450,
    says:
      `${called(now.model)} within and across ${now.dataset} and ${other}, ${protocol}: ` +
      (mine.length
        ? `${mine.map((row) => `${way(row)} ${scoreWords(row)}, ${sizes(row)}`).join("; ")}.`
        : "not probed across."),
    layout: {
      xaxis: {
        tickvals: [0, 1, 2, 3],
        ticktext:
          width < 560 ? names.map((text) => text.replace(" alone", "<br>alone").replace(" → ", " →<br>")) : names,
        range: [-0.5, 3.5],
        showgrid: false,
      },
      yaxis: { title: { text: "UAR on the target" }, ...PER_CENT_AXIS, range: [0, high * 1.05] },
      legend: { orientation: "h", y: -0.2, yanchor: "top", x: 0 },
      margin: { l: 52, r: 12, t: 28, b: 120 },
      shapes: [
        {
          type: "line",
          xref: "paper",
          x0: 0,
          x1: 1,
          y0: rows[0].chance,
          y1: rows[0].chance,
          line: { color: "#767676", dash: "dot", width: 1.2 },
        },
      ],
    },
    click: (point) => point.customdata && { model: point.customdata },
  };
});
