/* How public functions leave the library. */
#ifndef WSC_EXPORT_H
#define WSC_EXPORT_H

/* Also exports the function under its plain name, for configure probes and dlsym. It stands
 * after the function, in the same file; api.in says which functions have it. */
#define WSC_ALIAS(name)                                                                                      \
	extern __typeof__(wsc_##name) wsc_plain_##name __asm__(#name)                                        \
		__attribute__((alias("wsc_" #name), visibility("default")));

/* Both forms of a function that has wide text, and the plain name of the second: in the value that they
 * return, `wide` is how many bytes a wide unit has. */
#define WSC_WIDE_FORMS(type, name, parameters, ...)                                                          \
	type wsc_##name parameters                                                                           \
	{                                                                                                    \
		enum { wide = 2 };                                                                           \
		return __VA_ARGS__;                                                                          \
	}                                                                                                    \
	type wsc_##name##_utf32 parameters                                                                   \
	{                                                                                                    \
		enum { wide = 4 };                                                                           \
		return __VA_ARGS__;                                                                          \
	}                                                                                                    \
	extern __typeof__(wsc_##name) wsc_plain_##name __asm__(#name)                                        \
		__attribute__((alias("wsc_" #name "_utf32"), visibility("default")));

#endif
