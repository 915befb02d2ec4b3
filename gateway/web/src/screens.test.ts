// SPDX-License-Identifier: EUPL-1.2
import { describe, expect, it } from 'vitest';
import { isAt, maySee, pageOf, SCREENS, screenOf } from './screens';

describe('the screens', () => {
  it('have a name and a title of their own', () => {
    for (const of of ['id', 'title', 'script'] as const) expect(new Set(SCREENS.map((screen) => screen[of])).size).toBe(SCREENS.length);
  });
  it('are seen by their roles only; one without roles by everybody', () => {
    expect(maySee(screenOf('koppelen'), 'koppelbeheerder')).toBe(true);
    expect(maySee(screenOf('koppelen'), 'griffie')).toBe(false);
    expect(maySee(screenOf('toegankelijkheid'), 'beheerder')).toBe(true);
  });
  it('are in the monitor of a municipality, of the region, or of both', () => {
    expect(['groei', 'regio', 'logboek', 'publicaties'].map((id) => [isAt(screenOf(id), false), isAt(screenOf(id), true)])).toEqual([[true, false], [false, true], [true, true], [true, true]]);
  });
  it('become pages with the whole menu and their own place in it', () => {
    const page = pageOf(screenOf('groei'), '<title>@TITLE@</title>@NAVIGATION@@FOOTER@<script src="@SCRIPT@">');
    expect(page.match(/data-screen=/g)).toHaveLength(SCREENS.length);
    expect(page.match(/aria-current="page"/g)).toHaveLength(1);
    expect(page).toContain('href="./groei.html" aria-current="page">Groei');
    expect(page).toContain('src="./src/growth.ts"');
    expect(page).not.toContain('@');
  });
});
