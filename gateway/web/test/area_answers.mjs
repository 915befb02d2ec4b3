// SPDX-License-Identifier: EUPL-1.2
// An answer about neighbourhoods for the end-to-end test: invented areas, among them one of every state that a figure can have.
const period = (year) => ({ start_date: `${year}-01-01`, end_date: `${year + 1}-01-01` });

const WIJKEN = [
  ['WK173001', 'Noordveld', 42, 1000], ['WK173002', 'Oosteinde', 90, 1200], ['WK173003', 'Zuidlanden', 31, 1500], ['WK173004', 'Westerbroek aan de Vaart', 'SUPPRESSED', 'CELL_PROTECTED'],
  ['WK173005', 'Hoogkerk', 'NOT_AVAILABLE', 'PERIOD_NOT_DELIVERED'], ['WK173006', 'Nieuwland', 'NOT_COMPARABLE', 'AREA_CHANGED'], ['onbekend', 'Onbekend', 'NOT_REGISTERED', 'ATTRIBUTE_NOT_REGISTERED'],
];
const BUURTEN = Array.from({ length: 14 }, (_, index) => {
  const wijk = 1 + (index % 3);
  return [`BU17300${wijk}${String(1 + Math.floor(index / 3)).padStart(2, '0')}`, `Buurt ${index + 1}`, 3 + ((index * 7) % 19), 200 + 40 * index];
});

/** What `neighbourhoods/_compare` answers. */
export function areaAnswer(body, known) {
  const figure = (measure, year, of, reason) => (typeof of === 'string' ? { measure, period: period(year), state: of, state_reason: reason, known_time: known } : { measure, period: period(year), state: 'ANSWERED', count: String(of), known_time: known, definition: `${measure}/1`, reliability: { completeness: 0.98, statement: 'Van de berichten is 98% binnen.' } });
  const inYear = (year, clients, people) => {
    if (typeof clients === 'string') return { year, clients: figure('clients', year, clients, people), population: figure('population', year, 900), state: clients, state_reason: people };
    const rate = (1000 * clients) / people;
    const margin = (1960 * Math.sqrt(clients)) / people;
    return { year, clients: figure('clients', year, clients), population: figure('population', year, people), state: 'ANSWERED', per_1000: rate, per_1000_interval: { low: rate - margin, high: rate + margin }, standardised_per_1000: rate };
  };
  const growth = (clients) => (typeof clients === 'string' ? { state: clients, state_reason: 'TOO_FEW_CASES' } : { state: 'ANSWERED', clients_growth: 0.1, rate_ratio: 1.1, rate_ratio_interval: { low: 0.8, high: 1.5 }, beyond_chance: false });
  const external = (code, index) => (body.area_level === 'wijk' && index < 3 ? [{ series: 'jongeren', title: 'Jongeren met jeugdhulp', publisher: 'CBS', period: period(body.year_after), state: index < 2 ? 'PRINTED' : 'WITHHELD', ...(index < 2 && { value: { thousandths: String(7600 + 2400 * index), decimals: 1, measured_in: 'PERCENT' } }), text: index < 2 ? `${['7,6', '10,0'][index]}%` : 'niet getoond', counterpart: { figure: figure('clients', body.year_after, 40), difference: 'CBS telt alleen wie thuis woont.' } }] : []);
  const areas = (body.area_level === 'buurt' ? BUURTEN : WIJKEN).map(([code, label, clients, people], index) => ({
    area: { dimension: body.area_level, value: code, label }, before: inYear(body.year_before, clients, people), after: inYear(body.year_after, clients, people), growth: growth(clients), conclusion: '', external_values: external(code, index),
  }));
  return { state: 'ANSWERED', areas, total: { before: inYear(body.year_before, 210, 5200), after: inYear(body.year_after, 230, 5200), growth: growth(1) }, remarks: [], provenance: [{ source: 'jw301', delivery_count: '412', newest_known_time: known }], known_time: body.known_time ?? known };
}
