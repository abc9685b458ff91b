/*
 * Streams whose bytes JavaScript moves: the C half of web/library_stream.js.
 * Every kind of them (socket, gateway, body of a response) is a JavaScript
 * object with the same methods, so one table of operations serves all.
 */
#ifndef WEFT_WEB_JS_STREAM_H
#define WEFT_WEB_JS_STREAM_H

#include "stream.h"

extern const weft__stream_ops weft__js_stream_ops;

/* The same for streams without halves: they have no method shutdown. */
extern const weft__stream_ops weft__js_whole_ops;

/*
 * weft__js_code gives the WEFT_E... for an error's name: a `code` of Node.js
 * ("ECONNREFUSED"), or one of ours without its WEFT_.
 */
int weft__js_code(const char *name);

#endif
