// SPDX-License-Identifier: EUPL-1.2
export function areaAnswer(body: { area_level: string; year_before: number; year_after: number; known_time?: string }, known: string): { areas: unknown[] };
