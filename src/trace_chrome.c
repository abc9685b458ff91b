/*
 * Trace events in the Chrome trace event format: a process for each run, in it
 * a track for each task, on which it runs and waits by turns. The times are the
 * loop's.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <weft/debug.h>
#include <weft/error.h>

static void (*write)(const char *text, void *arg);
static void *write_arg;
static bool any;     /* event was written */
static unsigned run; /* that is under way, from 1 */

static void put(const char *text) { write(text, write_arg); }

static void put_number(uint64_t n) {
  char digits[24], *d = digits + sizeof digits - 1;
  *d = 0;
  do *--d = (char)('0' + n % 10);
  while (n /= 10);
  put(d);
}

/* A string of JSON, quotes and all. */
static void put_string(const char *text) {
  put("\"");
  for (; *text; text++) {
    char one[2] = {*text, 0};
    if (*text == '"' || *text == '\\') put("\\");
    put((unsigned char)*text < ' ' ? " " : one);
  }
  put("\"");
}

/* The beginning of an event of a phase. */
static void begin_any(const char *phase) {
  put(any ? ",\n" : "\n");
  any = true;
  put("{\"ph\":\"");
  put(phase);
  put("\",\"pid\":");
  put_number(run);
}

/* One of a task, up to its name; NULL: it has none. */
static void begin(const weft_trace_record *r, const char *phase,
                  const char *name) {
  uint64_t ns = (uint64_t)llround(r->time * 1e9);
  char fraction[5] = {'.', (char)('0' + ns / 100 % 10),
                      (char)('0' + ns / 10 % 10), (char)('0' + ns % 10), 0};
  begin_any(phase);
  put(",\"tid\":");
  put_number(r->id);
  put(",\"ts\":");
  put_number(ns / 1000);
  put(fraction);
  if (!name) return;
  put(",\"name\":");
  put_string(name);
}

static void simple(const weft_trace_record *r, const char *phase,
                   const char *name) {
  begin(r, phase, name);
  put("}");
}

/* Without a name: Perfetto leaves open what another name would end. */
static void end_slice(const weft_trace_record *r) { simple(r, "E", NULL); }

static void begin_run(void) {
  run++;
  begin_any("M");
  put(",\"name\":\"process_name\",\"args\":{\"name\":\"run ");
  put_number(run);
  put("\"}}");
}

static void created(const weft_trace_record *r) {
  if (r->id == 1) begin_run();
  begin(r, "M", "thread_name");
  put(",\"args\":{\"name\":");
  put_string(r->name);
  put("}}");
  begin(r, "i", "created");
  put(",\"s\":\"t\",\"args\":{\"at\":");
  put_string(r->site);
  put("}}");
}

static void ended(const weft_trace_record *r) {
  if (r->switches) end_slice(r);
  begin(r, "i", r->result < 0 ? weft_error_name(r->result) : "ended");
  put(",\"s\":\"t\"}");
}

static void on_event(const weft_trace_record *r, void *arg) {
  (void)arg;
  switch (r->event) {
  case WEFT_TASK_CREATED: created(r); break;
  case WEFT_TASK_STARTED: simple(r, "B", "running"); break;
  case WEFT_TASK_SUSPENDED:
    end_slice(r);
    simple(r, "B", r->what ? r->what : "suspended");
    break;
  case WEFT_TASK_RESUMED:
    end_slice(r);
    simple(r, "B", "running");
    break;
  case WEFT_TASK_CANCELLED:
    begin(r, "i", "cancel");
    put(",\"s\":\"t\"}");
    break;
  case WEFT_TASK_ENDED: ended(r); break;
  }
}

int weft_trace_chrome(void (*fn)(const char *text, void *arg), void *arg) {
  int rc = weft_trace(fn ? on_event : NULL, NULL);
  if (rc < 0) return rc;
  if (write) put("\n]\n");
  write = fn;
  write_arg = arg;
  any = false;
  run = 0;
  if (write) put("[");
  return 0;
}

void weft_trace_to_stream(const char *text, void *file) { fputs(text, file); }
