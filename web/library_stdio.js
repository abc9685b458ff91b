/*
 * The standard streams and the environment of a program, in place of
 * Emscripten's: bytes go out as they are written, lines need not be whole, and
 * nothing reaches process.exitCode or console by itself. What stands behind
 * them is Module.weft, which web/main.js makes:
 *
 *   write(fd, bytes): errno   fd 1 or 2; the bytes are only lent
 *   read(bytes): count        fills what it can; 0 at the end; or -errno
 *   env                       an object
 */
addToLibrary({
  proc_exit: (status) => {
    throw new WeftExit(status);
  },

  $getEnvStrings__deps: [],
  $getEnvStrings: () =>
    Object.entries(Module['weft'].env)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${value}`),
});

// A program that opens files or reads has Emscripten's file system, where the
// streams are terminals.
const withFileSystem = {
  $weftTty__deps: ['$TTY', '$FS'],
  $weftTty__postset: () => addAtInit('weftTty();'),
  $weftTty: () => {
    const bytesOf = (buffer, offset, length) =>
      new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
    Object.assign(TTY.stream_ops, {
      write: (stream, buffer, offset, length) => {
        const fd = stream.node.rdev === FS.makedev(6, 0) ? 2 : 1;
        const errno = Module['weft'].write(fd, bytesOf(buffer, offset, length));
        if (errno) throw new FS.ErrnoError(errno);
        return length;
      },
      read: (stream, buffer, offset, length) => {
        const count = Module['weft'].read(bytesOf(buffer, offset, length));
        if (count < 0) throw new FS.ErrnoError(-count);
        return count;
      },
      fsync: () => {},
      close: () => {},
    });
  },
  fd_write__deps: ['$doWritev', '$weftTty'],
  fd_read__deps: ['$doReadv', '$weftTty'],
};

const withoutFileSystem = {
  fd_write__deps: [],
  fd_write__postset: '',
  fd_write: (fd, iov, iovcnt, pnum) => {
    // In one piece, so that lines of several writers stay whole.
    const parts = [];
    for (let i = iov >> 2; iovcnt-- > 0; i += 2) {
      const part = HEAPU8.subarray(HEAPU32[i], HEAPU32[i] + HEAPU32[i + 1]);
      if (part.length) parts.push(part);
    }
    const total = parts.reduce((sum, part) => sum + part.length, 0);
    let bytes = parts[0] ?? HEAPU8.subarray(0, 0);
    if (parts.length > 1) {
      bytes = new Uint8Array(total);
      parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
    }
    const errno = Module['weft'].write(fd, bytes);
    if (errno) return errno;
    HEAPU32[pnum >> 2] = total;
    return 0;
  },
};

addToLibrary(SYSCALLS_REQUIRE_FILESYSTEM ? withFileSystem : withoutFileSystem);
