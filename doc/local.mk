# What doc/ adds to the makefile.
dist_man_MANS = %D%/winsock-compat.5
