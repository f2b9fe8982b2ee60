'use strict';
// The page's behaviour. It holds no result and draws nothing itself: charts are Chart.js.
(() => {
  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const root = document.documentElement;
  const charts = [];

  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const applyColours = (chart) => {
    for (const scale of Object.values(chart.options.scales)) {
      scale.ticks.color = scale.title.color = colour('--text');
      scale.grid.color = colour('--line');
    }
    chart.options.plugins.legend.labels.color = colour('--text');
    chart.update();
  };
  const axis = (title, extra) => ({ticks: {}, grid: {}, beginAtZero: true, title: {display: true, text: title}, ...extra});
  const draw = (canvas, type, labels, series, scales) => {
    const datasets = series.map(({variable, ...rest}) => ({...rest, backgroundColor: () => colour(variable), borderColor: () => colour(variable)}));
    const chart = new Chart(canvas, {type, data: {labels, datasets}, options: {
      animation: false, responsive: true, maintainAspectRatio: false, scales,
      plugins: {legend: {display: datasets.length > 1, labels: {}}}}});
    charts.push(chart);
    applyColours(chart);
  };

  const trend = document.getElementById('trend-chart');
  if (trend) {
    draw(trend, 'line', data.nights.map((each) => each.night), [
      {label: 'distinct problems', data: data.nights.map((each) => each.problems), variable: '--bad', yAxisID: 'y'},
      {label: 'pairs of attributes judged', data: data.nights.map((each) => each.pairs), variable: '--link', yAxisID: 'pairs'}],
      {x: axis('night'), y: axis('problems'), pairs: axis('pairs', {position: 'right'})});
  }
  const steps = document.getElementById('steps-chart');
  if (steps && data.steps) {
    const line = {pointRadius: 0, borderWidth: 1.5};
    draw(steps, 'line', [], [
      {label: data.rules[0], data: data.steps.a, variable: '--link', yAxisID: 'y', ...line},
      {label: data.rules[1], data: data.steps.b, variable: '--bad', yAxisID: 'y', ...line},
      {label: `${data.rules[0]} - ${data.rules[1]}`, data: data.steps.difference, variable: '--warn', yAxisID: 'difference', stepped: true, ...line}],
      {x: axis('accumulator', {type: 'linear', beginAtZero: false}), y: axis('stored'), difference: axis('difference', {position: 'right'})});
  }
  const shares = document.getElementById('shares-chart');
  if (shares) {
    draw(shares, 'bar', data.shares.map((each) => each.label), [{label: 'percent', data: data.shares.map((each) => each.percent), variable: '--link'}],
      {x: axis('multiplier'), y: axis('percent')});
  }
  const drawHistogram = (canvas) => {
    const bars = data.histograms[canvas.dataset.histogram];
    draw(canvas, 'bar', bars.map((bar) => bar.label), [{label: 'elements', data: bars.map((bar) => bar.count), variable: '--bad'}],
      {x: axis('distance'), y: axis('elements')});
  };
  document.querySelectorAll('section > .chart canvas[data-histogram]').forEach(drawHistogram);
  // The body of a finding stands in the page as text, so that a page with hundreds of them opens at once.
  const fill = (section) => {
    const body = section.querySelector(':scope > script[type="text/html"]');
    if (body) {
      const range = document.createRange();
      body.replaceWith(range.createContextualFragment(body.textContent));
      section.querySelectorAll('canvas[data-histogram]').forEach(drawHistogram);
    }
  };
  document.addEventListener('toggle', (event) => { if (event.target.open) { fill(event.target); } }, true);
  window.addEventListener('beforeprint', () => document.querySelectorAll('details[open]').forEach(fill));

  const openTarget = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === 'DETAILS') {
      target.open = true;
      fill(target);
      target.scrollIntoView();
    }
  };
  window.addEventListener('hashchange', openTarget);
  openTarget();

  document.getElementById('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    charts.forEach(applyColours);
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(applyColours));

  document.querySelectorAll('input[data-table]').forEach((filter) => {
    const rows = [...document.getElementById(filter.dataset.table).tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const output = document.querySelector(`output[for="${filter.id}"]`);
    const apply = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !words.every((word) => texts[index].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      output.textContent = `${shown} of ${rows.length}`;
    };
    filter.addEventListener('input', apply);
    apply();
  });

  const number = (text) => Number(text.replace(/\u202f/g, ''));
  document.querySelectorAll('table.sortable').forEach((table) => {
    table.querySelectorAll('thead button').forEach((button) => button.addEventListener('click', () => {
      const header = button.parentElement;
      const column = header.cellIndex;
      const up = header.getAttribute('aria-sort') !== 'ascending';
      table.querySelectorAll('th').forEach((each) => each.setAttribute('aria-sort', 'none'));
      header.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const numeric = header.classList.contains('number');
      const content = (cell) => cell.dataset.order ?? cell.textContent;
      const key = (row) => numeric ? number(content(row.cells[column])) : content(row.cells[column]);
      const body = table.tBodies[0];
      const sorted = [...body.rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        return (x < y ? -1 : x > y ? 1 : 0) * (up ? 1 : -1);
      });
      body.append(...sorted);
    }));
  });

  const copyText = (text) => {
    if (navigator.clipboard && window.isSecureContext) {
      return navigator.clipboard.writeText(text);
    }
    const area = document.createElement('textarea');  // pages from the file system have no clipboard otherwise
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error('not copied'));
  };
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button.copy');
    if (button) {
      copyText(button.parentElement.querySelector('pre').textContent)
        .then(() => { button.textContent = 'copied'; }, () => { button.textContent = 'not copied'; });
    }
  });
})();
