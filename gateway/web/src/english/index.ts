// SPDX-License-Identifier: EUPL-1.2
// The English of every text of the dashboard: one chunk, loaded when somebody chose English. language.test.ts holds it complete.
import { contracts } from './contracts';
import { figures } from './figures';
import { frame } from './frame';
import { linking } from './linking';
import { policy } from './policy';
import { sharing } from './sharing';
import { words } from './words';
import type { Catalogue } from '../language';

export const english: Catalogue = { ...words, ...contracts, ...figures, ...frame, ...linking, ...policy, ...sharing };
