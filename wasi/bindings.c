/*
 * The generated bindings of wasi/bindings ask for an object with the types of
 * their world. Here the link adds the types itself, from wasi/wit, so that
 * they are kept as text: this name only answers the bindings.
 *
 * The bindings are made anew, after a change of wasi/wit, by wit-bindgen-cli
 * 0.63 of crates.io (cargo install wit-bindgen-cli --version 0.63.0
 * --no-default-features --features c,async), in the repository's root:
 *
 *   wit-bindgen c wasi/wit --world weft --rename-world wasi_http \
 *     --no-object-file --out-dir wasi/bindings
 *
 * What the C library imports already (wasi:io, wasi:clocks, wasi:sockets) is
 * declared in its header <wasi/wasip2.h>.
 */
void __component_type_object_force_link_wasi_http(void);
void __component_type_object_force_link_wasi_http(void) {}
