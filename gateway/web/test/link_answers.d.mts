// SPDX-License-Identifier: EUPL-1.2
export function startLinking(options?: { fourEyes?: boolean; subject?: string }): {
  answer(method: string, path: string, query: URLSearchParams, body?: unknown): unknown;
};
