"use strict";
// What do the embeddings know? One cell: what stands behind one layer, emotion and dataset of the atlas.
const explanation = {
  number: (value, digits = 2) => (value === null ? "–" : value.toFixed(digits).replace("-", "−")),
  gain: (value, digits = 2) => (value === null ? "–" : (value >= 0 ? "+" : "") + explanation.number(value, digits)),
  p: (value) => (value === null ? "" : value < 0.001 ? "p < 0.001" : `p = ${value.toFixed(value < 0.0995 ? 3 : 2)}`),
  // an interval that lies above or below 0 is written so that it reads so
  gained(row, value = row.value) {
    const close = (row.low > 0 || row.high < 0) && Math.min(Math.abs(row.low), Math.abs(row.high)) < 0.005;
    const say = (one) => explanation.gain(one, close ? 3 : 2);
    return say(value) + inBrackets(row.low, row.high, say);
  },
  at: (layer) => (layer === "functionals" ? "" : ` at layer ${layer}`),
  other: (row) => (row.against === "rest" ? "all others" : row.against),
  faintly: (colour, clear) => (clear ? colour : faint(colour, 0.35)),

  // The explained cell that comes nearest to the choice, with what to say if it is another one; or why there is none.
  cell(now) {
    const there = tables.rows("told", {
      dataset: now.dataset,
      model: now.model,
      side: "all",
      metric: "UAR",
      protocol: "strict",
    });
    if (!there.length) {
      const datasets = tables.words("told", "dataset", { model: now.model });
      return {
        none:
          `${now.model} is not explained on ${now.dataset}` +
          (datasets.length ? `, but on ${datasets.join(" and ")}.` : "."),
      };
    }
    const order = facts.layers[now.model],
      wanted = order.indexOf(now.layer),
      away = (row) => Math.abs(order.indexOf(row.layer) - wanted);
    const { layer } = there.reduce((nearest, row) => (away(row) < away(nearest) ? row : nearest));
    const own = there.filter((row) => row.layer === layer),
      found = own.find((row) => row.emotion === now.emotion) ?? own[0],
      said = [];
    if (layer !== now.layer)
      said.push(`Layer ${now.layer} is not explained: layer ${layer}, the nearest one that is, is shown.`);
    if (found.emotion !== now.emotion)
      said.push(
        (now.emotion === found.against
          ? `${now.emotion} is what the others are told from`
          : `${now.emotion} is not explained here`) + `: ${found.emotion} is shown.`,
      );
    return {
      of: { dataset: now.dataset, model: now.model, layer, emotion: found.emotion },
      row: found,
      note: said.join(" "),
    };
  },

  // The explained of the dataset and the other one of its pair, in the order of the pair.
  beside(dataset) {
    const pair = facts.pairs.find((one) => one.includes(dataset)) ?? [dataset],
      known = tables.words("told", "dataset");
    return pair.filter((one) => known.includes(one));
  },

  // Whether a published form is set beside strict, and what to say where it is not the one that was asked for.
  published(now, there) {
    const published = now.protocol !== "strict" && there.includes("paper2");
    return {
      published,
      note:
        now.protocol === "strict" || (published && now.protocol === "paper2")
          ? ""
          : `There is nothing of ${now.protocol} here: ${published ? "paper2 beside strict" : "strict"} is shown.`,
    };
  },

  notes: (...parts) => parts.filter(Boolean).join(" "),
  ofFeatures: (model) =>
    facts.acoustics.includes(model)
      ? `The dimensions of ${model} are acoustic features, which predict themselves.`
      : "",
};

// Dots with intervals on lines; `lines`: {at, row, colour, clear, open, symbol, text}. What is not clear is faint, what is open is hollow.
function dotted(lines, more = {}) {
  const colours = lines.map((line) => explanation.faintly(line.colour, line.clear));
  const bars = lines.map((line, index) => ({
    x: [line.row.low ?? line.value, line.row.high ?? line.value],
    y: [line.at, line.at],
    mode: "lines",
    type: "scatter",
    hoverinfo: "skip",
    showlegend: false,
    line: { color: colours[index], width: 1.6 },
    ...more,
  }));
  return [
    ...bars,
    {
      x: lines.map((line) => line.value),
      y: lines.map((line) => line.at),
      mode: "markers",
      type: "scatter",
      showlegend: false,
      hoverinfo: "text",
      text: lines.map((line) => line.text),
      marker: {
        size: 10,
        symbol: lines.map((line) => line.symbol ?? "circle"),
        color: lines.map((line, index) => (line.open ? "#fff" : colours[index])),
        line: { color: colours, width: 2 },
      },
      ...more,
    },
  ];
}

// From the lowest to the highest of these values, with a little room at both ends.
function reach(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)],
    room = 0.04 * (high - low || 1);
  return [low - room, high + room];
}

const extent = (lines) => lines.flatMap(({ row, value }) => [row.low ?? value, value, row.high ?? value]);
// A legend below the line on which a demonstration is called one.
const legendAbove = (height) => ({
  orientation: "h",
  x: 0,
  xanchor: "left",
  yref: "container",
  y: 1 - 18 / height,
  yanchor: "top",
  itemclick: false,
  itemdoubleclick: false,
});
const upright = (x, more = {}) => ({
  type: "line",
  x0: x,
  x1: x,
  yref: "paper",
  y0: 0,
  y1: 1,
  line: { color: "#767676", width: 1.2 },
  layer: "below",
  ...more,
});

// --- how many dimensions tell the emotion
const SIDES = {
  top: { words: "top k", width: 3 },
  rest: { words: "all but the top k", colour: "#3c3c3c" },
  random: { words: "k at random", colour: "#8a8a8a" },
};

charts.cell_curve = ofNearest("told", "explained", (now, width) => {
  const cell = explanation.cell(now);
  if (cell.none) return cell;
  const { published, note } = explanation.published(now, tables.words("k_curves", "protocol", cell.of));
  const metric = published ? "F1" : "UAR",
    rows = tables.rows("k_curves", { ...cell.of, metric });
  const choices = tables.rows("k_choices", cell.of),
    strict = choices.find((row) => row.protocol === "strict");
  const whole = tables.rows("told", { ...cell.of, metric, protocol: "strict", side: "all" })[0],
    { colour, symbol } = look(cell.of.emotion);
  const data = [],
    ends = [],
    height = 400;
  const line = (own, words, hue, thick, dashes, low, high) => {
    const x = own.map((row) => row.k);
    data.push(band(x, low, high, hue));
    data.push({
      x,
      y: own.map((row) => row.value),
      mode: own.length > 12 ? "lines" : "lines+markers",
      type: "scatter",
      showlegend: false,
      hoverinfo: "text",
      line: { color: hue, width: thick, dash: dashes },
      marker: { symbol, size: 6, color: hue },
      text: own.map(
        (row, at) =>
          `${words}, k = ${row.k}<br>${metric} ${perCent(row.value, 1)}${inBrackets(low[at], high[at], (one) => (100 * one).toFixed(1))}<br>${sizes(whole)}, ${row.protocol}`,
      ),
    });
    ends.push({ text: words, x: 1, xref: "paper", y: own.at(-1).value, colour: hue });
  };
  for (const [side, { words, width: thick = 1.6, colour: hue = colour }] of Object.entries(SIDES).reverse()) {
    const own = rows.filter((row) => row.side === side && row.protocol === "strict").sort((a, b) => a.k - b.k);
    if (own.length)
      line(
        own,
        words,
        hue,
        thick,
        dash(now.dataset),
        own.map((row) => row.low),
        own.map((row) => row.high),
      );
  }
  const leaky = rows.filter((row) => row.protocol === "paper2").sort((a, b) => a.k - b.k);
  if (leaky.length)
    line(
      leaky,
      "as published",
      "#1c1c1c",
      1.3,
      "solid",
      leaky.map((row) => row.value - row.spread),
      leaky.map((row) => row.value + row.spread),
    );
  const leak = choices.find((row) => row.protocol === "paper2"),
    ring = leaky.find((row) => row.k === leak?.k);
  if (ring)
    data.push({
      x: [ring.k],
      y: [ring.value],
      mode: "markers",
      type: "scatter",
      showlegend: false,
      hoverinfo: "skip",
      marker: { size: 9, color: "#fff", line: { color: "#1c1c1c", width: 2 } },
    });
  const numbers = [...new Set(rows.map((row) => row.k))].sort((a, b) => a - b),
    span = [Math.log10(numbers[0]) - 0.05, Math.log10(numbers.at(-1)) + 0.05];
  const across = (y, words, dashes) => {
    data.push({
      x: [10 ** span[0], 10 ** span[1]],
      y: [y, y],
      mode: "lines",
      type: "scatter",
      showlegend: false,
      hoverinfo: "text",
      text: Array(2).fill(`${words}: ${metric} ${perCent(y, 1)}`),
      line: { color: "#5c5c5c", width: 1.2, dash: dashes },
    });
    ends.push({ text: words, x: 1, xref: "paper", y, colour: "#4a4a4a" });
  };
  across(whole.value, `all ${whole.k}`, "dashdot");
  if (whole.chance !== null) across(whole.chance, "guessing", "dot");
  const seen = [
    ...rows.flatMap((row) => [row.low ?? row.value - row.spread, row.high ?? row.value + row.spread]),
    whole.value,
    whole.chance ?? whole.value,
  ];
  const range = [Math.max(-0.02, Math.min(...seen) - 0.03), Math.min(1.02, Math.max(...seen) + 0.03)];
  const small = width < 500,
    few = tables.rows("told", { ...cell.of, metric, protocol: "strict", side: "top" })[0];
  return {
    data,
    rows: [...rows, whole, few],
    height,
    note: explanation.notes(cell.note, note),
    says:
      `${cell.of.emotion} in ${now.dataset}: the smallest number of dimensions that does about as well as the best, chosen inside the training speakers, is ${strict.k}` +
      (strict.least < strict.most ? ` (${strict.least} to ${strict.most} over folds)` : "") +
      `; chosen so, the top reach ${scoreWords(few, metric)}, all ${whole.k} ${scoreWords(whole, metric)}, ${sizes(whole)}.` +
      (published && leak
        ? ` As published (black, ± SD over splits), k = ${leak.k} (ring) was chosen on the tested clips.`
        : ""),
    layout: {
      xaxis: {
        type: "log",
        title: { text: "k, number of dimensions" },
        range: span,
        tickvals: numbers.length < 6 ? numbers : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
      },
      yaxis: {
        title: { text: `${metric} of ${cell.of.emotion} against ${explanation.other(cell.row)}` },
        tickformat: ".0%",
        range,
      },
      margin: { l: 56, r: small ? 96 : 130, t: 28, b: 44 },
      annotations: endLabels(ends, range, height - 72, small ? 10 : 12),
      shapes: [
        {
          type: "rect",
          x0: strict.least,
          x1: strict.most,
          yref: "paper",
          y0: 0,
          y1: 1,
          fillcolor: faint(colour, 0.1),
          line: { width: 0 },
          layer: "below",
        },
        upright(strict.k, { line: { color: colour, width: 1.2 } }),
      ],
    },
  };
});

// --- what the dimensions encode: categories, speech beside song
charts.cell_categories = ofNearest("told", "explained", (now, width) => {
  const cell = explanation.cell(now);
  if (cell.none) return cell;
  const datasets = explanation.beside(now.dataset),
    { colour, symbol } = look(cell.of.emotion),
    small = width < 560,
    height = small ? 580 : 340;
  const rows = tables.rows("atlas", { ...cell.of, dataset: datasets }),
    categories = tables.words("atlas", "category");
  if (!rows.length)
    return {
      none: `No acoustic category has a value for ${cell.of.emotion}${explanation.at(cell.of.layer)} of ${now.model}.`,
    };
  const data = [],
    ranges = [];
  for (const [place, what] of ["r2-all", "gain"].entries()) {
    const lines = rows
      .filter((row) => row.what === what)
      .map((row) => ({
        row,
        value: row.value,
        at: categories.indexOf(row.category) + (datasets.length < 2 ? 0 : datasets.indexOf(row.dataset) ? 0.17 : -0.17),
        clear: row.significant,
        open: row.dataset !== now.dataset,
        colour,
        symbol,
        text:
          `${row.category}, ${row.dataset}: ${row.n_features} features<br>${what === "gain" ? `gain ${explanation.gained(row)}, corrected ${explanation.p(row.p_adjusted)}` : `R² ${explanation.number(row.value)}${inBrackets(row.low, row.high, explanation.number)}`}` +
          `<br>${row.significant ? "" : "not claimed; "}${sizes(row)}`,
      }));
    ranges.push(reach([0, ...extent(lines)]));
    data.push(...dotted(lines, place ? { xaxis: "x2", yaxis: small ? "y2" : "y" } : {}));
  }
  data.push(...keyOfDatasets(datasets, now.dataset, colour, symbol));
  const gains = rows.filter((row) => row.what === "gain"),
    told = (dataset) =>
      gains.filter((row) => row.dataset === dataset && row.significant).sort((a, b) => b.value - a.value);
  const heights = {
    tickvals: categories.map((_, at) => at),
    ticktext: categories,
    range: [categories.length - 0.5, -0.5],
    showgrid: false,
  };
  return {
    data,
    rows,
    height,
    note: explanation.notes(cell.note, explanation.ofFeatures(now.model)),
    says:
      `What the dimensions that tell ${cell.of.emotion} encode beyond as many random ones${explanation.at(cell.of.layer)}, within emotion: ` +
      datasets
        .map(
          (dataset) =>
            `in ${dataset} ` +
            (gains.some((row) => row.dataset === dataset)
              ? told(dataset)
                  .map((row) => `${row.category} ${explanation.gained(row)}`)
                  .join(", ") || "nothing that can be claimed"
              : "not analysed"),
        )
        .join("; ") +
      `; ${sizes(cell.row)} in ${now.dataset}.`,
    layout: {
      xaxis: {
        range: ranges[0],
        title: { text: "R² from all dimensions" },
        domain: small ? [0, 1] : [0, 0.47],
        anchor: "y",
        nticks: 6,
      },
      yaxis: { ...heights, domain: small ? [0.6, 1] : [0, 1] },
      xaxis2: {
        range: ranges[1],
        title: { text: "gain in R²: top k less k at random" },
        domain: small ? [0, 1] : [0.53, 1],
        anchor: small ? "y2" : "y",
        nticks: 6,
      },
      ...(small ? { yaxis2: { ...heights, domain: [0, 0.4], anchor: "x2" } } : {}),
      shapes: ["x", "x2"].map((xref) =>
        upright(0, { xref, yref: !small ? "paper" : xref === "x" ? "y domain" : "y2 domain" }),
      ),
      legend: legendAbove(height),
      margin: { l: 84, r: 12, t: datasets.length > 1 ? 52 : 28, b: 48 },
    },
  };
});

// --- what the dimensions encode: single features
charts.cell_features = ofNearest("told", "explained", (now, width) => {
  const cell = explanation.cell(now);
  if (cell.none) return cell;
  const all = tables.rows("gains", cell.of),
    { colour, symbol } = look(cell.of.emotion),
    small = width < 500;
  if (!all.length)
    return {
      none: `No acoustic feature has a gain for ${cell.of.emotion}${explanation.at(cell.of.layer)} of ${now.model}.`,
    };
  const claimed = all.filter((row) => row.claimed).sort((a, b) => b.gain - a.gain),
    others = all.filter((row) => !row.claimed).sort((a, b) => Math.abs(b.gain) - Math.abs(a.gain));
  const rows = [...claimed, ...others].slice(0, 15).sort((a, b) => b.gain - a.gain);
  const lines = rows.map((row, at) => ({
    row,
    at,
    value: row.gain,
    clear: row.claimed,
    colour,
    symbol,
    text: `${row.feature}, ${row.category}<br>gain ${explanation.gained(row, row.gain)}, corrected ${explanation.p(row.p_adjusted)}<br>R² ${explanation.number(row.r2_top)} from the top ${row.k}<br>${row.claimed ? "" : "not claimed; "}${sizes(row)}`,
  }));
  const most = claimed[0];
  return {
    rows,
    data: dotted(lines),
    height: 90 + (small ? 34 : 24) * rows.length,
    note: explanation.notes(cell.note, explanation.ofFeatures(now.model)),
    says:
      (most
        ? `${claimed.length === 1 ? "One feature is claimed" : `${claimed.length} features are claimed`} for ${cell.of.emotion} in ${now.dataset}${explanation.at(cell.of.layer)}${claimed.length > 1 ? ", most of all" : ":"} ${most.words} ${explanation.gained(most, most.gain)}`
        : `No single feature can be claimed for ${cell.of.emotion} in ${now.dataset}${explanation.at(cell.of.layer)}`) +
      `; ${sizes(rows[0])}.`,
    layout: {
      xaxis: {
        title: { text: small ? "gain in R²" : "gain in R²: top k less k at random" },
        range: reach([0, ...extent(lines)]),
        nticks: small ? 5 : 8,
      },
      yaxis: {
        tickvals: rows.map((_, at) => at),
        range: [rows.length - 0.4, -0.6],
        showgrid: false,
        tickfont: { size: small ? 10 : 12 },
        ticktext: rows.map(
          (row) => `${row.words}${small ? "<br>" : "  "}<span style="color:#5c5c5c">${row.category}</span>`,
        ),
      },
      shapes: [upright(0)],
      margin: { l: 60, r: 12, t: 28, b: 44 },
    },
  };
});

// --- what the acoustic features alone say of the emotion
charts.cell_shap = ofNearest("told", "explained", (now, width) => {
  const cell = explanation.cell(now),
    emotion = cell.of?.emotion ?? now.emotion;
  const rows = tables.rows("shap", {
    dataset: now.dataset,
    emotion,
    ...(facts.acoustics.includes(now.model) ? { model: now.model } : {}),
  });
  if (!rows.length) return { none: `Acoustic features alone are not explained for ${emotion} in ${now.dataset}.` };
  const own = rows
      .filter((row) => row.model === rows[0].model)
      .sort((a, b) => a.rank - b.rank)
      .slice(0, 12),
    { colour, symbol } = look(emotion),
    small = width < 500;
  const lines = own.map((row, at) => ({
    row,
    at,
    value: row.value,
    clear: true,
    colour,
    symbol,
    text: `${row.feature}, ${row.category}<br>mean |SHAP| ${row.value.toPrecision(3)}${inBrackets(row.low, row.high, (one) => one.toPrecision(3))}<br>${sizes(row)}`,
  }));
  return {
    rows: own,
    data: dotted(lines),
    height: 90 + (small ? 34 : 24) * own.length,
    note: emotion === now.emotion ? "" : cell.note,
    says: `Of ${own[0].model} alone, ${own[0].words} weighs most for ${emotion} in ${now.dataset}: mean |SHAP| ${own[0].value.toPrecision(2)}${inBrackets(own[0].low, own[0].high, (one) => one.toPrecision(2))}, ${sizes(own[0])}.`,
    layout: {
      xaxis: {
        title: {
          text: small ? "mean |SHAP| in log-odds" : "mean size of the SHAP value of a held-out clip (log-odds)",
        },
        range: reach([0, ...extent(lines)]),
        nticks: 6,
      },
      yaxis: {
        tickvals: own.map((_, at) => at),
        range: [own.length - 0.4, -0.6],
        showgrid: false,
        tickfont: { size: small ? 10 : 12 },
        ticktext: own.map(
          (row) => `${row.words}${small ? "<br>" : "  "}<span style="color:#5c5c5c">${row.category}</span>`,
        ),
      },
      shapes: [upright(0)],
      margin: { l: 60, r: 12, t: 28, b: 44 },
    },
  };
});

// --- how well the emotion is told
charts.cell_told = ofNearest("told", "explained", (now, width) => {
  const cell = explanation.cell(now);
  if (cell.none) return cell;
  const { emotion } = cell.of,
    { colour, symbol } = look(emotion),
    datasets = explanation.beside(now.dataset),
    small = width < 500;
  const of = (dataset, model, layer) => tables.rows("told", { dataset, model, layer, emotion });
  const { published, note } = explanation.published(now, tables.words("told", "protocol", cell.of)),
    metric = published ? "F1" : "UAR";
  const lines = [],
    rows = [],
    names = [];
  for (const dataset of datasets) {
    const sets = facts.acoustics
      .filter((name) => name !== now.model)
      .map((name) => of(dataset, name, "functionals").filter((row) => row.side === "all"));
    const own = [...sets.flat(), ...of(dataset, now.model, cell.of.layer)].filter(
      (row) => row.metric === metric && row.side !== "top-less-random" && (published || row.protocol === "strict"),
    );
    for (const row of own) {
      const strict = row.protocol === "strict",
        tested = row.p !== null,
        key = `${dataset} ${row.model} ${row.side}`;
      if (!names.some((name) => name.key === key))
        names.push({
          key,
          chance: row.chance,
          text: `${dataset}: ${row.model === now.model ? { all: `all ${row.k}`, top: `top ${row.k}`, random: `${row.k} at random` }[row.side] : `${row.model}, all ${row.k}`}`,
        });
      const shown = strict ? row : { ...row, low: row.value - row.spread, high: row.value + row.spread };
      lines.push({
        row: shown,
        value: row.value,
        colour: strict ? colour : "#1c1c1c",
        symbol: strict ? symbol : "circle",
        open: !strict || row.side === "random",
        at: names.findIndex((name) => name.key === key) + (strict ? 0 : 0.3),
        clear: !strict || (!tested ? row.low > row.chance : row.p <= 0.05 && row.low > row.chance),
        text:
          `${row.model}, ${row.side === "all" ? "all" : row.side === "top" ? "top" : "random"} ${row.k} dimensions, ${dataset}<br>${scoreWords(shown, metric)}${strict ? "" : " (SD over splits)"}` +
          `<br>guessing ${perCent(row.chance, 1)}${tested ? `, ${explanation.p(row.p)}` : ", not tested"}<br>${sizes(row)}, ${row.protocol}`,
      });
      rows.push(row);
    }
  }
  if (!lines.length) return { none: `There is no ${metric} of ${emotion} here.` };
  const mine = of(now.dataset, now.model, cell.of.layer).filter(
      (row) => row.metric === "UAR" && row.protocol === "strict",
    ),
    side = (name) => mine.find((row) => row.side === name);
  const [all, top, random, more] = ["all", "top", "random", "top-less-random"].map(side);
  const leak = rows.find(
    (row) => row.protocol === "paper2" && row.side === "top" && row.dataset === now.dataset && row.model === now.model,
  );
  const points = (one) => explanation.gain(100 * one, 1);
  return {
    rows: more ? [...rows, more] : rows,
    data: dotted(lines),
    height: 90 + 34 * names.length,
    note: explanation.notes(cell.note, note),
    says:
      `${emotion} in ${now.dataset} ${all.p <= 0.05 && all.low > all.chance ? "is" : "cannot be"} told from ${explanation.other(cell.row)} by all ${all.k} dimensions: ${scoreWords(all)}` +
      (top ? `, by the top k, chosen inside the training speakers (median ${top.k}): ${scoreWords(top)}` : "") +
      (random ? `, by as many at random: ${perCent(random.value, 1)}` : "") +
      (more
        ? `; top less random ${points(more.value)} points${inBrackets(more.low, more.high, points)}, ${explanation.p(more.p)}`
        : "") +
      `; guessing ${perCent(all.chance, 1)}; ${sizes(all)}, strict.` +
      (leak
        ? ` As published, the top ${leak.k}, chosen on the tested clips, reach F1 ${perCent(leak.value, 1)} (SD over splits ${points(leak.spread).slice(1)} points).`
        : ""),
    layout: {
      xaxis: {
        title: {
          text:
            metric === "F1"
              ? `F1 of ${emotion}, strict and as published`
              : `UAR of ${emotion} against ${explanation.other(cell.row)}`,
        },
        tickformat: ".0%",
        range: reach([...extent(lines), ...names.map((name) => name.chance ?? 1)]),
        nticks: small ? 5 : 8,
      },
      yaxis: {
        tickvals: names.map((_, at) => at),
        ticktext: names.map((name) => (small ? name.text.replace(": ", ":<br>") : name.text)),
        range: [names.length - 0.4, -0.6],
        showgrid: false,
        tickfont: { size: small ? 10 : 12 },
      },
      shapes: names
        .filter((name) => name.chance !== null)
        .map((name, _, __, at = names.indexOf(name)) => ({
          type: "line",
          x0: name.chance,
          x1: name.chance,
          y0: at - 0.42,
          y1: at + 0.42,
          line: { color: "#767676", width: 1.4, dash: "dot" },
        })),
      margin: { l: 60, r: 12, t: 28, b: 44 },
    },
  };
});

// The heading of the cell.
choice.follow((chosen) => {
  const heading = document.querySelector("#cell h3");
  if (!heading) return;
  const now = { ...chosen, dataset: nearest(chosen.dataset, "told", "explained").dataset };
  const cell = explanation.cell(now),
    { emotion, layer } = cell.of ?? now;
  heading.textContent = cell.none
    ? `${now.emotion} in ${now.dataset}: ${now.model}`
    : `${emotion} in ${now.dataset}${explanation.at(layer)} of ${now.model}`;
});
