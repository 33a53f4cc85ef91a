/* The two faces of the public headers.
 *
 * With WSC_OVERLAY a program sees Windows' names and nothing else: WSC(sockaddr) is sockaddr,
 * and a function has its own name, bound to its symbol by an asm label. Without it names that
 * POSIX has too begin with wsc_, no constant is defined, and the library's sources can use
 * both systems on one line. */
#ifndef WSC_FACE_H
#define WSC_FACE_H

#ifdef WSC_OVERLAY
#define WSC(name)                            name
#define WSC_FUNCTION(type, name, parameters) type name parameters __asm__("wsc_" #name)
#else
#define WSC(name)                            wsc_##name
#define WSC_FUNCTION(type, name, parameters) WSC_VISIBLE type wsc_##name parameters
#endif

/* A function that reads or writes wide text, of which there are two: wsc_NAME for a wchar_t of two bytes, and
 * wsc_NAME_utf32 for one of four. A program is bound to that of its own wchar_t. */
#if !defined WSC_OVERLAY
#define WSC_WIDE_FUNCTION(type, name, parameters)                                                            \
	WSC_FUNCTION(type, name, parameters);                                                                \
	WSC_FUNCTION(type, name##_utf32, parameters)
#elif __SIZEOF_WCHAR_T__ == 2
#define WSC_WIDE_FUNCTION(type, name, parameters) type name parameters __asm__("wsc_" #name)
#else
#define WSC_WIDE_FUNCTION(type, name, parameters) type name parameters __asm__("wsc_" #name "_utf32")
#endif

#ifdef WSC_LIBRARY
#define WSC_VISIBLE __attribute__((visibility("default")))
#else
#define WSC_VISIBLE
#endif

/* On i386 Windows aligns eight-byte members to eight bytes, the System V ABI to four. */
#define WSC_ALIGN8 __attribute__((aligned(8)))

#ifdef __cplusplus
#define WSC_BEGIN extern "C" {
#define WSC_END   }
#else
#define WSC_BEGIN
#define WSC_END
#endif

#endif
