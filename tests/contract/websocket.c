/* websocket URL ECHO…: sends each word, prints what comes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft.h>

static char **args;
static weft_stream *ws;

static void print_info(const char *name) {
  char text[200];
  int rc = weft_get_extra_info(ws, name, text, sizeof text);
  printf("%s: %s\n", name, rc < 0 ? weft_error_name(rc) : text);
}

static int receive(void) {
  weft_message message;
  int rc = weft_websocket_receive(ws, &message);
  if (rc <= 0) {
    printf("receive: %s\n", rc < 0 ? weft_error_name(rc) : "end");
    return rc;
  }
  printf("%s %zu %.20s\n", message.kind == WEFT_TEXT ? "text" : "binary",
         message.size, message.data);
  return rc;
}

/* More than any network takes at once. */
static int send_large(size_t size, int count) {
  char *data = calloc(size, 1);
  int rc = 0;
  for (int i = 0; i < count && rc >= 0; i++) {
    rc = weft_websocket_send(ws, WEFT_BINARY, data, size);
  }
  free(data);
  double before = weft_time();
  if (rc >= 0) rc = weft_drain(ws);
  printf("drain waited: %s\n", weft_time() > before + 0.001 ? "yes" : "no");
  return rc;
}

/* More than any network takes at once, and a wait for it that is cancelled. */
static void send_hurriedly(void) {
  static char data[1 << 20];
  for (int i = 0; i < 20; i++) {
    weft_websocket_send(ws, WEFT_BINARY, data, sizeof data);
  }
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.02);
  int rc = weft_timeout_end(&scope, weft_drain(ws));
  printf("drain: %s\n", weft_error_name(rc));
  printf("drain: %s\n", weft_error_name(weft_drain(ws)));
}

/* All messages until the end, or what it ends by. */
static void count(void) {
  weft_message message;
  size_t messages = 0, bytes = 0;
  int rc;
  while ((rc = weft_websocket_receive(ws, &message)) > 0) {
    messages++;
    bytes += message.size;
  }
  printf("%zu messages, %zu bytes: %s\n", messages, bytes, weft_error_name(rc));
}

static int connect(void) {
  weft_websocket_options options = {.protocols = "weft.2,weft.1",
                                    .timeout = 10};
  if (!args[2] || strcmp(args[2], "hurry") != 0) {
    return weft_websocket_connect(args[1], &options, &ws);
  }
  weft_timeout scope;
  weft_timeout_begin(&scope, 0.3);
  return weft_timeout_end(&scope,
                          weft_websocket_connect(args[1], &options, &ws));
}

static int talk(void *arg) {
  (void)arg;
  int rc = connect();
  if (rc < 0) {
    printf("connect: %s %s\n", weft_error_name(rc), weft_errmsg(rc));
    return 0;
  }
  for (char **word = args + 2; *word; word++) {
    if (!strcmp(*word, "binary")) {
      weft_websocket_send(ws, WEFT_BINARY, "a\0b", 3);
      receive();
    } else if (!strcmp(*word, "large")) {
      send_large(1 << 20, 20);
      receive();
    } else if (!strcmp(*word, "hurried")) {
      send_hurriedly();
      receive();
    } else if (!strcmp(*word, "flood") || !strcmp(*word, "flood and break")) {
      weft_websocket_send(ws, WEFT_TEXT, *word, strlen(*word));
      weft_sleep(0.5); /* all of it has come, and the end */
      count();
    } else if (!strcmp(*word, "protocol")) {
      print_info("protocol");
    } else if (!strcmp(*word, "cancel")) {
      weft_timeout scope;
      weft_timeout_begin(&scope, 0.1);
      rc = weft_timeout_end(&scope, receive());
    } else if (!strcmp(*word, "end")) {
      receive();
      print_info("close_code");
      print_info("close_reason");
      rc = weft_websocket_send(ws, WEFT_TEXT, "x", 1);
      printf("send: %s\n", weft_error_name(rc));
    } else if (!strcmp(*word, "close")) {
      printf("code 1: %s\n",
             weft_error_name(weft_websocket_close(ws, 1, NULL)));
      weft_websocket_close(ws, 3001, "enough");
    } else {
      weft_websocket_send(ws, WEFT_TEXT, *word, strlen(*word));
      receive();
    }
  }
  weft_close(ws);
  printf("closed: %d\n", weft_wait_closed(ws));
  return 0;
}

int main(int argc, char **argv) {
  (void)argc;
  args = argv;
  return weft_run(talk, NULL) < 0;
}
