// SPDX-License-Identifier: EUPL-1.2
// Reads a workbook back for the tests, by what the standards say and without the code that writes it: zip (APPNOTE), parts and
// relationships (ECMA-376 part 2), sheets and styles (part 1). Of XML it knows what a workbook of one table needs.
import { crc32 } from 'node:zlib';

/** The files of an archive, found through its directory as a reader must. */
export function unzip(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.byteLength - 22;
  if (view.getUint32(end, true) !== 0x06054b50) throw new Error('no end of directory');
  const files = [];
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < view.getUint16(end + 10, true); index++) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error('no directory entry');
    if (view.getUint16(at + 10, true) !== 0) throw new Error('compressed');
    const [checksum, size, length, extra, comment, offset] = [view.getUint32(at + 16, true), view.getUint32(at + 24, true), view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint32(at + 42, true)];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + length));
    if (view.getUint32(offset, true) !== 0x04034b50) throw new Error('no file header');
    const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
    const contents = bytes.subarray(start, start + size);
    if (crc32 && crc32(contents) !== checksum) throw new Error(`${name} is damaged`);
    files.push({ name, contents: new TextDecoder('utf-8', { fatal: true }).decode(contents) });
    at += 46 + length + extra + comment;
  }
  if (at !== end) throw new Error('the directory does not end where it says');
  return files;
}

const attribute = (tag, name) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
const plain = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
const all = (xml, pattern) => [...xml.matchAll(pattern)];

const columnOf = (reference) => [...reference.replace(/\d+$/, '')].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1;

/** Every sheet as rows of texts and numbers, with the format code of each cell, and whether its first row is frozen. */
export function readWorkbook(bytes) {
  const files = new Map(unzip(bytes).map(({ name, contents }) => [name, contents]));
  const types = files.get('[Content_Types].xml');
  for (const name of files.keys()) if (name.endsWith('.xml') && name.startsWith('xl/') && !types.includes(`PartName="/${name}"`)) throw new Error(`${name} has no type`);
  const targets = new Map(all(files.get('xl/_rels/workbook.xml.rels'), /<Relationship [^>]*>/g).map(([tag]) => [attribute(tag, 'Id'), `xl/${attribute(tag, 'Target')}`]));
  const styles = files.get('xl/styles.xml');
  const codes = new Map(all(styles, /<numFmt [^>]*>/g).map(([tag]) => [attribute(tag, 'numFmtId'), plain(attribute(tag, 'formatCode'))]));
  const cellStyles = all(/<cellXfs[\s\S]*<\/cellXfs>/.exec(styles)[0], /<xf [^>]*>/g).map(([tag]) => codes.get(attribute(tag, 'numFmtId')) ?? 'General');
  const [sheets, formats, frozen] = [{}, {}, {}];
  for (const [tag] of all(files.get('xl/workbook.xml'), /<sheet [^>]*>/g)) {
    const xml = files.get(targets.get(attribute(tag, 'r:id')));
    const name = plain(attribute(tag, 'name'));
    const cells = all(xml, /<row [^>]*>(.*?)<\/row>/gs).map(([, row]) => all(row, /<c ([^>]*)>(.*?)<\/c>/gs).map(([, head, body]) => ({ head: ` ${head}`, body })));
    cells.forEach((row, index) => row.forEach(({ head }, column) => {
      if (columnOf(attribute(head, 'r')) !== column || !attribute(head, 'r').endsWith(String(index + 1))) throw new Error(`cell ${head} is not where it says`);
    }));
    sheets[name] = cells.map((row) => row.map(({ head, body }) => (attribute(head, 't') === 'inlineStr' ? plain(/<t[^>]*>(.*?)<\/t>/s.exec(body)[1]) : Number(/<v>(.*?)<\/v>/.exec(body)[1]))));
    formats[name] = cells.map((row) => row.map(({ head }) => cellStyles[Number(attribute(head, 's'))]));
    frozen[name] = /<pane [^>]*ySplit="1"[^>]*state="frozen"/.test(xml);
  }
  return { sheets, formats, frozen };
}
