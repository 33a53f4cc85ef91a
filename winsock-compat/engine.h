/* The library's own thread: it waits for descriptors and tells those who asked.
 *
 * It is started when the first descriptor is handed to it, has every signal blocked, sleeps in the kernel
 * while nothing happens, and lives as long as the process. What is promised:
 *
 *  - A registration is a descriptor, events of epoll(7), edge-triggered, and a key that means something to
 * who is told. The descriptor is theirs alone, so that nobody closes it behind their back; they take it out
 *    again before they close it.
 *  - They are told on the engine's thread, which holds no lock then, and must not wait.
 *  - An edge is told until a call on the descriptor gives EAGAIN; so whoever is told goes on until then.
 *  - What has begun to be told is told even if the registration has been removed meanwhile. So a key is no
 *    pointer; who is told looks it up under a lock of their own. That lock may be held around any call of
 * this file.
 *  - A child of fork(2) has neither the thread nor the registrations: to remove one of these is a mistake,
 * for its epoll is the parent's. Who has registrations forgets them in a handler of pthread_atfork(3) that
 *    they install after wsc__engine_begin. The child's first registration begins anew. */
#ifndef WSC_ENGINE_H
#define WSC_ENGINE_H

#include <stdint.h>

/* Who is told: a row of `tell` in engine.c each. */
enum engine_user { ENGINE_SENDQUEUE, ENGINE_USERS };
enum { ENGINE_KEY_BITS = 56 };

/* To be called once before the first registration. */
void wsc__engine_begin(void);

/* 0, or a WSA error: there is no descriptor, no memory, no thread to be had. */
int wsc__engine_add(int fd, uint32_t events, enum engine_user user, uint64_t key);
void wsc__engine_remove(int fd);

#endif
