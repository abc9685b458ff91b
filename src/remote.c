/* The servers of a pool, and which of them a job goes to. */
#include "remote.h"

#include "clock.h"
#include "error.h"
#include "job_wire.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

static const int64_t FIRST_PAUSE = INT64_C(500) * 1000 * 1000;
static const int64_t LONGEST_PAUSE = INT64_C(30) * 1000 * 1000 * 1000;

/* ---- URLs */

static char *copy(const char *text, size_t size) {
  char *p = malloc(size + 1);
  if (!p) return NULL;
  memcpy(p, text, size);
  p[size] = 0;
  return p;
}

/* Reads http://host:port/path of so many bytes. */
static int parse_url(weft__server *s, const char *url, size_t size) {
  const char *end = url + size, *p = url;
  bool http = size > 7 && !strncmp(url, "http://", 7);
  s->secure = size > 8 && !strncmp(url, "https://", 8);
  if (!http && !s->secure) return WEFT_EINVAL;
  p += http ? 7 : 8;
  const char *host = p, *host_end;
  if (*p == '[') {
    host = ++p;
    while (p < end && *p != ']') p++;
    host_end = p++;
  } else {
    while (p < end && *p != ':' && *p != '/') p++;
    host_end = p;
  }
  s->port = s->secure ? 443 : 80;
  if (p < end && *p == ':') {
    for (s->port = 0, p++; p < end && *p >= '0' && *p <= '9'; p++) {
      if (s->port < 65536) s->port = s->port * 10 + (*p - '0');
    }
  }
  if (host == host_end || p > end || s->port < 1 || s->port > 65535 ||
      (p < end && *p != '/')) {
    return WEFT_EINVAL;
  }
  while (end > p && end[-1] == '/') end--;
  s->host = copy(host, (size_t)(host_end - host));
  s->path = copy(p, (size_t)(end - p));
  return s->host && s->path ? 0 : WEFT_ENOMEM;
}

static int add(weft__remote *remote, const char *url, size_t size) {
  weft__server *servers =
      realloc(remote->servers, (remote->count + 1) * sizeof *remote->servers);
  if (!servers) return WEFT_ENOMEM;
  remote->servers = servers;
  weft__server *s = &servers[remote->count++];
  *s = (weft__server){0};
  int rc = parse_url(s, url, size);
  char text[WEFT__REMOTE_TEXT];
  weft__format(text, size < sizeof text ? size + 1 : sizeof text, "%s", url);
  if (rc == WEFT_EINVAL) {
    return weft__fail(rc,
                      "'%s' of WEFT_EXECUTOR is no URL such as "
                      "http://127.0.0.1:8080",
                      text);
  }
  if (rc == 0 && s->secure && !remote->tls) {
    return weft__fail(WEFT_ENOTSUP,
                      "'%s': for https give the executor "
                      "weft_executor_options.tls",
                      text);
  }
  return rc;
}

static void free_remote(weft__remote *remote) {
  for (size_t i = 0; i < remote->count; i++) {
    weft__server *s = &remote->servers[i];
    /* After the run its streams are gone already. */
    while (s->kept_count && weft__loop.phase != WEFT__IDLE) {
      weft_abort(s->kept[--s->kept_count]);
      weft_stream_release(s->kept[s->kept_count]);
    }
    free(s->host);
    free(s->path);
  }
  free(remote->servers);
  free(remote->token);
  free(remote);
}

weft__remote *weft__remote_new(const char *urls, const char *token,
                               const weft_tls *tls, int *rc) {
  weft__remote *remote = calloc(1, sizeof *remote);
  *rc = remote ? 0 : WEFT_ENOMEM;
  if (remote) {
    remote->users = 1;
    remote->tls = tls;
    remote->token = token ? copy(token, strlen(token)) : NULL;
    if (token && !remote->token) *rc = WEFT_ENOMEM;
  }
  while (*rc >= 0 && *(urls += strspn(urls, " ,\t\n"))) {
    size_t size = strcspn(urls, " ,\t\n");
    *rc = add(remote, urls, size);
    urls += size;
  }
  if (*rc >= 0 && !remote->count) {
    *rc = weft__fail(WEFT_EINVAL, "WEFT_EXECUTOR names no URL");
  }
  if (*rc >= 0) return remote;
  if (*rc == WEFT_ENOMEM) weft__fail(*rc, "no memory for the executor's URLs");
  if (remote) free_remote(remote);
  return NULL;
}

void weft__remote_release(weft__remote *remote) {
  if (--remote->users == 0) free_remote(remote);
}

/* ---- choosing a server */

/* The least busy of those that answer; else the one left out the longest. */
static weft__server *choose(weft__remote *remote) {
  int64_t now = weft__now();
  weft__server *best = NULL, *oldest = NULL;
  for (size_t i = 0; i < remote->count; i++) {
    size_t at = (remote->next + i) % remote->count;
    weft__server *s = &remote->servers[at];
    if (!oldest || s->down_until < oldest->down_until) oldest = s;
    if (s->down_until > now) continue;
    if (!best || s->active < best->active) best = s;
  }
  remote->next++;
  return best ? best : oldest;
}

static void leave_out(weft__server *s) {
  int64_t pause = s->pause ? 2 * s->pause : FIRST_PAUSE;
  s->pause = pause < LONGEST_PAUSE ? pause : LONGEST_PAUSE;
  s->down_until = weft__now() + s->pause;
}

/* ---- a job, as the task that asks one server after another */

typedef struct slot {
  weft__worker *worker; /* NULL: it was stopped, and frees itself */
  weft__remote *remote;
  weft__task *task; /* of the request, or NULL */
  weft__handle done, ready;
  weft__request request;
  int64_t began;
} slot;

static int run_request(void *arg) {
  slot *w = arg;
  size_t tries = 2 * w->remote->count + 1;
  weft__fate fate = WEFT__NOT_BEGUN;
  while (tries-- > 0) {
    weft__server *s = choose(w->remote);
    s->active++;
    fate = weft__remote_request(w->remote, s, &w->request);
    s->active--;
    if (fate == WEFT__GIVEN_UP) return WEFT_ECANCELED;
    if (fate == WEFT__ANSWERED) {
      s->pause = s->down_until = 0;
      break;
    }
    leave_out(s);
    if (fate == WEFT__UNKNOWN && !w->request.idempotent) break;
  }
  return 0;
}

static void free_slot(slot *w) {
  free(w->request.outcome.output.data);
  free((void *)w->request.call.input);
  weft__remote_release(w->remote);
  free(w);
}

static void on_done(weft__handle *handle) {
  slot *w = weft__container(handle, slot, done);
  weft__future *future = w->task ? &w->task->future : NULL;
  weft__outcome outcome = w->request.outcome;
  if (!future) {
    outcome = (weft__outcome){.rc = WEFT_ENOMEM};
    weft__format(w->request.text, sizeof w->request.text, "%s",
                 "no memory for a request");
  } else {
    future->taken = true;
    if (future->result < 0) outcome.rc = future->result;
    weft__unpin(future);
  }
  w->task = NULL;
  w->request.outcome.output = (weft_output){0};
  free((void *)w->request.call.input);
  w->request.call.input = NULL;
  if (!w->worker) {
    free(outcome.output.data);
    free_slot(w);
    return;
  }
  outcome.message = w->request.text[0] ? w->request.text : NULL;
  outcome.seconds = (double)(weft__host_now() - w->began) * 1e-9;
  weft__worker_done(w->worker, &outcome);
}

/* ---- the kind */

static void on_ready(weft__handle *handle) {
  weft__worker_ready(weft__container(handle, slot, ready)->worker);
}

static int start(weft__worker *worker) {
  slot *w = calloc(1, sizeof *w);
  if (!w) return weft__fail(WEFT_ENOMEM, "no memory for a worker");
  w->worker = worker;
  w->remote = weft__worker_host(worker);
  w->remote->users++;
  worker->host = w;
  w->done.run = on_done;
  w->ready.run = on_ready;
  weft__node_init(&w->done.node);
  weft__ready(&w->ready);
  return 0;
}

static void send(weft__worker *worker, weft__work *const *works, size_t count) {
  (void)count; /* 1: this kind has no streams */
  slot *w = worker->host;
  weft__work *work = works[0];
  w->request =
      (weft__request){.call = work->call, .idempotent = work->idempotent};
  w->request.call.input = work->copy; /* is now the request's */
  work->copy = NULL;
  w->began = weft__host_now();
  w->task = weft__task_new(run_request, w, NULL, work->call.job->name,
                           work->call.job->site);
  if (!w->task) {
    weft__ready(&w->done);
    return;
  }
  weft__pin(&w->task->future);
  weft__list_append(&w->task->future.callbacks, &w->done.node);
}

static void cancel_request(slot *w) {
  weft__future *future = w->task ? &w->task->future : NULL;
  if (future && !weft__done(future)) future->cancel(future);
}

static void cancel(weft__worker *worker, weft__work *work) {
  (void)work; /* the one that it has */
  cancel_request(worker->host);
}

static void stop(weft__worker *worker) {
  slot *w = worker->host;
  weft__list_remove(&w->ready.node);
  w->worker = NULL;
  if (w->task && !weft__done(&w->task->future)) {
    cancel_request(w); /* on_done frees it */
    return;
  }
  weft__list_remove(&w->done.node);
  if (w->task) {
    w->task->future.taken = true;
    weft__unpin(&w->task->future);
  }
  free_slot(w);
}

const weft__worker_kind weft__remote_workers = {
    .start = start,
    .send = send,
    .cancel = cancel,
    .stop = stop,
};
