// SPDX-License-Identifier: EUPL-1.2
import type { Answer, Decomposition, Dimension, LinkSummary, Measure, SourceAnalysis } from '../src/api';

export const NEWEST: string;
export function decompose(request: object): Decomposition;
export function query(request: object): Answer;
export const measures: { measures: Measure[] };
export const dimensions: { dimensions: Dimension[] };
export const sourceAnalyses: { source_analyses: SourceAnalysis[] };
export const linkSummary: LinkSummary;
