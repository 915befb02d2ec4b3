// SPDX-License-Identifier: EUPL-1.2
/** Lines that are told apart without colour, in the order in which they are given out. Each is a class suffix. */
export const STROKES = ['solid', 'dashed', 'dotted', 'long', 'thin'] as const;
export type Stroke = (typeof STROKES)[number];
