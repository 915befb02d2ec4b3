// SPDX-License-Identifier: EUPL-1.2
// A zip archive of files that are stored as they are (APPNOTE 6.3.3, method 0): small files need no compression, and what is
// written can be read with the eye.

export interface Entry {
  /** Path within the archive. */
  name: string;
  contents: string;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let remainder = index;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/** CRC-32 of ISO 3309. */
export function crc32(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = TABLE[(remainder ^ byte) & 0xff]! ^ (remainder >>> 8);
  return (remainder ^ 0xffffffff) >>> 0;
}

// Fields of two and four bytes, lowest first.
function header(fields: Array<[size: 2 | 4, value: number]>): Uint8Array {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

const VERSION = 20;
const UTF8 = 0x0800;
const STORED = 0;
// 1 January 1980, the first day there is: the same contents are the same archive.
const TIME = 0;
const DATE = 0x0021;

/** The archive, with its files in the order in which they are given. */
export function zip(entries: Entry[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = encoder.encode(entry.name);
    const contents = encoder.encode(entry.contents);
    const common: Array<[2 | 4, number]> = [
      [2, VERSION], [2, UTF8], [2, STORED], [2, TIME], [2, DATE], [4, crc32(contents)], [4, contents.length], [4, contents.length], [2, name.length], [2, 0],
    ];
    const local = header([[4, 0x04034b50], ...common]);
    files.push(local, name, contents);
    directory.push(header([[4, 0x02014b50], [2, VERSION], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), name);
    offset += local.length + name.length + contents.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = header([[4, 0x06054b50], [2, 0], [2, 0], [2, entries.length], [2, entries.length], [4, size], [4, offset], [2, 0]]);
  const parts = [...files, ...directory, end];
  const archive = new Uint8Array(offset + size + end.length);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}
