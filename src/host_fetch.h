/* What a host back end implements for HTTP requests. */
#ifndef WEFT_SRC_HOST_FETCH_H
#define WEFT_SRC_HOST_FETCH_H

#include "host_stream.h"

#include <weft/fetch.h>

/*
 * weft__host_fetch begins a request and sets s->ops (host_stream.h). With
 * body_stream the body is then written with ops->write and ended with
 * ops->shutdown; without, it is options->body, valid during the call, and
 * neither is called. weft__stream_opened tells that the headers are there:
 * ops->info then knows "status" and the rest. The body arrives as the stream's
 * bytes; ops->close before its end aborts the request.
 */
int weft__host_fetch(struct weft__stream *s, const char *url,
                     const weft_fetch_options *options);

#endif
