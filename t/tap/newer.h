/* Constants that are newer than mingw-w64's headers. */
#ifndef TAP_NEWER_H
#define TAP_NEWER_H

#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif

#endif
