# What doc/ adds to the makefile.
dist_man_MANS = %D%/wsc-compare.1 %D%/winsock-compat.5
