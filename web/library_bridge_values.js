/*
 * weft/js.h: values of JavaScript as C has them, a weft_js_value each, and the
 * objects that C holds by a number until it releases them.
 */
addToLibrary({
  /** Those of weft/error.h that the files of the bridge give. */
  $weftCodes: {
    WEFT_ECANCELED: -1,
    WEFT_ETIMEDOUT: -2,
    WEFT_EINVAL: -3,
    WEFT_ENOMEM: -4,
    WEFT_EALREADY: -14,
    WEFT_ENOTSUP: -15,
    WEFT_ECLOSED: -16,
    WEFT_ENOTFOUND: -25,
    WEFT_EJS: -33,
  },

  $weftValues__deps: ['$weftCodes', '$weftUtf8'],
  $weftValues: {
    kinds: {
      UNDEFINED: 0,
      NULL: 1,
      BOOLEAN: 2,
      NUMBER: 3,
      STRING: 4,
      BYTES: 5,
      OBJECT: 6,
    },
    objects: new Map(), // what C holds: id -> {value, iterator, busy}
    lastObject: 0,

    /** What a value of JavaScript is in C: {kind, number | bytes}. */
    prepare(value) {
      const { kinds } = weftValues;
      switch (typeof value) {
        case 'undefined':
          return { kind: kinds.UNDEFINED };
        case 'boolean':
          return { kind: kinds.BOOLEAN, number: Number(value) };
        case 'number':
          return { kind: kinds.NUMBER, number: value };
        case 'bigint':
          if (BigInt(Number(value)) !== value) break;
          return { kind: kinds.NUMBER, number: Number(value) };
        case 'string':
          return { kind: kinds.STRING, bytes: new TextEncoder().encode(value) };
        case 'object':
        case 'function':
          if (value === null) return { kind: kinds.NULL };
          if (value instanceof ArrayBuffer) value = new Uint8Array(value);
          if (!ArrayBuffer.isView(value)) return { kind: kinds.OBJECT, value };
          return {
            kind: kinds.BYTES,
            bytes: new Uint8Array(
              value.buffer,
              value.byteOffset,
              value.byteLength,
            ),
          };
      }
      throw new TypeError(`C has no place for ${String(value)}`);
    },

    /** Bytes that a prepared value needs beside its weft_js_value. */
    extra: ({ bytes }) => (bytes ? (bytes.length + 8) & ~7 : 0),

    /** Writes a prepared value at p, its bytes at data. */
    write(p, { kind, number, bytes, value }, data) {
      HEAPU32[p >> 2] = kind;
      HEAPU32[(p + 4) >> 2] = bytes ? bytes.length : 0;
      if (number !== undefined) HEAPF64[(p + 8) >> 3] = number;
      if (bytes) {
        HEAPU32[(p + 8) >> 2] = data;
        HEAPU8.set(bytes, data);
        HEAPU8[data + bytes.length] = 0;
      }
      if (kind !== weftValues.kinds.OBJECT) return 0;
      const id = ++weftValues.lastObject;
      weftValues.objects.set(id, { value });
      HEAPU32[(p + 8) >> 2] = id;
      return id;
    },

    /** Writes a result for C, which will free it. */
    store(p, value) {
      const prepared = weftValues.prepare(value);
      const data = prepared.bytes ? _malloc(weftValues.extra(prepared)) : 0;
      if (prepared.bytes && !data) return weftCodes.WEFT_ENOMEM;
      weftValues.write(p, prepared, data);
      return 0;
    },

    read(p) {
      const { kinds } = weftValues;
      const size = HEAPU32[(p + 4) >> 2];
      const data = HEAPU32[(p + 8) >> 2];
      switch (HEAPU32[p >> 2]) {
        case kinds.NULL:
          return null;
        case kinds.BOOLEAN:
          return HEAPF64[(p + 8) >> 3] !== 0;
        case kinds.NUMBER:
          return HEAPF64[(p + 8) >> 3];
        case kinds.STRING:
          return weftUtf8.decode(HEAPU8.subarray(data, data + size));
        case kinds.BYTES:
          return HEAPU8.slice(data, data + size);
        case kinds.OBJECT:
          return weftValues.objects.get(data)?.value;
        default:
          return undefined;
      }
    },

    release(id) {
      const entry = weftValues.objects.get(id);
      weftValues.objects.delete(id);
      if (entry?.iterator) weftValues.stopIterating(entry);
    },

    iteratorOf(object) {
      // First, because a stream's own iterator cannot end while it waits.
      if (object.getReader) {
        const reader = object.getReader();
        return { next: () => reader.read(), return: () => reader.cancel() };
      }
      if (object[Symbol.asyncIterator]) return object[Symbol.asyncIterator]();
      return object[Symbol.iterator]?.();
    },

    stopIterating(entry) {
      const { iterator } = entry;
      entry.iterator = { next: () => ({ done: true }) };
      // Nobody is left to hear of an error.
      Promise.resolve(iterator.return?.()).catch(() => {});
    },
  },

  weft__bridge_release__deps: ['$weftValues'],
  weft__bridge_release: (id) => weftValues.release(id),
});
