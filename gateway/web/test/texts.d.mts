// SPDX-License-Identifier: EUPL-1.2
export function textsOf(folder: string): Array<{ text: string; template: boolean; tagged: boolean; where: string }>;
export function stringsOf(folder: string): Set<string>;
