/* How public functions leave the library. */
#ifndef WSC_EXPORT_H
#define WSC_EXPORT_H

/* Also exports the function under its plain name, for configure probes and dlsym. It stands
 * after the function, in the same file; api.in says which functions have it. */
#define WSC_ALIAS(name)                                                                                      \
	extern __typeof__(wsc_##name) wsc_plain_##name __asm__(#name)                                        \
		__attribute__((alias("wsc_" #name), visibility("default")));

#endif
