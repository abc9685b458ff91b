/* In place of wasi-libc's, which refuses native compilers: fuzz targets want
   the declarations of <wasi/wasip2.h>. */
#define __wasip2__
