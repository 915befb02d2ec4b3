// SPDX-License-Identifier: EUPL-1.2
// The texts for people in the sources of the dashboard, found in their syntax trees: what English must have.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

// Their values are for the machine, whatever they look like.
const CODE_PROPERTIES = new Set(['class', 'id', 'for', 'href', 'name', 'type', 'role', 'd', 'fill', 'transform', 'key', 'script', 'patternUnits', 'patternTransform', 'viewBox', 'dimension', 'dimensions', 'measure', 'measures', 'method', 'Accept', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'autocomplete', 'timeZone', 'hourCycle', 'credentials', 'contents']);
const CODE_CALLS = /^(byId|import|fetch|request|Error|RangeError|document\.\w+|[\w.!?()]*\.(addEventListener|setAttribute|getAttribute|removeAttribute|toggleAttribute|querySelector|querySelectorAll|closest|post|postList|list|call|get|has|set|startsWith|endsWith|includes|indexOf|add|remove|toggle|getItem|setItem|removeItem|test|exec|replaceAll|replace|split|match|matchAll|NumberFormat|DateTimeFormat|localeCompare|Collator))$/;
// They look like texts, and are none.
const NOT_TEXT = new Set(['too few', 'General', 'nl-NL', 'en-GB', 'dd\\-mm\\-yyyy', 'dd\\-mm\\-yyyy\\ hh:mm', 'English', 'Nederlands', 'Bearer {0}', ' aria-current="page"', ' wrapText="1"', 'WK{0}', 'GM{0}', '€ (?=\\d)|\\b({0}) (?=\\d{4}\\b)']);
// These make markup of files and pages.
const MARKUP = new Set(['xlsx.ts', 'screens.ts']);

const LETTERS = /\p{L}{2}/u;
const bare = (text) => text.replaceAll(/\{\d+\}/g, '');

function looksLikeText(text) {
  if (!LETTERS.test(bare(text)) || NOT_TEXT.has(text)) return false;
  if (/nmd-|utrecht-|nl-(button|link|heading|paragraph|skip|data)/.test(text)) return false;
  // Addresses, selectors, markup, constants of the API, names of measures and of fields.
  if (/^[.#/?[]/.test(text) || /[<>]/.test(text) || (!text.includes(' ') && /\w[/?][\w{]|\}[/?]/.test(text)) || /^&\w+;$/.test(text)) return false;
  return !/^[A-Z0-9_]+$/.test(text) && !/^[a-z0-9_{}]+([-_.][a-z0-9_{}]+)*$/.test(text) && !/^[a-z]+[A-Z]\w*$/.test(text) && !/^[MLHVZ]?(\{\d+\}[MLHVZ ]?)+$/.test(text);
}

// Whether what a node says goes to the machine: looks out through what only chooses between texts.
function isCode(node) {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent) || ts.isCaseClause(parent) || ts.isElementAccessExpression(parent)) return true;
  if (ts.isBinaryExpression(parent)) return /^([=!]==|in)$/.test(parent.operatorToken.getText()) || isCode(parent);
  if (ts.isPropertyAssignment(parent)) return parent.name === node || CODE_PROPERTIES.has(parent.name.getText().replaceAll(/['"]/g, ''));
  if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.arguments?.includes(node)) {
    const called = parent.expression.getText();
    if (/setAttribute$/.test(called)) return !/aria-label|title/.test(parent.arguments[0].getText()) || parent.arguments[0] === node;
    return CODE_CALLS.test(called) || (/^(h|svg)$/.test(called) && parent.arguments[0] === node);
  }
  if (ts.isConditionalExpression(parent) || ts.isParenthesizedExpression(parent) || ts.isTemplateSpan(parent) || ts.isTemplateExpression(parent) || ts.isAsExpression(parent)) return isCode(parent);
  return false;
}

// A part of it is a text, so the whole must be said.
function holdsText(node) {
  const said = (part) => ts.isTaggedTemplateExpression(part) || (ts.isStringLiteral(part) && looksLikeText(part.text) && !isCode(part));
  const inner = (part) => said(part) || ((ts.isConditionalExpression(part) || ts.isParenthesizedExpression(part) || ts.isBinaryExpression(part)) && (ts.forEachChild(part, inner) ?? false));
  return ts.isTemplateExpression(node) && node.templateSpans.some((span) => inner(span.expression));
}

/** Every text, with where it stands: `template` when it has values in it, `tagged` when `t` says it. */
export function textsOf(folder) {
  const found = [];
  const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'language.ts' && !file.startsWith('english'));
  for (const file of files) {
    const source = ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node) => {
      if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
      const template = ts.isTemplateExpression(node);
      const text = template ? node.head.text + node.templateSpans.map((span, index) => `{${index}}${span.literal.text}`).join('') : ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) ? node.text : undefined;
      if (text !== undefined && (looksLikeText(text) || holdsText(node)) && !isCode(node) && !(MARKUP.has(file) && template)) {
        const tagged = ts.isTaggedTemplateExpression(node.parent) && node.parent.tag.getText() === 't';
        found.push({ text, template, tagged, where: `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}` });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

/** Every string there is in the sources, also short words that may as well be codes. */
export function stringsOf(folder) {
  const found = new Set();
  for (const file of readdirSync(folder, { recursive: true }).map(String).filter((each) => each.endsWith('.ts') && !each.endsWith('.test.ts') && !each.startsWith('english'))) {
    const visit = (node) => {
      if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.add(node.text);
      // A key of a table is written without quotes where it can be.
      if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) found.add(node.name.text);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true));
  }
  return found;
}
