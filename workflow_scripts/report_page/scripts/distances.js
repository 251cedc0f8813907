"use strict";
// How far apart are speech and song?

const plain = (value, digits = 2) =>
  value === null || value === undefined ? "–" : String(Number(value.toPrecision(digits)));

// Value and interval with as many decimals as the interval supports.
function distanceWords(row) {
  if (row.low === null || row.high === null || row.high <= row.low) return plain(row.value);
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(row.high - row.low))),
    say = (value) => value.toFixed(Math.min(decimals, 20));
  return say(row.value) + inBrackets(row.low, row.high, say);
}

const wrapped = (text, width = 60) =>
  text.replaceAll(new RegExp(`(.{1,${width}})(?:\\s+|$)`, "g"), "$1<br>").replace(/<br>$/, "");
const coloured = (emotion, chosen) =>
  `<span style="color:${look(emotion).colour}">${emotion === chosen ? `<b>${emotion}</b>` : emotion}</span>`;

// Points with horizontal intervals; a point: {x, y, low, high, text, filled, custom, size}. All of one colour and symbol.
function dots(points, { colour, symbol = "circle", size = 9 }, more = {}) {
  return {
    x: points.map((one) => one.x),
    y: points.map((one) => one.y),
    mode: "markers",
    type: "scatter",
    showlegend: false,
    hoverinfo: "text",
    text: points.map((one) => one.text),
    customdata: points.map((one) => one.custom ?? null),
    error_x: {
      type: "data",
      symmetric: false,
      color: colour,
      thickness: 1.4,
      width: 0,
      array: points.map((one) => (one.high ?? one.x) - one.x),
      arrayminus: points.map((one) => one.x - (one.low ?? one.x)),
    },
    marker: {
      symbol,
      size: points.map((one) => one.size ?? size),
      opacity: 1,
      color: points.map((one) => (one.filled === false ? "#fff" : colour)),
      line: { color: colour, width: 1.8 },
    },
    ...more,
  };
}

// A vertical axis with a line for each text, the first on top.
const lines = (texts, more = {}) => ({
  tickvals: texts.map((_, at) => at),
  ticktext: texts,
  range: [texts.length - 0.4, -0.6],
  showgrid: false,
  ticks: "",
  ...more,
});
const standing = (x, more = {}) => ({
  type: "line",
  x0: x,
  x1: x,
  yref: "paper",
  y0: 0,
  y1: 1,
  line: { color: "#767676", width: 1.2, dash: "dot" },
  layer: "below",
  ...more,
});

// The compared pair that a dataset belongs to, itself or as the same recordings prepared in another way.
function comparedPair(dataset) {
  const all = tables.rows("distance_pairs"),
    own = all.filter((row) => row.dataset === dataset);
  const row = own.find((one) => !one.words) ?? own[0] ?? all[0];
  if (!row) return null;
  const pair = { first: row.first, second: row.second };
  const note = !own.length
    ? `${dataset} was not compared: ${row.first} and ${row.second} are shown.`
    : row.words
      ? `${dataset} holds the same recordings (${row.words}): ${row.first} and ${row.second} are shown.`
      : "";
  return { pair, note, words: `${row.first} and ${row.second}` };
}

// Rows of the ranking of the chosen model, near to far; the mean over layers, and the chosen layer.
function ranked(now) {
  const about = comparedPair(now.dataset);
  if (!about) return { none: "No two datasets were compared." };
  const all = tables.rows("distances", { ...about.pair, model: now.model });
  const rows = all.filter((row) => row.layer === "mean" && row.value !== null).sort((a, b) => a.value - b.value);
  if (!rows.length) return { none: `${now.model} has no distance between ${about.words} at equal numbers of clips.` };
  return { ...about, rows, at: all.filter((row) => row.layer === now.layer) };
}

const speakersOf = (row) =>
  `${row.n_speakers} speakers, ${row.clips_per_speaker} clips of each per emotion and dataset`;

charts.distance_ranking = (now, width) => {
  const found = ranked(now);
  if (found.none) return found;
  const { rows, at, note, pair, words } = found,
    order = rows.map((row) => row.emotion),
    data = [];
  const published = rows.some((row) => row.published !== null),
    narrow = width < 500;
  const probability = (row, rank) =>
    tables.rows("distance_ranks", { ...pair, model: now.model, layer: "mean", emotion: row.emotion, rank })[0]
      ?.probability ?? null;
  for (const row of rows) {
    const y = order.indexOf(row.emotion),
      layer = at.find((one) => one.emotion === row.emotion),
      chosen = row.emotion === now.emotion;
    const points = [
      {
        x: row.value,
        y,
        low: row.low,
        high: row.high,
        size: chosen ? 13 : 10,
        custom: row.emotion,
        text: `${row.emotion}, mean over layers<br>kernel distance ${distanceWords(row)}<br>rank ${row.rank}, in ${perCent(probability(row, Math.round(row.rank)))} of ${row.n_half_samples} halves of the speakers<br>${speakersOf(row)}`,
      },
    ];
    data.push(dots(points, look(row.emotion)));
    if (layer && layer.value !== null)
      data.push(
        dots(
          [
            {
              x: layer.value,
              y: y + 0.26,
              low: layer.low,
              high: layer.high,
              custom: row.emotion,
              filled: false,
              size: 5,
              text: `${row.emotion}, ${layerWords(now.layer)}<br>kernel distance ${distanceWords(layer)}<br>rank ${layer.rank}<br>${speakersOf(layer)}`,
            },
          ],
          look(row.emotion),
          { opacity: 0.65 },
        ),
      );
    if (row.published !== null)
      data.push(
        dots(
          [
            {
              x: row.published,
              y,
              custom: row.emotion,
              size: 9,
              filled: false,
              text: `${row.emotion}, as published<br>Frechet distance ${plain(row.published)}, rank ${row.published_rank}<br>all clips, however many: no interval`,
            },
          ],
          look(row.emotion),
          { xaxis: "x2" },
        ),
      );
  }
  const near = rows[0],
    far = rows.at(-1);
  return {
    data,
    note,
    rows,
    height: 100 + 46 * rows.length,
    says: `Between ${words}, ${called(now.model)}${facts.acoustics.includes(now.model) ? "" : ", mean over layers"}: nearest ${near.emotion}, ${distanceWords(near)}, first in ${perCent(near.p_nearest)} of the halves of the speakers; farthest ${far.emotion}, ${distanceWords(far)}, last in ${perCent(far.p_farthest)} (${speakersOf(near)}).`,
    layout: {
      yaxis: lines(order.map((emotion) => coloured(emotion, now.emotion))),
      margin: { l: 76, r: 12, t: 34, b: 48 },
      xaxis: {
        title: { text: width < 640 ? "kernel distance" : "kernel distance, equal clips" },
        domain: [0, published ? 0.62 : 1],
        rangemode: "tozero",
        nticks: narrow ? 4 : 6,
        zeroline: true,
        zerolinecolor: "#767676",
      },
      ...(published
        ? {
            xaxis2: {
              title: { text: width < 640 ? "as published" : "Frechet, as published" },
              domain: [0.7, 1],
              rangemode: "tozero",
              nticks: 4,
            },
          }
        : {}),
    },
    click: (point) => point.customdata && { emotion: point.customdata },
  };
};

charts.distance_ranks = (now, width) => {
  const found = ranked(now);
  if (found.none) return found;
  const { rows, note, pair } = found,
    order = rows.map((row) => row.emotion),
    places = order.map((_, at) => at + 1);
  const shares = tables.rows("distance_ranks", { ...pair, model: now.model, layer: "mean" });
  const share = (emotion, rank) =>
    shares.find((row) => row.emotion === emotion && row.rank === rank)?.probability ?? null;
  const z = order.map((emotion) => places.map((rank) => share(emotion, rank)));
  if (z.flat().every((one) => one === null))
    return { none: `Ranks of ${now.model} have no probabilities: too few speakers to halve.` };
  const paper = rows.filter((row) => row.paper !== null),
    sure = Math.max(...z.map((line) => Math.max(...line)));
  const least = order[z.findIndex((line) => Math.max(...line) === sure)];
  return {
    note,
    rows: shares.map((one) => ({ ...one, n_half_samples: rows[0].n_half_samples, n_speakers: rows[0].n_speakers })),
    height: 100 + 46 * order.length,
    data: [
      {
        type: "heatmap",
        x: places,
        y: order.map((_, at) => at),
        z,
        zmin: 0,
        zmax: 1,
        colorscale: [
          [0, "#f7fbff"],
          [0.5, "#6baed6"],
          [1, "#08306b"],
        ],
        showscale: false,
        xgap: 2,
        ygap: 2,
        hoverinfo: "text",
        text: z.map((line) => line.map((one) => (one >= 0.05 ? (100 * one).toFixed(0) : ""))),
        texttemplate: "%{text}",
        textfont: { size: width < 500 ? 10 : 13 },
        hovertext: z.map((line, at) =>
          line.map(
            (one, place) =>
              `${order[at]} has rank ${place + 1}<br>in ${perCent(one)} of ${rows[at].n_half_samples} halves of the speakers`,
          ),
        ),
      },
      {
        x: paper.map((row) => row.paper),
        y: paper.map((row) => order.indexOf(row.emotion)),
        mode: "markers",
        type: "scatter",
        showlegend: false,
        hoverinfo: "text",
        text: paper.map((row) => `${row.emotion}: rank ${row.paper} in the paper's order`),
        marker: { symbol: "diamond-open", size: 24, color: "#D55E00", line: { width: 2 } },
      },
    ],
    says:
      `The surest rank is that of ${least}: in ${perCent(sure)} of ${rows[0].n_half_samples} halves of the ${rows[0].n_speakers} speakers.` +
      (paper.length ? ` The paper's order, from near to far: ${paperOrder(paper)}.` : ""),
    layout: {
      yaxis: lines(order.map((emotion) => coloured(emotion, now.emotion))),
      xaxis: {
        title: { text: "rank (1: nearest)" },
        tickvals: places,
        showgrid: false,
        range: [0.5, places.length + 0.5],
      },
      margin: { l: 76, r: 12, t: 34, b: 48 },
      shapes: rows.map((row, at) => ({
        type: "rect",
        x0: row.rank - 0.47,
        x1: row.rank + 0.47,
        y0: at - 0.46,
        y1: at + 0.46,
        line: { color: "#1c1c1c", width: 1.6 },
      })),
    },
    click: (point) => ({ emotion: order[point.y] }),
  };
};

function paperOrder(rows) {
  const ranks = [...new Set(rows.map((row) => row.paper))].sort((a, b) => a - b);
  return ranks
    .map((rank) =>
      rows
        .filter((row) => row.paper === rank)
        .map((row) => row.emotion)
        .join(" and "),
    )
    .join(", ");
}

charts.distance_layers = (now, width) => {
  const found = ranked(now);
  if (found.none) return found;
  if (facts.acoustics.includes(now.model)) return { none: `${now.model} has no layers.` };
  const rows = tables
    .rows("distances", { ...found.pair, model: now.model })
    .filter((row) => row.layer !== "mean" && row.value !== null);
  const { place, axis, last } = layerAxis([now.model]),
    data = [],
    ends = [],
    height = 400;
  const emotions = found.rows.map((row) => row.emotion).sort((a, b) => (a === now.emotion) - (b === now.emotion));
  for (const emotion of emotions) {
    const own = rows.filter((row) => row.emotion === emotion).sort((a, b) => place(a.layer) - place(b.layer)),
      chosen = emotion === now.emotion,
      { colour, symbol } = look(emotion);
    if (!own.length) continue;
    const x = own.map((row) => place(row.layer));
    const floored = own.filter((row) => row.floor !== null);
    if (chosen && floored.length) {
      data.push({
        x: floored.map((row) => place(row.layer)),
        y: floored.map((row) => row.floor),
        mode: "lines",
        type: "scatter",
        showlegend: false,
        line: { color: "#767676", width: 1.4, dash: "dot" },
        hoverinfo: "text",
        text: floored.map((row) => `no difference: halves of one group (${emotion}), ${plain(row.floor)}`),
      });
      ends.push({ text: "no difference", x: last, y: floored.at(-1).floor, colour: "#5c5c5c" });
    }
    data.push(
      ...curve(own, x, colour, chosen, {
        opacity: chosen ? 1 : 0.7,
        customdata: own.map((row) => [emotion, row.layer]),
        line: { color: colour, width: chosen ? 3 : 1.3 },
        marker: { symbol, color: colour, size: chosen ? 9 : 6 },
        text: own.map(
          (row) =>
            `${emotion}, layer ${row.layer}<br>kernel distance ${distanceWords(row)}<br>rank ${row.rank}<br>${speakersOf(row)}`,
        ),
      }),
    );
    ends.push({ text: chosen ? `<b>${emotion}</b>` : emotion, x: last, y: own.at(-1).value, colour });
  }
  const mine = rows.find((row) => row.emotion === now.emotion && row.layer === now.layer);
  const shown = rows
    .flatMap((row) => (row.emotion === now.emotion ? [row.value, row.low, row.high, row.floor] : [row.value]))
    .filter((one) => one !== null && one !== undefined);
  const span = Math.max(...shown) - Math.min(0, ...shown),
    range = [Math.min(0, ...shown) - 0.04 * span, Math.max(...shown) + 0.04 * span];
  return {
    data,
    rows,
    height,
    note: found.note,
    says:
      `Kernel distance between ${found.words} at every layer of ${called(now.model)}, equal clips.` +
      (mine
        ? ` At layer ${now.layer}, ${now.emotion}: ${distanceWords(mine)}, rank ${mine.rank} of ${emotions.length} (${speakersOf(mine)}).`
        : ""),
    layout: {
      xaxis: axis,
      yaxis: { title: { text: "kernel distance (no unit)" }, range, zeroline: true, zerolinecolor: "#767676" },
      shapes: chosenLayerLine(place(now.layer)),
      margin: { l: 60, r: Math.min(120, width * 0.27), t: 28, b: 44 },
      annotations: endLabels(ends, range, height - 72, width < 500 ? 10 : 12).map((label) => ({
        ...label,
        x: axis.range[1],
      })),
    },
    click: (point) => point.customdata && { emotion: point.customdata[0], layer: point.customdata[1] },
  };
};

charts.distance_matrix = (now, width) => {
  const found = ranked(now);
  if (found.none) return found;
  const cells = tables.rows("distance_cells", { ...found.pair, model: now.model, layer: now.layer });
  if (!cells.length) return { none: `There are no distances between all groups ${byLayer(now.layer, now.model)}.` };
  const { first, second } = found.pair,
    emotions = found.rows.map((row) => row.emotion),
    count = emotions.length;
  const sides = [first, second].flatMap((dataset) =>
    emotions.map((emotion) => ({ dataset, emotion, key: `${dataset} ${emotion}` })),
  );
  const at = new Map(sides.map((side, place) => [side.key, place]));
  const empty = () => sides.map(() => sides.map(() => null)),
    kernel = empty(),
    published = empty(),
    words = empty();
  for (const cell of cells) {
    const [a, b] = [
      at.get(`${cell.first_dataset} ${cell.first_emotion}`),
      at.get(`${cell.second_dataset} ${cell.second_emotion}`),
    ];
    if (a === undefined || b === undefined) continue;
    const [row, column] = [Math.min(a, b), Math.max(a, b)];
    kernel[row][column] = cell.value;
    published[column][row] = cell.published;
    words[row][column] =
      `${sides[row].key} and ${sides[column].key}<br>kernel distance, equal clips: ${distanceWords(cell)}<br>${cell.n_speakers} speakers, ${layerWords(now.layer)}`;
    words[column][row] =
      `${sides[row].key} and ${sides[column].key}<br>Frechet distance, as published: ${plain(cell.published)}<br>${cell.n_first} and ${cell.n_second} clips, ${layerWords(now.layer)}`;
  }
  const narrow = width < 500,
    axisOf = (z, colorscale) => ({
      type: "heatmap",
      z,
      zmin: 0,
      zmax: Math.max(0, ...z.flat().filter((one) => one !== null)),
      colorscale,
      reversescale: false,
      showscale: false,
      xgap: 1,
      ygap: 1,
      hoverongaps: false,
      hoverinfo: "text",
      hovertext: words,
      customdata: z,
      text: z.map((line) => line.map((one) => (one === null || narrow ? "" : one.toFixed(2)))),
      texttemplate: "%{text}",
      textfont: { size: 9 },
    });
  const same = cells.filter(
    (cell) => cell.first_emotion === cell.second_emotion && cell.first_dataset !== cell.second_dataset,
  );
  const within = cells.filter((cell) => cell.first_dataset === cell.second_dataset),
    mean = (own) => own.reduce((sum, cell) => sum + cell.value, 0) / own.length;
  const ticks = sides.map((side) => (narrow ? `${side.dataset.slice(0, 2)}. ${side.emotion.slice(0, 3)}.` : side.key));
  return {
    rows: cells,
    note: found.note,
    height: Math.min(640, width),
    data: [
      axisOf(kernel, [
        [0, "#fcfbfd"],
        [0.5, "#9e9ac8"],
        [1, "#3f007d"],
      ]),
      axisOf(published, [
        [0, "#f7fcf5"],
        [0.5, "#74c476"],
        [1, "#00441b"],
      ]),
    ],
    says: `Taken ${byLayer(now.layer, called(now.model))}, the same emotion in ${first} and in ${second} lies ${plain(mean(same))} apart (mean kernel distance over ${same.length} emotions), two emotions within a dataset ${plain(mean(within))}; ${cells[0].n_speakers} speakers.`,
    layout: {
      xaxis: {
        title: {
          text: '<span style="color:#006d2c">◣ as published</span>   <span style="color:#54278f">◥ kernel, equal clips</span>',
        },
        tickvals: sides.map((_, place) => place),
        ticktext: ticks,
        tickangle: -90,
        showgrid: false,
        tickfont: { size: narrow ? 9 : 11 },
      },
      yaxis: {
        tickvals: sides.map((_, place) => place),
        ticktext: ticks,
        autorange: "reversed",
        showgrid: false,
        tickfont: { size: narrow ? 9 : 11 },
      },
      margin: { l: narrow ? 60 : 100, r: 12, t: 34, b: narrow ? 84 : 124 },
      shapes: [
        [-0.5, count - 0.5, 2 * count - 0.5, count - 0.5],
        [count - 0.5, -0.5, count - 0.5, 2 * count - 0.5],
      ].map(([x0, y0, x1, y1]) => ({ type: "line", x0, y0, x1, y1, line: { color: "#1c1c1c", width: 1.2 } })),
    },
    click: (point) => ({ choice: { emotion: sides[point.y].emotion }, place: "live-distance_shifts" }),
  };
};

charts.distance_conditions = (now, width) => {
  const found = ranked(now);
  if (found.none) return found;
  const rows = tables.rows("distance_conditions", { ...found.pair, model: now.model });
  const order = found.rows.map((row) => row.emotion),
    variants = [...new Set(rows.map((row) => row.variant))];
  const cell = (variant, emotion) => rows.find((row) => row.variant === variant && row.emotion === emotion);
  const z = variants.map((variant) => order.map((emotion) => cell(variant, emotion)?.rank ?? null));
  const narrow = width < 500,
    tau = variants.map((variant) => rows.find((row) => row.variant === variant)),
    clear = (row) => row?.p !== null && row?.p <= 0.05;
  const own = z[variants.indexOf("kernel, equal clips")] ?? [],
    ends = (line) =>
      [
        order[line.indexOf(Math.min(...line.filter((one) => one !== null)))],
        order[line.indexOf(Math.max(...line))],
      ].join();
  const others = variants.filter(
    (variant, at) =>
      !variant.startsWith("the paper") && z[at].every((one) => one !== null) && ends(z[at]) !== ends(own),
  );
  return {
    rows,
    note: found.note,
    height: 110 + 42 * variants.length,
    data: [
      {
        type: "heatmap",
        x: order,
        y: variants.map((_, at) => at),
        z,
        zmin: 1,
        zmax: order.length,
        colorscale: [
          [0, "#2171b5"],
          [0.5, "#9ecae1"],
          [1, "#f7fbff"],
        ],
        showscale: false,
        xgap: 2,
        ygap: 2,
        hoverongaps: false,
        hoverinfo: "text",
        text: z.map((line) =>
          line.map((one) =>
            one === null ? "" : one === Math.round(one) ? one : `${Math.floor(one)}–${Math.ceil(one)}`,
          ),
        ),
        texttemplate: "%{text}",
        hovertext: variants.map((variant) =>
          order.map((emotion) => {
            const one = cell(variant, emotion);
            return one
              ? `${emotion}: rank ${one.rank}<br>${variant}` +
                  (one.n_speakers
                    ? `<br>${one.probability === null ? "point value" : `in ${perCent(one.probability)} of ${one.n_half_samples} halves`}, ${one.n_speakers} speakers`
                    : "")
              : "";
          }),
        ),
      },
    ],
    says: others.length
      ? `Another emotion becomes the nearest or the farthest with: ${others.join("; ")} (point values, not tested); ${found.rows[0].n_speakers} speakers.`
      : `The nearest and the farthest emotion are the same in all ways shown (point values, not tested); ${found.rows[0].n_speakers} speakers.`,
    layout: {
      yaxis: lines(
        variants.map((variant) => {
          const text = wrapped(variant, narrow ? 16 : 26);
          return variant === "kernel, equal clips" || variant.startsWith("the paper") ? `<b>${text}</b>` : text;
        }),
        { tickfont: { size: narrow ? 9 : 11 } },
      ),
      xaxis: { showgrid: false, side: "bottom", tickangle: narrow ? -45 : 0 },
      margin: { l: narrow ? 104 : 170, r: 48, t: 34, b: narrow ? 60 : 40 },
      annotations: tau
        .map((row, at) => ({
          x: 1,
          xref: "paper",
          xanchor: "left",
          xshift: 6,
          y: at,
          showarrow: false,
          font: { size: 11, color: clear(row) ? "#1c1c1c" : "#767676" },
          text:
            row?.agreement === null || row === undefined
              ? ""
              : clear(row)
                ? `<b>${row.agreement.toFixed(2)}</b>`
                : row.agreement.toFixed(2),
        }))
        .concat(
          tau.some((row) => row?.agreement !== null)
            ? [
                {
                  x: 1,
                  xref: "paper",
                  xanchor: "left",
                  xshift: 6,
                  y: 1,
                  yref: "paper",
                  yanchor: "bottom",
                  showarrow: false,
                  text: "<i>tau</i>",
                  font: { size: 11, color: "#767676" },
                },
              ]
            : [],
        ),
    },
    click: (point) => ({ emotion: point.x }),
  };
};

const PER_CATEGORY = 4; // features drawn of each category, those that shift most in the chosen emotion

charts.distance_shifts = (now, width) => {
  const about = comparedPair(now.dataset);
  if (!about) return { none: "No two datasets were compared." };
  const rows = tables
    .rows("distance_shifts", { ...about.pair, emotion: now.emotion })
    .filter((row) => row.value !== null);
  if (!rows.length) return { none: `There are no acoustic features of ${now.emotion} between ${about.words}.` };
  const whole = rows.filter((row) => !row.feature).sort((a, b) => b.value - a.value),
    features = rows.filter((row) => row.feature);
  const shown = whole.flatMap((category) => [
    category,
    ...features
      .filter((row) => row.category === category.category)
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
      .slice(0, PER_CATEGORY),
  ]);
  const told = (row) => (row.feature ? row.p_adjusted <= 0.05 && row.p_adjusted !== null : row.low > 0),
    narrow = width < 500;
  const points = shown.map((row, y) => ({
    x: row.value,
    y,
    low: row.low,
    high: row.high,
    filled: told(row),
    size: row.feature ? 7 : 12,
    text: `${row.feature ? row.called : `${row.category}, root mean square`}<br>${distanceWords(row)} standard deviations${row.p_adjusted === null ? "" : `<br>p ${plain(row.p_adjusted)} after correction`}<br>${row.n_speakers} speakers`,
  }));
  const clear = features.filter(told).length,
    top = whole[0];
  return {
    rows,
    note: about.note,
    height: 90 + 22 * shown.length,
    data: [dots(points, look(now.emotion))],
    says: `Of the acoustic features of ${now.emotion}, ${top.category.toLowerCase()} ones shift most from ${about.pair.first} to ${about.pair.second}: ${distanceWords(top)} standard deviations; ${clear} of ${features.length} features told from no shift (${top.n_speakers} speakers).`,
    layout: {
      yaxis: lines(
        shown.map((row) =>
          row.feature
            ? narrow && row.called.length > 22
              ? `${row.called.slice(0, 21)}…`
              : row.called
            : `<b>${row.category}</b>`,
        ),
        { tickfont: { size: narrow ? 10 : 11 } },
      ),
      shapes: [standing(0)],
      xaxis: {
        title: {
          text:
            width < 640
              ? "shift (standard deviations)"
              : `shift from ${about.pair.first} to ${about.pair.second} (standard deviations)`,
        },
      },
      margin: { l: narrow ? 140 : 200, r: 12, t: 34, b: 48 },
    },
  };
};

charts.distance_shares = (now, width) => {
  const about = comparedPair(now.dataset);
  if (!about) return { none: "No two datasets were compared." };
  const rows = tables.rows("distance_shares", {
    ...about.pair,
    model: now.model,
    layer: now.layer,
    emotion: now.emotion,
  });
  if (!rows.length) return { none: `What the shift accounts for was not computed ${byLayer(now.layer, now.model)}.` };
  const given = rows.filter((row) => row.value !== null);
  if (!given.length) return { none: `${now.emotion} ${byLayer(now.layer, now.model)}: ${rows[0].note || "no share"}.` };
  const names = [...new Set(rows.map((row) => row.set))].sort(
      (a, b) => (b === "all features") - (a === "all features"),
    ),
    cut = (value) => Math.max(-0.6, Math.min(1.6, value));
  const points = given.map((row) => ({
    x: cut(row.value),
    y: names.indexOf(row.set),
    low: cut(row.low ?? row.value),
    high: cut(row.high ?? row.value),
    filled: row.low > 0,
    size: row.set === "all features" ? 12 : 8,
    text: `${row.set}: ${perCent(row.value)}${inBrackets(row.low, row.high)}<br>of the squared mean distance of ${now.emotion}<br>${byLayer(now.layer, now.model)}, ${row.n_speakers} speakers`,
  }));
  const all = given.find((row) => row.set === "all features");
  return {
    rows,
    note: about.note,
    height: 110 + 40 * names.length,
    data: [dots(points, look(now.emotion))],
    says: all
      ? `The shift of all acoustic features accounts for ${perCent(all.value)}${inBrackets(all.low, all.high)} of the squared mean distance of ${now.emotion} ${byLayer(now.layer, called(now.model))} (${all.n_speakers} speakers).`
      : `Shares for ${now.emotion} ${byLayer(now.layer, called(now.model))}.`,
    layout: {
      yaxis: lines(names.map((one) => (one === "all features" ? "<b>all features</b>" : `only ${one}`))),
      shapes: [standing(0), standing(1, { line: { color: "#ddd", width: 1 } })],
      xaxis: {
        title: { text: width < 640 ? "share accounted for" : "share of the squared mean distance accounted for" },
        tickformat: ".0%",
      },
      margin: { l: 110, r: 16, t: 34, b: 48 },
    },
  };
};
