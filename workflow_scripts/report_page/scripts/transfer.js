"use strict";
// Does one help the other?

const inPoints = (row) => `${signed(row.value)} points${inBrackets(row.low, row.high, signed)}`;
const signed = (value) => (value === null ? "–" : (value > 0 ? "+" : "") + (100 * value).toFixed(1));
const isTold = (row) => row.p_adjusted !== null && row.p_adjusted <= 0.05;
const unitsOf = (row, protocol) =>
  protocol === "strict"
    ? `${row.n_speakers} speakers, ${row.n_clips} clips`
    : `${row.n_clips} clips of ${row.n_speakers} speakers`;

// The direction that ends at the dataset, else one that begins there, else the first; what to say if it is not the first.
function direction(dataset) {
  const all = tables.rows("transfer_grid"),
    find = (test) => all.find(test);
  const row = find((one) => one.target === dataset) ?? find((one) => one.source === dataset) ?? all[0];
  if (!row) return { none: "Nothing was trained on one dataset for another." };
  const way = { source: row.source, target: row.target };
  return {
    way,
    words: `${row.source} to ${row.target}`,
    note: row.target === dataset ? "" : `Nothing was trained for ${dataset}: ${row.source} to ${row.target} is shown.`,
  };
}

// Rows of a table for the direction and the protocol; of the chosen network, or of another if that was not trained.
function trained(name, now, ofModel = true) {
  const found = direction(now.dataset);
  if (found.none) return found;
  const { protocol, note } = protocolOf(now.protocol, tables.words(name, "protocol", found.way));
  const notes = [found.note, note];
  let rows = tables.rows(name, { ...found.way, protocol });
  if (!rows.length) return { none: `There is nothing of ${found.words} to show.` };
  const models = [...new Set(rows.map((row) => row.model))],
    model = models.includes(now.model) ? now.model : models[0];
  if (ofModel) {
    rows = rows.filter((row) => row.model === model);
    if (model !== now.model)
      notes.push(`${now.model} was not trained for ${found.words} under ${protocol}: ${model} is shown.`);
  }
  return { ...found, rows, protocol, model, note: notes.filter(Boolean).join(" ") };
}

const key = (looks, names, present) =>
  names
    .filter((name) => present.has(name))
    .map((name) => ({
      x: [null],
      y: [null],
      mode: "markers",
      type: "scatter",
      name,
      showlegend: true,
      hoverinfo: "skip",
      marker: { color: looks[name].colour, symbol: looks[name].symbol, size: 9 },
    }));

// The key below a figure of a width, its longest entry so many pixels wide; the lower margin that it takes.
function keyBelow(width, count, entry, axis = 48) {
  const across = Math.max(1, Math.floor((width - 20) / entry));
  return {
    legend: {
      orientation: "h",
      xref: "container",
      x: 0.01,
      yref: "container",
      y: 0.01,
      yanchor: "bottom",
      font: { size: 11 },
      entrywidth: entry - 44,
    },
    room: axis + 14 + 20 * Math.ceil(count / across),
  };
}

// Panels one below another, each with a title: the height of the figure and the place of each panel on its vertical axis.
function stacked(count, { title = 24, panel = 130, gap = 8, margins }) {
  const inner = count * (title + panel) + (count - 1) * gap;
  const places = Array.from({ length: count }, (_, at) => {
    const top = at * (title + panel + gap) + title;
    return [1 - (top + panel) / inner, 1 - top / inner];
  });
  return { height: inner + margins, places };
}

charts.transfer_differences = (now, width) => {
  const found = trained("transfer_differences", now, false);
  if (found.none) return found;
  const { way, words, protocol, note } = found,
    rows = found.rows.filter((row) => row.pair === "two-stage less direct");
  if (!rows.length) return { none: `No network was trained both in two stages and on ${way.target} alone.` };
  const models = [...new Set(rows.map((row) => row.model))],
    texts = [],
    data = [];
  for (const model of models) {
    texts.push(model === now.model ? `<b>▸ ${model}</b>` : `<b>${model}</b>`);
    const points = rows
      .filter((row) => row.model === model)
      .map((row) => ({
        x: 100 * row.value,
        low: 100 * row.low,
        high: 100 * row.high,
        y: texts.push(row.tuner) - 1,
        filled: isTold(row),
        custom: model,
        size: model === now.model ? 11 : 8,
        text: `${called(model)} with ${row.tuner}, ${words}<br>two stages less ${way.target} alone: ${row.metric} ${inPoints(row)}<br>${wrapped(row.verdict)}<br>p ${plain(row.p_adjusted)} after correction<br>${unitsOf(row, protocol)}, ${protocol}`,
      }));
    data.push(dots(points, { colour: modelColour(model) }));
  }
  const of = (row) => `${inPoints(row)} (${row.model}, ${row.tuner})`;
  const told = rows.filter(isTold),
    up = told.filter((row) => row.value > 0).length,
    sorted = [...rows].sort((a, b) => a.value - b.value);
  return {
    data,
    rows,
    note,
    height: 100 + 22 * texts.length,
    says: `${words}, ${protocol}: two stages are better than ${way.target} alone in ${up} of ${rows.length} trainings, worse in ${told.length - up}, not told apart in ${rows.length - told.length}; ${rows.length > 1 ? `from ${of(sorted[0])} to ` : ""}${of(sorted.at(-1))}; ${unitsOf(rows[0], protocol)}.`,
    layout: {
      yaxis: lines(texts),
      xaxis: {
        title: {
          text: `${width < 500 ? "" : `← ${way.target} alone better · `}difference of ${rows[0].metric} (points)${width < 500 ? "" : " · two stages better →"}`,
        },
      },
      shapes: [standing(0, { line: { color: "#1c1c1c", width: 1.2 } })],
      margin: { l: Math.min(180, width * 0.38), r: 16, t: 34, b: 48 },
    },
    click: (point) => point.customdata && { model: point.customdata },
  };
};

charts.transfer_controls = (now, width) => {
  const found = trained("transfer_differences", now);
  if (found.none) return found;
  const { words, protocol, note, rows, model } = found,
    tuners = [...new Set(rows.map((row) => row.tuner))];
  const pairs = Object.keys(facts.compared_conditions),
    present = new Set(rows.map((row) => row.pair)),
    shown = pairs.filter((pair) => present.has(pair)),
    step = 0.76 / shown.length;
  const data = shown.map((pair, at) =>
    dots(
      rows
        .filter((row) => row.pair === pair)
        .map((row) => ({
          x: 100 * row.value,
          low: 100 * row.low,
          high: 100 * row.high,
          y: tuners.indexOf(row.tuner) + (at - (shown.length - 1) / 2) * step,
          filled: isTold(row),
          text: `${called(model)} with ${row.tuner}, ${words}<br>${pair}: ${row.metric} ${inPoints(row)}<br>${wrapped(row.verdict)}<br>p ${plain(row.p_adjusted)} after correction<br>${unitsOf(row, protocol)}, ${protocol}`,
        })),
      facts.compared_conditions[pair],
    ),
  );
  const below = keyBelow(width, shown.length, 236);
  const say = (pair) => {
    const own = rows.filter((row) => row.pair === pair),
      told = own.filter(isTold);
    return `${pair}: told apart in ${told.length} of ${own.length}`;
  };
  return {
    data: [...data, ...key(facts.compared_conditions, shown, present)],
    rows,
    note,
    height: 40 + below.room + (26 + 14 * shown.length) * tuners.length,
    says: `${called(model)}, ${words}, ${protocol}: ${shown.map(say).join("; ")} (${unitsOf(rows[0], protocol)}).`,
    layout: {
      yaxis: lines(tuners),
      xaxis: { title: { text: `difference of ${rows[0].metric} (points)` } },
      legend: below.legend,
      showlegend: true,
      margin: { l: Math.min(130, width * 0.3), r: 16, t: 34, b: below.room },
      shapes: [standing(0, { line: { color: "#1c1c1c", width: 1.2 } }), ...between(tuners.length)],
    },
  };
};

const between = (count) =>
  Array.from({ length: count - 1 }, (_, at) => ({
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    y0: at + 0.5,
    y1: at + 0.5,
    line: { color: "#e4e4e4", width: 1 },
    layer: "below",
  }));

charts.transfer_grid = (now, width) => {
  const found = trained("transfer_grid", now);
  if (found.none) return found;
  const { words, protocol, note, rows, model, way } = found,
    tuners = [...new Set(rows.map((row) => row.tuner))];
  const present = new Set(rows.map((row) => row.condition)),
    shown = Object.keys(facts.conditions).filter((one) => present.has(one)),
    step = 0.8 / shown.length;
  const data = shown.map((condition, at) =>
    dots(
      rows
        .filter((row) => row.condition === condition)
        .map((row) => ({
          x: row.value,
          low: row.low,
          high: row.high,
          y: tuners.indexOf(row.tuner) + (at - (shown.length - 1) / 2) * step,
          text: `${called(model)} with ${row.tuner}, ${condition}, ${words}<br>${scoreWords(row)}<br>${unitsOf(row, protocol)}, ${protocol}, ${row.n_seeds} seed${row.n_seeds === 1 ? "" : "s"}`,
        })),
      { ...facts.conditions[condition], size: 8 },
    ),
  );
  const below = keyBelow(width, shown.length, 150),
    best = [...rows].sort((a, b) => b.value - a.value)[0],
    chance = rows.find((row) => row.chance !== null)?.chance ?? null;
  return {
    data: [...data, ...key(facts.conditions, shown, present)],
    rows,
    note,
    height: 40 + below.room + (20 + 13 * shown.length) * tuners.length,
    says: `${called(model)} on ${way.target}, ${protocol}: highest ${best.condition} with ${best.tuner}, ${scoreWords(best)}; a blind guess ${perCent(chance)} (${unitsOf(best, protocol)}).`,
    layout: {
      yaxis: lines(tuners),
      xaxis: { title: { text: `UAR on ${way.target}` }, tickformat: ".0%", rangemode: "tozero" },
      showlegend: true,
      legend: below.legend,
      margin: { l: Math.min(110, width * 0.28), r: 16, t: 34, b: below.room },
      shapes: [...(chance === null ? [] : [standing(chance)]), ...between(tuners.length)],
    },
  };
};

charts.transfer_recalls = (now, width) => {
  const found = trained("transfer_recalls", now);
  if (found.none) return found;
  const { words, protocol, note, rows, model, way } = found,
    tuners = [...new Set(rows.map((row) => row.tuner))];
  const emotions = Object.keys(facts.looks).filter((emotion) => rows.some((row) => row.emotion === emotion));
  const present = new Set(rows.map((row) => row.condition)),
    shown = Object.keys(facts.conditions).filter((one) => present.has(one)),
    step = 0.6 / shown.length;
  const layout = {},
    annotations = [],
    shapes = [],
    data = key(facts.conditions, shown, present);
  const both = ["two-stage", "direct"],
    paired = (row) =>
      both.includes(row.condition) &&
      both.every((condition) =>
        rows.some((one) => one.condition === condition && one.tuner === row.tuner && one.emotion === row.emotion),
      );
  const below = keyBelow(width, shown.length, 120, width < 500 ? 56 : 36),
    { height, places } = stacked(tuners.length, { gap: 26, margins: 34 + below.room });
  tuners.forEach((tuner, panel) => {
    const axis = panel ? `y${panel + 1}` : "y",
      own = rows.filter((row) => row.tuner === tuner);
    layout[panel ? `yaxis${panel + 1}` : "yaxis"] = {
      domain: places[panel],
      range: [-0.03, 1.12],
      tickformat: ".0%",
      nticks: 4,
      title: { text: "recall" },
    };
    annotations.push({
      text: `<b>${tuner}</b>`,
      xref: "paper",
      x: 0,
      xanchor: "left",
      yref: "paper",
      y: places[panel][1],
      yanchor: "bottom",
      showarrow: false,
      font: { size: 12 },
    });
    shown.forEach((condition, at) => {
      const points = own.filter((row) => row.condition === condition),
        { colour, symbol } = facts.conditions[condition];
      data.push({
        x: points.map((row) => emotions.indexOf(row.emotion) + (at - (shown.length - 1) / 2) * step),
        y: points.map((row) => row.value),
        yaxis: axis,
        mode: "markers",
        type: "scatter",
        showlegend: false,
        hoverinfo: "text",
        customdata: points.map((row) => row.emotion),
        error_y: {
          type: "data",
          symmetric: false,
          color: colour,
          thickness: 1.3,
          width: 0,
          array: points.map((row) => (row.high ?? row.value) - row.value),
          arrayminus: points.map((row) => row.value - (row.low ?? row.value)),
        },
        marker: { color: colour, symbol, size: 8 },
        text: points.map(
          (row) =>
            `${row.emotion}, ${condition}, ${tuner}<br>${scoreWords(row, "recall")}<br>${!paired(row) ? "" : row.changed ? "two-stage and direct differ<br>" : "two-stage and direct: not told apart<br>"}SD over emotions ${perCent(row.spread_of_recalls)}<br>${unitsOf(row, protocol)}, ${protocol}`,
        ),
      });
    });
    for (const emotion of new Set(own.filter((row) => row.changed).map((row) => row.emotion)))
      annotations.push({
        text: "★",
        x: emotions.indexOf(emotion),
        y: 1.06,
        yref: axis,
        showarrow: false,
        font: { size: 13 },
      });
    shapes.push({
      type: "line",
      xref: "paper",
      x0: 0,
      x1: 1,
      yref: axis,
      y0: own[0].blind,
      y1: own[0].blind,
      line: { color: "#767676", width: 1.2, dash: "dot" },
    });
  });
  const spread = (condition) => {
    const own = rows.find((row) => row.condition === condition && row.tuner === tuners[0]);
    return own ? `${condition} ${perCent(own.spread_of_recalls)}` : "";
  };
  const staged = rows.filter((row) => row.condition === "two-stage" && paired(row)),
    changed = staged.filter((row) => row.changed);
  const told = !staged.length
    ? "no recalls with and without a first stage to compare"
    : !changed.length
      ? "no recall is told apart with and without a first stage"
      : `a first stage changes ${changed.length} of ${staged.length} recalls${changed.length > 4 ? "" : ` (${changed.map((row) => `${row.emotion} with ${row.tuner}`).join(", ")})`}`;
  const whole = tables.rows("transfer_grid", { ...way, protocol, model })[0] ?? rows[0]; // the rows count the clips of one emotion
  return {
    data,
    rows,
    note,
    height,
    says: `${called(model)} on ${way.target}, ${protocol}: ${told}; SD over emotions with ${tuners[0]}: ${shown.map(spread).filter(Boolean).join(", ")} (${unitsOf(whole, protocol)}).`,
    layout: {
      ...layout,
      xaxis: {
        tickvals: emotions.map((_, at) => at),
        ticktext: emotions.map((one) => coloured(one, now.emotion)),
        range: [-0.5, emotions.length - 0.5],
        showgrid: false,
        tickangle: width < 500 ? -40 : 0,
        anchor: `y${tuners.length > 1 ? tuners.length : ""}`,
      },
      annotations,
      shapes,
      showlegend: true,
      legend: below.legend,
      margin: { l: 56, r: 12, t: 34, b: below.room },
    },
    click: (point) => point.customdata && { emotion: point.customdata },
  };
};

charts.transfer_curves = (now, width) => {
  const found = trained("transfer_curves", now);
  if (found.none) return found;
  const { words, protocol, note, rows, model } = found,
    tuners = [...new Set(rows.map((row) => row.tuner))];
  const measured = rows.some((row) => row.validation_uar !== null),
    what = measured ? "validation_uar" : "training_loss";
  const stages = ["source", "target"].filter((stage) => rows.some((row) => row.stage === stage)),
    titles = { source: "first stage", target: width < 500 ? "second stage" : "second or only stage" };
  const present = new Set(rows.map((row) => row.condition)),
    shown = Object.keys(facts.conditions).filter((one) => present.has(one));
  const top = measured
      ? Math.min(1.02, 1.15 * Math.max(...rows.map((row) => row.uar_high ?? row.validation_uar)))
      : 1.05 * Math.max(...rows.map((row) => row.training_loss)),
    data = key(facts.conditions, shown, present),
    layout = {},
    annotations = [];
  const below = keyBelow(width, shown.length, 120),
    { height, places } = stacked(tuners.length, { gap: 26, margins: 34 + below.room });
  tuners.forEach((tuner, line) =>
    stages.forEach((stage, column) => {
      const number = line * stages.length + column + 1,
        id = number === 1 ? "" : number,
        epochs = Math.max(...rows.filter((row) => row.stage === stage).map((row) => row.epoch)),
        wide = 1 / stages.length;
      layout[`xaxis${id}`] = {
        domain: [column * wide + (column ? 0.05 : 0), (column + 1) * wide - (column < stages.length - 1 ? 0.02 : 0)],
        anchor: `y${id}`,
        range: [0.5, epochs + 0.5],
        ...(epochs < 8 ? { dtick: 1 } : {}),
        title: line === tuners.length - 1 ? { text: "epoch" } : undefined,
      };
      layout[`yaxis${id}`] = {
        domain: places[line],
        anchor: `x${id}`,
        range: [0, top],
        ...(measured ? { tickformat: ".0%" } : {}),
        nticks: 4,
        title: column ? undefined : { text: measured ? "UAR" : "training loss" },
      };
      annotations.push({
        text: column && width < 500 ? titles[stage] : `<b>${tuner}</b>, ${titles[stage]}`,
        xref: "paper",
        x: column * wide + (column ? 0.05 : 0),
        xanchor: "left",
        yref: "paper",
        y: places[line][1],
        yanchor: "bottom",
        showarrow: false,
        font: { size: width < 500 ? 10 : 12 },
      });
      for (const condition of shown) {
        const own = rows
            .filter((row) => row.tuner === tuner && row.stage === stage && row.condition === condition)
            .sort((a, b) => a.epoch - b.epoch),
          { colour } = facts.conditions[condition];
        if (!own.length) continue;
        const x = own.map((row) => row.epoch),
          axes = { xaxis: `x${id}`, yaxis: `y${id}` };
        if (measured)
          data.push(
            band(
              x,
              own.map((row) => row.uar_low),
              own.map((row) => row.uar_high),
              colour,
              axes,
            ),
          );
        data.push({
          x,
          y: own.map((row) => row[what]),
          ...axes,
          mode: "lines+markers",
          type: "scatter",
          showlegend: false,
          line: { color: colour, width: 1.8 },
          marker: { color: colour, size: own.map((row) => (row.best > 0 ? 5 + 7 * row.best : 0.1)) },
          hoverinfo: "text",
          text: own.map(
            (row) =>
              `${condition}, ${tuner}, ${titles[stage]}, epoch ${row.epoch}<br>${measured ? `validation UAR ${perCent(row.validation_uar, 1)} (range ${perCent(row.uar_low)} to ${perCent(row.uar_high)})<br>` : ""}training loss ${plain(row.training_loss, 3)}, validation loss ${plain(row.validation_loss, 3)}<br>kept by ${perCent(row.best)} of ${row.n} trainings, ${protocol}`,
          ),
        });
      }
    }),
  );
  const counts = rows.map((row) => row.n);
  return {
    data,
    rows,
    note,
    height,
    says: `${called(model)}, ${words}, ${protocol}: ${tuners.length} tuner${tuners.length === 1 ? "" : "s"}, up to ${Math.max(...rows.map((row) => row.epoch))} epochs; mean over ${Math.min(...counts) === Math.max(...counts) ? counts[0] : `${Math.min(...counts)} to ${Math.max(...counts)}`} trainings.`,
    layout: {
      ...layout,
      annotations,
      showlegend: true,
      legend: below.legend,
      margin: { l: 56, r: 12, t: 34, b: below.room },
    },
  };
};

charts.transfer_claims = (now, width) => {
  const all = tables.rows("transfer_claims");
  if (!all.length || direction(now.dataset).none)
    return { none: "No claim of paper 1 can be held against this study: see the tables below." };
  const named = new Set(tables.words("transfer_grid", "model")),
    judged = (model) => all.some((row) => row.model === model);
  const model = [now.model, ...named].find(judged) ?? now.model;
  const { way, words, note } = direction(now.dataset),
    arrow = `; ${way.source} → ${way.target}`;
  const rows = all.filter((row) => (row.model === model || !named.has(row.model)) && row.target === way.target),
    claims = [...new Set(rows.map((row) => row.claim))];
  if (!rows.length) return { none: `No claim of paper 1 can be held against ${words}: see the tables below.` };
  const ofOthers = all.filter((row) => row.target === way.target && !claims.includes(row.claim)),
    lacking = new Set(ofOthers.map((row) => parseInt(row.claim)));
  const narrow = width < 600,
    { strict, published } = facts.kinds,
    layout = {},
    annotations = [],
    shapes = [],
    data = [];
  const parts = claims.map((claim) => rows.filter((row) => row.claim === claim)),
    room = parts.map((part) => 84 + (narrow ? 32 : 26) * part.length),
    height = room.reduce((a, b) => a + b, 40) + 20;
  let down = 40;
  const text = (value, correlation) => (value === null ? "–" : correlation ? plain(value) : signed(value));
  parts.forEach((part, at) => {
    const id = at ? at + 1 : "",
      correlation = part[0].panel.startsWith("rank correlation"),
      unit = correlation ? 1 : 100,
      from = (pixels) => 1 - (pixels - 40) / (height - 60);
    layout[`yaxis${id}`] = lines(
      part.map((row) =>
        wrapped(row.line.replace(`${model}, `, "").replace(arrow, "").replace(`; ${way.target}`, ""), narrow ? 20 : 44),
      ),
      { domain: [from(down + room[at] - 48), from(down + 24)], anchor: `x${id}`, tickfont: { size: narrow ? 9 : 11 } },
    );
    layout[`xaxis${id}`] = {
      anchor: `y${id}`,
      title: { text: part[0].panel, font: { size: 11 }, standoff: 2 },
      ...(correlation ? { range: [-1.05, 1.05] } : {}),
    };
    annotations.push({
      text: `<b>${wrapped(claims[at], narrow ? 48 : 120)}</b>`,
      xref: "paper",
      x: 0,
      xanchor: "left",
      xshift: narrow ? -108 : -250,
      yref: "paper",
      y: from(down + 22),
      yanchor: "bottom",
      align: "left",
      showarrow: false,
      font: { size: narrow ? 10 : 12 },
    });
    shapes.push({
      type: "line",
      xref: `x${id}`,
      yref: `y${id} domain`,
      x0: 0,
      x1: 0,
      y0: 0,
      y1: 1,
      line: { color: "#1c1c1c", width: 1 },
    });
    const hover = (row) =>
      `${row.line}<br>${row.claim.startsWith("9") ? `strict ${perCent(row.strict, 1)}, as published ${perCent(row.as_published, 1)}<br>difference` : "strict"}: ${text(row.value, correlation)}${inBrackets(row.low, row.high, (one) => text(one, correlation))}, ${wrapped(row.verdict)}<br>` +
      (row.claim.startsWith("9") ? "" : `as published: ${text(row.as_published, correlation)}<br>`) +
      (row.n_speakers ? `${row.n_speakers} speakers` : `${row.n_emotions} emotions`);
    const axes = { xaxis: `x${id}`, yaxis: `y${id}` },
      ends = (value) => (value === null ? null : unit * value);
    data.push(
      dots(
        part
          .filter((row) => row.value !== null)
          .map((row) => ({
            x: unit * row.value,
            low: ends(row.low),
            high: ends(row.high),
            y: part.indexOf(row) - 0.12,
            filled: isTold(row),
            text: hover(row),
          })),
        strict,
        axes,
      ),
    );
    data.push(
      dots(
        part
          .filter((row) => row.as_published !== null && !row.claim.startsWith("9"))
          .map((row) => ({
            x: unit * row.as_published,
            low: ends(row.as_published_low),
            high: ends(row.as_published_high),
            y: part.indexOf(row) + 0.2,
            size: 7,
            text: hover(row),
          })),
        published,
        axes,
      ),
    );
    down += room[at];
  });
  const told = rows.filter(isTold).length;
  return {
    data,
    rows,
    height,
    note: [
      note,
      model === now.model ? "" : `No claim rests on ${now.model}: ${model} is shown.`,
      lacking.size ? `Nothing of ${model} on ${words} bears on claim ${[...lacking].join(", ")}.` : "",
    ]
      .filter(Boolean)
      .join(" "),
    says: `Of ${rows.length} figures on paper 1's claims that ${called(model)} has, ${words}, ${told} are told from 0 strict.`,
    layout: { ...layout, annotations, shapes, margin: { l: narrow ? 112 : 254, r: 12, t: 40, b: 20 } },
  };
};
