# What doc/ adds to the makefile.
dist_man_MANS = %D%/wsc-compare.1 %D%/wsc++.1 %D%/wscc.1 %D%/winsock-compat.5
