// SPDX-License-Identifier: EUPL-1.2
export function unzip(bytes: Uint8Array): Array<{ name: string; contents: string }>;
export function readWorkbook(bytes: Uint8Array): {
  sheets: Record<string, Array<Array<string | number>>>;
  formats: Record<string, string[][]>;
  frozen: Record<string, boolean>;
};
